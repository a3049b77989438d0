-- How much a member lets oneself play: points a month (NULL: no limit), a raise that waits until raise_from_at
-- (pending_limit_points NULL then: no limit any more), and the last day of a self-exclusion.
CREATE TABLE play_limits (
    account_id            VARCHAR2(36 CHAR)            NOT NULL,
    monthly_limit_points  NUMBER(12),
    pending_limit_points  NUMBER(12),
    raise_from_at         TIMESTAMP(6) WITH TIME ZONE,
    excluded_until_on     DATE,
    updated_at            TIMESTAMP(6) WITH TIME ZONE  NOT NULL,
    CONSTRAINT play_limits_pk PRIMARY KEY (account_id),
    CONSTRAINT play_limits_account_fk FOREIGN KEY (account_id) REFERENCES accounts (account_id),
    CONSTRAINT play_limits_monthly_ck CHECK (monthly_limit_points >= 0),
    CONSTRAINT play_limits_pending_ck CHECK (pending_limit_points >= 0)
)
/
-- The free entry of a member, drawing and day, once; the operator's account where it came by mail.
CREATE TABLE free_entries (
    drawing_id     VARCHAR2(36 CHAR)            NOT NULL,
    account_id     VARCHAR2(36 CHAR)            NOT NULL,
    entered_on     DATE                         NOT NULL,
    entry_id       VARCHAR2(36 CHAR)            NOT NULL,
    entered_by_id  VARCHAR2(36 CHAR),
    created_at     TIMESTAMP(6) WITH TIME ZONE  NOT NULL,
    CONSTRAINT free_entries_pk PRIMARY KEY (drawing_id, account_id, entered_on),
    CONSTRAINT free_entries_entry_uq UNIQUE (entry_id),
    CONSTRAINT free_entries_entry_fk FOREIGN KEY (entry_id) REFERENCES entries (entry_id)
)
/
CREATE TRIGGER free_entries_no_update BEFORE UPDATE ON free_entries
BEGIN
    RAISE_APPLICATION_ERROR(-20001, 'free_entries is append-only');
END;
/
CREATE TRIGGER free_entries_no_delete BEFORE DELETE ON free_entries
BEGIN
    RAISE_APPLICATION_ERROR(-20001, 'free_entries is append-only');
END;
/
-- Who was shut out of one drawing by the operator, with the reason that its list names.
CREATE TABLE disqualifications (
    drawing_id      VARCHAR2(36 CHAR)            NOT NULL,
    account_id      VARCHAR2(36 CHAR)            NOT NULL,
    reason_code     VARCHAR2(64 CHAR)            NOT NULL,
    voided_units    NUMBER(15)                   NOT NULL,
    decided_by_id   VARCHAR2(36 CHAR)            NOT NULL,
    decided_at      TIMESTAMP(6) WITH TIME ZONE  NOT NULL,
    CONSTRAINT disqualifications_pk PRIMARY KEY (drawing_id, account_id),
    CONSTRAINT disqualifications_drawing_fk FOREIGN KEY (drawing_id) REFERENCES drawings (drawing_id),
    CONSTRAINT disqualifications_account_fk FOREIGN KEY (account_id) REFERENCES accounts (account_id)
)
/
-- Serves the foreign key of accounts.
CREATE INDEX disqualifications_account_ix ON disqualifications (account_id, drawing_id)
/
CREATE TRIGGER disqualifications_no_update BEFORE UPDATE ON disqualifications
BEGIN
    RAISE_APPLICATION_ERROR(-20001, 'disqualifications is append-only');
END;
/
CREATE TRIGGER disqualifications_no_delete BEFORE DELETE ON disqualifications
BEGIN
    RAISE_APPLICATION_ERROR(-20001, 'disqualifications is append-only');
END;
/
-- The official rules that the member accepted by entering; NULL for what was sold before this was kept.
ALTER TABLE entries ADD (rules_sha256 VARCHAR2(64 CHAR))
/
CREATE TRIGGER entries_keep_rules BEFORE UPDATE OF rules_sha256 ON entries
BEGIN
    RAISE_APPLICATION_ERROR(-20001, 'entries is append-only');
END;
/
-- Serves what a member has spent in a month.
CREATE INDEX entries_month_ix ON entries (account_id, entered_at)
/
