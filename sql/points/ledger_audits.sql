-- name: insert_ledger_audit
-- Record what an audit came to.
INSERT INTO ledger_audits (audit_id, finished_at, transactions, findings)
VALUES (:audit_id, :finished_at, :transactions, :findings)
