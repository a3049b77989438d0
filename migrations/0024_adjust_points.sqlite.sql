-- What admins add to or take from members' points, or ask another admin to; reverses_no is the
-- transaction that it undoes. The ledger has the amounts for good; the reason goes with the member.
CREATE TABLE point_adjustments (
    adjustment_id    TEXT     NOT NULL CHECK (length(adjustment_id) <= 36),
    account_id       TEXT     NOT NULL CHECK (length(account_id) <= 36),
    amount_points    INTEGER  NOT NULL,
    reverses_no      INTEGER,
    reason           TEXT     NOT NULL CHECK (length(reason) <= 300),
    state            TEXT     NOT NULL CHECK (length(state) <= 8),
    requested_by_id  TEXT     NOT NULL CHECK (length(requested_by_id) <= 36),
    requested_at     TEXT     NOT NULL,
    expires_at       TEXT,
    decided_by_id    TEXT     CHECK (length(decided_by_id) <= 36),
    decided_at       TEXT,
    CONSTRAINT point_adjustments_pk PRIMARY KEY (adjustment_id),
    CONSTRAINT point_adjustments_account_fk FOREIGN KEY (account_id) REFERENCES accounts (account_id),
    CONSTRAINT point_adjustments_amount_ck CHECK (amount_points <> 0),
    CONSTRAINT point_adjustments_state_ck CHECK ((state = 'pending' AND decided_at IS NULL AND expires_at IS NOT NULL)
        OR (state IN ('posted', 'declined') AND decided_at IS NOT NULL)),
    CONSTRAINT point_adjustments_two_ck CHECK (state <> 'posted' OR decided_by_id IS NULL
        OR decided_by_id <> requested_by_id)
) STRICT
/
-- Serves a member's adjustments, newest first, and what an admin did to one of late.
CREATE INDEX point_adjustments_account_ix ON point_adjustments (account_id, adjustment_id)
/
-- Which versions of the earning rules have awarded points, and the hash of what they said then.
CREATE TABLE rules_in_use (
    rules_version  INTEGER  NOT NULL,
    content_hash   TEXT     NOT NULL CHECK (length(content_hash) <= 64),
    first_used_at  TEXT     NOT NULL,
    CONSTRAINT rules_in_use_pk PRIMARY KEY (rules_version)
) STRICT
/
-- Serves the ledger's transactions of one kind, newest first.
CREATE INDEX ledger_transactions_kind_ix ON ledger_transactions (kind, sequence_no)
/
-- Serves what reverses a transaction.
CREATE INDEX ledger_transactions_reverses_ix ON ledger_transactions (reverses_no)
/
