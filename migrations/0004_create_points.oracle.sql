-- The accounts of the double-entry ledger: two per member, and the house's own. Points are whole.
CREATE TABLE ledger_accounts (
    ledger_account_id  VARCHAR2(50 CHAR)            NOT NULL,
    account_id         VARCHAR2(36 CHAR),
    kind               VARCHAR2(12 CHAR)            NOT NULL,
    balance_points     NUMBER(15)                   NOT NULL,
    opened_at          TIMESTAMP(6) WITH TIME ZONE,
    CONSTRAINT ledger_accounts_pk PRIMARY KEY (ledger_account_id),
    CONSTRAINT ledger_accounts_account_fk FOREIGN KEY (account_id) REFERENCES accounts (account_id),
    CONSTRAINT ledger_accounts_kind_ck CHECK (kind IN ('spendable', 'debt', 'issued', 'tickets', 'adjustments', 'erased')),
    CONSTRAINT ledger_accounts_spendable_ck CHECK (kind <> 'spendable' OR balance_points >= 0),
    CONSTRAINT ledger_accounts_debt_ck CHECK (kind <> 'debt' OR balance_points <= 0),
    CONSTRAINT ledger_accounts_owner_ck CHECK ((kind IN ('spendable', 'debt') AND account_id IS NOT NULL)
        OR (kind NOT IN ('spendable', 'debt') AND account_id IS NULL))
)
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
CREATE IMMUTABLE TABLE ledger_transactions (
    sequence_no      NUMBER(15)                   NOT NULL,
    transaction_id   VARCHAR2(36 CHAR)            NOT NULL,
    kind             VARCHAR2(20 CHAR)            NOT NULL,
    account_id       VARCHAR2(36 CHAR)            NOT NULL,
    reference_id     VARCHAR2(100 CHAR)           NOT NULL,
    reverses_no      NUMBER(15),
    idempotency_key  VARCHAR2(150 CHAR)           NOT NULL,
    request_hash     VARCHAR2(64 CHAR)            NOT NULL,
    description      VARCHAR2(300 CHAR)           NOT NULL,
    actor            VARCHAR2(36 CHAR)            NOT NULL,
    rules_version    NUMBER(4),
    day_on           DATE                         NOT NULL,
    created_at       TIMESTAMP(6) WITH TIME ZONE  NOT NULL,
    previous_hash    VARCHAR2(64 CHAR)            NOT NULL,
    content_hash     VARCHAR2(64 CHAR)            NOT NULL,
    CONSTRAINT ledger_transactions_pk PRIMARY KEY (sequence_no),
    CONSTRAINT ledger_transactions_id_uq UNIQUE (transaction_id),
    CONSTRAINT ledger_transactions_key_uq UNIQUE (idempotency_key),
    CONSTRAINT ledger_transactions_account_fk FOREIGN KEY (account_id) REFERENCES accounts (account_id),
    CONSTRAINT ledger_transactions_kind_ck CHECK (kind IN ('award', 'award_correction', 'ticket_purchase',
        'ticket_refund', 'adjustment', 'reversal')),
    CONSTRAINT ledger_transactions_reverses_ck CHECK ((kind IN ('ticket_refund', 'reversal') AND reverses_no IS NOT NULL)
        OR (kind NOT IN ('ticket_refund', 'reversal') AND reverses_no IS NULL))
) NO DROP UNTIL 0 DAYS IDLE NO DELETE LOCKED
/
-- Serves a member's statement, newest first.
CREATE INDEX ledger_transactions_account_ix ON ledger_transactions (account_id, sequence_no)
/
-- How a transaction moved each account, and the balance after it; the amounts of one sum to zero.
CREATE IMMUTABLE TABLE ledger_postings (
    sequence_no           NUMBER(15)         NOT NULL,
    ledger_account_id     VARCHAR2(50 CHAR)  NOT NULL,
    amount_points         NUMBER(15)         NOT NULL,
    balance_after_points  NUMBER(15)         NOT NULL,
    CONSTRAINT ledger_postings_pk PRIMARY KEY (sequence_no, ledger_account_id),
    CONSTRAINT ledger_postings_transaction_fk FOREIGN KEY (sequence_no) REFERENCES ledger_transactions (sequence_no),
    CONSTRAINT ledger_postings_account_fk FOREIGN KEY (ledger_account_id) REFERENCES ledger_accounts (ledger_account_id),
    CONSTRAINT ledger_postings_amount_ck CHECK (amount_points <> 0)
) NO DROP UNTIL 0 DAYS IDLE NO DELETE LOCKED
/
-- The last link of the chain: one row, locked last and shortest.
CREATE TABLE ledger_head (
    head_no       NUMBER(1)          NOT NULL,
    sequence_no   NUMBER(15)         NOT NULL,
    content_hash  VARCHAR2(64 CHAR)  NOT NULL,
    CONSTRAINT ledger_head_pk PRIMARY KEY (head_no),
    CONSTRAINT ledger_head_one_ck CHECK (head_no = 1)
)
/
INSERT INTO ledger_head (head_no, sequence_no, content_hash)
SELECT 1, 0, '0000000000000000000000000000000000000000000000000000000000000000'
  FROM dual
 WHERE NOT EXISTS (SELECT 1 FROM ledger_head WHERE head_no = 1)
/
-- What a points day is worth now, and how that came; the ledger holds every difference on the way.
CREATE TABLE day_awards (
    account_id        VARCHAR2(36 CHAR)            NOT NULL,
    day_on            DATE                         NOT NULL,
    rules_version     NUMBER(4)                    NOT NULL,
    generation        NUMBER(9)                    NOT NULL,
    awarded_points    NUMBER(6)                    NOT NULL,
    forfeited_points  NUMBER(9)                    NOT NULL,
    active_minutes    NUMBER(4)                    NOT NULL,
    run_days          NUMBER(6)                    NOT NULL,
    tally_json        JSON                         NOT NULL,
    receipt_json      JSON                         NOT NULL,
    computed_at       TIMESTAMP(6) WITH TIME ZONE  NOT NULL,
    CONSTRAINT day_awards_pk PRIMARY KEY (account_id, day_on),
    CONSTRAINT day_awards_account_fk FOREIGN KEY (account_id) REFERENCES accounts (account_id),
    CONSTRAINT day_awards_points_ck CHECK (awarded_points >= 0 AND forfeited_points >= 0)
)
/
-- From which points day on a member's maximum heart rate is what; the award of a day uses that day's.
CREATE TABLE max_hr_values (
    account_id  VARCHAR2(36 CHAR)  NOT NULL,
    from_on     DATE               NOT NULL,
    max_hr_bpm  NUMBER(3),
    CONSTRAINT max_hr_values_pk PRIMARY KEY (account_id, from_on),
    CONSTRAINT max_hr_values_account_fk FOREIGN KEY (account_id) REFERENCES accounts (account_id),
    CONSTRAINT max_hr_values_bpm_ck CHECK (max_hr_bpm BETWEEN 100 AND 240)
)
/
