-- What admins add to or take from members' points, or ask another admin to; reverses_no is the
-- transaction that it undoes. The ledger has the amounts for good; the reason goes with the member.
CREATE TABLE point_adjustments (
    adjustment_id    VARCHAR2(36 CHAR)            NOT NULL,
    account_id       VARCHAR2(36 CHAR)            NOT NULL,
    amount_points    NUMBER(15)                   NOT NULL,
    reverses_no      NUMBER(15),
    reason           VARCHAR2(300 CHAR)           NOT NULL,
    state            VARCHAR2(8 CHAR)             NOT NULL,
    requested_by_id  VARCHAR2(36 CHAR)            NOT NULL,
    requested_at     TIMESTAMP(6) WITH TIME ZONE  NOT NULL,
    expires_at       TIMESTAMP(6) WITH TIME ZONE,
    decided_by_id    VARCHAR2(36 CHAR),
    decided_at       TIMESTAMP(6) WITH TIME ZONE,
    CONSTRAINT point_adjustments_pk PRIMARY KEY (adjustment_id),
    CONSTRAINT point_adjustments_account_fk FOREIGN KEY (account_id) REFERENCES accounts (account_id),
    CONSTRAINT point_adjustments_amount_ck CHECK (amount_points <> 0),
    CONSTRAINT point_adjustments_state_ck CHECK ((state = 'pending' AND decided_at IS NULL AND expires_at IS NOT NULL)
        OR (state IN ('posted', 'declined') AND decided_at IS NOT NULL)),
    CONSTRAINT point_adjustments_two_ck CHECK (state <> 'posted' OR decided_by_id IS NULL
        OR decided_by_id <> requested_by_id)
)
/
-- Serves a member's adjustments, newest first, and what an admin did to one of late.
CREATE INDEX point_adjustments_account_ix ON point_adjustments (account_id, adjustment_id)
/
-- Which versions of the earning rules have awarded points, and the hash of what they said then.
CREATE TABLE rules_in_use (
    rules_version  NUMBER(4)                    NOT NULL,
    content_hash   VARCHAR2(64 CHAR)            NOT NULL,
    first_used_at  TIMESTAMP(6) WITH TIME ZONE  NOT NULL,
    CONSTRAINT rules_in_use_pk PRIMARY KEY (rules_version)
)
/
-- Serves the ledger's transactions of one kind, newest first.
CREATE INDEX ledger_transactions_kind_ix ON ledger_transactions (kind, sequence_no)
/
-- Serves what reverses a transaction.
CREATE INDEX ledger_transactions_reverses_ix ON ledger_transactions (reverses_no)
/
