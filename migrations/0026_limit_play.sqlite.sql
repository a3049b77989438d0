-- How much a member lets oneself play: points a month (NULL: no limit), a raise that waits until raise_from_at
-- (pending_limit_points NULL then: no limit any more), and the last day of a self-exclusion.
CREATE TABLE play_limits (
    account_id            TEXT     NOT NULL CHECK (length(account_id) <= 36),
    monthly_limit_points  INTEGER,
    pending_limit_points  INTEGER,
    raise_from_at         TEXT,
    excluded_until_on     TEXT,
    updated_at            TEXT     NOT NULL,
    CONSTRAINT play_limits_pk PRIMARY KEY (account_id),
    CONSTRAINT play_limits_account_fk FOREIGN KEY (account_id) REFERENCES accounts (account_id),
    CONSTRAINT play_limits_monthly_ck CHECK (monthly_limit_points >= 0),
    CONSTRAINT play_limits_pending_ck CHECK (pending_limit_points >= 0)
) STRICT
/
-- The free entry of a member, drawing and day, once; the operator's account where it came by mail.
CREATE TABLE free_entries (
    drawing_id     TEXT  NOT NULL CHECK (length(drawing_id) <= 36),
    account_id     TEXT  NOT NULL CHECK (length(account_id) <= 36),
    entered_on     TEXT  NOT NULL,
    entry_id       TEXT  NOT NULL CHECK (length(entry_id) <= 36),
    entered_by_id  TEXT  CHECK (length(entered_by_id) <= 36),
    created_at     TEXT  NOT NULL,
    CONSTRAINT free_entries_pk PRIMARY KEY (drawing_id, account_id, entered_on),
    CONSTRAINT free_entries_entry_uq UNIQUE (entry_id),
    CONSTRAINT free_entries_entry_fk FOREIGN KEY (entry_id) REFERENCES entries (entry_id)
) STRICT
/
CREATE TRIGGER free_entries_no_update BEFORE UPDATE ON free_entries
BEGIN
    SELECT RAISE(ABORT, 'free_entries is append-only');
END
/
CREATE TRIGGER free_entries_no_delete BEFORE DELETE ON free_entries
BEGIN
    SELECT RAISE(ABORT, 'free_entries is append-only');
END
/
-- Who was shut out of one drawing by the operator, with the reason that its list names.
CREATE TABLE disqualifications (
    drawing_id      TEXT     NOT NULL CHECK (length(drawing_id) <= 36),
    account_id      TEXT     NOT NULL CHECK (length(account_id) <= 36),
    reason_code     TEXT     NOT NULL CHECK (length(reason_code) <= 64),
    voided_units    INTEGER  NOT NULL,
    decided_by_id   TEXT     NOT NULL CHECK (length(decided_by_id) <= 36),
    decided_at      TEXT     NOT NULL,
    CONSTRAINT disqualifications_pk PRIMARY KEY (drawing_id, account_id),
    CONSTRAINT disqualifications_drawing_fk FOREIGN KEY (drawing_id) REFERENCES drawings (drawing_id),
    CONSTRAINT disqualifications_account_fk FOREIGN KEY (account_id) REFERENCES accounts (account_id)
) STRICT
/
-- Serves the foreign key of accounts.
CREATE INDEX disqualifications_account_ix ON disqualifications (account_id, drawing_id)
/
CREATE TRIGGER disqualifications_no_update BEFORE UPDATE ON disqualifications
BEGIN
    SELECT RAISE(ABORT, 'disqualifications is append-only');
END
/
CREATE TRIGGER disqualifications_no_delete BEFORE DELETE ON disqualifications
BEGIN
    SELECT RAISE(ABORT, 'disqualifications is append-only');
END
/
-- The official rules that the member accepted by entering; NULL for what was sold before this was kept.
ALTER TABLE entries ADD COLUMN rules_sha256 TEXT CHECK (length(rules_sha256) <= 64)
/
CREATE TRIGGER entries_keep_rules BEFORE UPDATE OF rules_sha256 ON entries
BEGIN
    SELECT RAISE(ABORT, 'entries is append-only');
END
/
-- Serves what a member has spent in a month.
CREATE INDEX entries_month_ix ON entries (account_id, entered_at)
/
