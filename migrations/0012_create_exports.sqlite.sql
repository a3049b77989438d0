-- Whose job it is, so that the member's erasure finds it; others have none.
ALTER TABLE outbox ADD COLUMN account_id TEXT CHECK (length(account_id) <= 36)
/
UPDATE outbox SET account_id = json_extract(payload_json, '$.account_id')
/
-- Serves the erasure of a member.
CREATE INDEX outbox_account_ix ON outbox (account_id)
/
-- Whose request it was; those of strangers have none.
ALTER TABLE idempotency_keys ADD COLUMN account_id TEXT CHECK (length(account_id) <= 36)
/
-- Serves the erasure of a member.
CREATE INDEX idempotency_keys_account_ix ON idempotency_keys (account_id)
/
-- Serves the erasure of a member's salts.
CREATE INDEX drawing_holders_account_ix ON drawing_holders (account_id)
/
-- Who was erased, on whose behalf and when; nothing of the person. Its own account is its pseudonym.
CREATE TABLE erasures (
    account_id   TEXT     NOT NULL CHECK (length(account_id) <= 36),
    actor_id     TEXT     NOT NULL CHECK (length(actor_id) <= 36),
    erased_at    TEXT     NOT NULL,
    finished_at  TEXT,
    CONSTRAINT erasures_pk PRIMARY KEY (account_id),
    CONSTRAINT erasures_account_fk FOREIGN KEY (account_id) REFERENCES accounts (account_id)
) STRICT
/
-- Archives of everything about a member, made by a job and kept for a week.
CREATE TABLE exports (
    export_id         TEXT     NOT NULL CHECK (length(export_id) <= 36),
    account_id        TEXT     NOT NULL CHECK (length(account_id) <= 36),
    state             TEXT     NOT NULL CHECK (length(state) <= 10),
    progress_percent  INTEGER  NOT NULL,
    attempt_no        INTEGER  NOT NULL,
    byte_count        INTEGER  NOT NULL,
    chunk_count       INTEGER  NOT NULL,
    content_sha256    TEXT     CHECK (length(content_sha256) <= 64),
    asked_at          TEXT     NOT NULL,
    finished_at       TEXT,
    expires_at        TEXT     NOT NULL,
    CONSTRAINT exports_pk PRIMARY KEY (export_id),
    CONSTRAINT exports_account_fk FOREIGN KEY (account_id) REFERENCES accounts (account_id),
    CONSTRAINT exports_state_ck CHECK (state IN ('queued', 'running', 'ready', 'failed', 'expired')),
    CONSTRAINT exports_progress_ck CHECK (progress_percent BETWEEN 0 AND 100)
) STRICT
/
-- Lets a member have one export made at a time.
CREATE UNIQUE INDEX exports_running_uq ON exports (CASE WHEN state IN ('queued', 'running') THEN account_id END)
/
-- Serves the count of a member's exports of a day.
CREATE INDEX exports_account_ix ON exports (account_id, asked_at)
/
-- Serves the clean-up.
CREATE INDEX exports_expiry_ix ON exports (expires_at)
/
-- An archive's bytes in pieces; those of an attempt that was cut short are nobody's.
CREATE TABLE export_chunks (
    export_id      TEXT     NOT NULL CHECK (length(export_id) <= 36),
    attempt_no     INTEGER  NOT NULL,
    chunk_no       INTEGER  NOT NULL,
    content_bytes  BLOB     NOT NULL,
    CONSTRAINT export_chunks_pk PRIMARY KEY (export_id, attempt_no, chunk_no),
    CONSTRAINT export_chunks_export_fk FOREIGN KEY (export_id) REFERENCES exports (export_id)
) STRICT
/
