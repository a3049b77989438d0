-- The accounts of the double-entry ledger: two per member, and the house's own. Points are whole.
CREATE TABLE ledger_accounts (
    ledger_account_id  TEXT     NOT NULL CHECK (length(ledger_account_id) <= 50),
    account_id         TEXT     CHECK (length(account_id) <= 36),
    kind               TEXT     NOT NULL CHECK (length(kind) <= 12),
    balance_points     INTEGER  NOT NULL,
    opened_at          TEXT,
    CONSTRAINT ledger_accounts_pk PRIMARY KEY (ledger_account_id),
    CONSTRAINT ledger_accounts_account_fk FOREIGN KEY (account_id) REFERENCES accounts (account_id),
    CONSTRAINT ledger_accounts_kind_ck CHECK (kind IN ('spendable', 'debt', 'issued', 'tickets', 'adjustments', 'erased')),
    CONSTRAINT ledger_accounts_spendable_ck CHECK (kind <> 'spendable' OR balance_points >= 0),
    CONSTRAINT ledger_accounts_debt_ck CHECK (kind <> 'debt' OR balance_points <= 0),
    CONSTRAINT ledger_accounts_owner_ck CHECK ((kind IN ('spendable', 'debt') AND account_id IS NOT NULL)
        OR (kind NOT IN ('spendable', 'debt') AND account_id IS NULL))
) STRICT
/
-- Serves locking both accounts of a member, in the order of their ids.
CREATE INDEX ledger_accounts_account_ix ON ledger_accounts (account_id, ledger_account_id)
/
INSERT INTO ledger_accounts (ledger_account_id, kind, balance_points)
SELECT 'house/issued', 'issued', 0
  FROM dual
 WHERE NOT EXISTS (SELECT 1 FROM ledger_accounts WHERE ledger_account_id = 'house/issued')
/
INSERT INTO ledger_accounts (ledger_account_id, kind, balance_points)
SELECT 'house/tickets', 'tickets', 0
  FROM dual
 WHERE NOT EXISTS (SELECT 1 FROM ledger_accounts WHERE ledger_account_id = 'house/tickets')
/
INSERT INTO ledger_accounts (ledger_account_id, kind, balance_points)
SELECT 'house/adjustments', 'adjustments', 0
  FROM dual
 WHERE NOT EXISTS (SELECT 1 FROM ledger_accounts WHERE ledger_account_id = 'house/adjustments')
/
INSERT INTO ledger_accounts (ledger_account_id, kind, balance_points)
SELECT 'house/erased', 'erased', 0
  FROM dual
 WHERE NOT EXISTS (SELECT 1 FROM ledger_accounts WHERE ledger_account_id = 'house/erased')
/
-- What was posted, once and for all; each row carries the hash of its content and of its predecessor.
CREATE TABLE ledger_transactions (
    sequence_no      INTEGER  NOT NULL,
    transaction_id   TEXT     NOT NULL CHECK (length(transaction_id) <= 36),
    kind             TEXT     NOT NULL CHECK (length(kind) <= 20),
    account_id       TEXT     NOT NULL CHECK (length(account_id) <= 36),
    reference_id     TEXT     NOT NULL CHECK (length(reference_id) <= 100),
    reverses_no      INTEGER,
    idempotency_key  TEXT     NOT NULL CHECK (length(idempotency_key) <= 150),
    request_hash     TEXT     NOT NULL CHECK (length(request_hash) <= 64),
    description      TEXT     NOT NULL CHECK (length(description) <= 300),
    actor            TEXT     NOT NULL CHECK (length(actor) <= 36),
    rules_version    INTEGER,
    day_on           TEXT     NOT NULL,
    created_at       TEXT     NOT NULL,
    previous_hash    TEXT     NOT NULL CHECK (length(previous_hash) <= 64),
    content_hash     TEXT     NOT NULL CHECK (length(content_hash) <= 64),
    CONSTRAINT ledger_transactions_pk PRIMARY KEY (sequence_no),
    CONSTRAINT ledger_transactions_id_uq UNIQUE (transaction_id),
    CONSTRAINT ledger_transactions_key_uq UNIQUE (idempotency_key),
    CONSTRAINT ledger_transactions_account_fk FOREIGN KEY (account_id) REFERENCES accounts (account_id),
    CONSTRAINT ledger_transactions_kind_ck CHECK (kind IN ('award', 'award_correction', 'ticket_purchase',
        'ticket_refund', 'adjustment', 'reversal')),
    CONSTRAINT ledger_transactions_reverses_ck CHECK ((kind IN ('ticket_refund', 'reversal') AND reverses_no IS NOT NULL)
        OR (kind NOT IN ('ticket_refund', 'reversal') AND reverses_no IS NULL))
) STRICT
/
-- Serves a member's statement, newest first.
CREATE INDEX ledger_transactions_account_ix ON ledger_transactions (account_id, sequence_no)
/
-- How a transaction moved each account, and the balance after it; the amounts of one sum to zero.
CREATE TABLE ledger_postings (
    sequence_no           INTEGER  NOT NULL,
    ledger_account_id     TEXT     NOT NULL CHECK (length(ledger_account_id) <= 50),
    amount_points         INTEGER  NOT NULL,
    balance_after_points  INTEGER  NOT NULL,
    CONSTRAINT ledger_postings_pk PRIMARY KEY (sequence_no, ledger_account_id),
    CONSTRAINT ledger_postings_transaction_fk FOREIGN KEY (sequence_no) REFERENCES ledger_transactions (sequence_no),
    CONSTRAINT ledger_postings_account_fk FOREIGN KEY (ledger_account_id) REFERENCES ledger_accounts (ledger_account_id),
    CONSTRAINT ledger_postings_amount_ck CHECK (amount_points <> 0)
) STRICT
/
-- The last link of the chain: one row, locked last and shortest.
CREATE TABLE ledger_head (
    head_no       INTEGER  NOT NULL,
    sequence_no   INTEGER  NOT NULL,
    content_hash  TEXT     NOT NULL CHECK (length(content_hash) <= 64),
    CONSTRAINT ledger_head_pk PRIMARY KEY (head_no),
    CONSTRAINT ledger_head_one_ck CHECK (head_no = 1)
) STRICT
/
INSERT INTO ledger_head (head_no, sequence_no, content_hash)
SELECT 1, 0, '0000000000000000000000000000000000000000000000000000000000000000'
  FROM dual
 WHERE NOT EXISTS (SELECT 1 FROM ledger_head WHERE head_no = 1)
/
-- What a points day is worth now, and how that came; the ledger holds every difference on the way.
CREATE TABLE day_awards (
    account_id        TEXT     NOT NULL CHECK (length(account_id) <= 36),
    day_on            TEXT     NOT NULL,
    rules_version     INTEGER  NOT NULL,
    generation        INTEGER  NOT NULL,
    awarded_points    INTEGER  NOT NULL,
    forfeited_points  INTEGER  NOT NULL,
    active_minutes    INTEGER  NOT NULL,
    run_days          INTEGER  NOT NULL,
    tally_json        TEXT     NOT NULL CHECK (json_valid(tally_json)),
    receipt_json      TEXT     NOT NULL CHECK (json_valid(receipt_json)),
    computed_at       TEXT     NOT NULL,
    CONSTRAINT day_awards_pk PRIMARY KEY (account_id, day_on),
    CONSTRAINT day_awards_account_fk FOREIGN KEY (account_id) REFERENCES accounts (account_id),
    CONSTRAINT day_awards_points_ck CHECK (awarded_points >= 0 AND forfeited_points >= 0)
) STRICT
/
-- From which points day on a member's maximum heart rate is what; the award of a day uses that day's.
CREATE TABLE max_hr_values (
    account_id  TEXT     NOT NULL CHECK (length(account_id) <= 36),
    from_on     TEXT     NOT NULL,
    max_hr_bpm  INTEGER,
    CONSTRAINT max_hr_values_pk PRIMARY KEY (account_id, from_on),
    CONSTRAINT max_hr_values_account_fk FOREIGN KEY (account_id) REFERENCES accounts (account_id),
    CONSTRAINT max_hr_values_bpm_ck CHECK (max_hr_bpm BETWEEN 100 AND 240)
) STRICT
/
CREATE TRIGGER ledger_transactions_no_update BEFORE UPDATE ON ledger_transactions
BEGIN
    SELECT RAISE(ABORT, 'ledger_transactions is append-only');
END
/
CREATE TRIGGER ledger_transactions_no_delete BEFORE DELETE ON ledger_transactions
BEGIN
    SELECT RAISE(ABORT, 'ledger_transactions is append-only');
END
/
CREATE TRIGGER ledger_postings_no_update BEFORE UPDATE ON ledger_postings
BEGIN
    SELECT RAISE(ABORT, 'ledger_postings is append-only');
END
/
CREATE TRIGGER ledger_postings_no_delete BEFORE DELETE ON ledger_postings
BEGIN
    SELECT RAISE(ABORT, 'ledger_postings is append-only');
END
/
