-- Serves the ledger's transactions of some points days, of one kind or of all.
CREATE INDEX ledger_transactions_day_ix ON ledger_transactions (day_on, kind, sequence_no)
/
