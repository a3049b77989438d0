-- Whose job it is, so that the member's erasure finds it; others have none.
ALTER TABLE outbox ADD (account_id VARCHAR2(36 CHAR))
/
UPDATE outbox SET account_id = JSON_VALUE(payload_json, '$.account_id')
/
-- Serves the erasure of a member.
CREATE INDEX outbox_account_ix ON outbox (account_id)
/
-- Whose request it was; those of strangers have none.
ALTER TABLE idempotency_keys ADD (account_id VARCHAR2(36 CHAR))
/
-- Serves the erasure of a member.
CREATE INDEX idempotency_keys_account_ix ON idempotency_keys (account_id)
/
-- Serves the erasure of a member's salts.
CREATE INDEX drawing_holders_account_ix ON drawing_holders (account_id)
/
-- Who was erased, on whose behalf and when; nothing of the person. Its own account is its pseudonym.
CREATE TABLE erasures (
    account_id   VARCHAR2(36 CHAR)            NOT NULL,
    actor_id     VARCHAR2(36 CHAR)            NOT NULL,
    erased_at    TIMESTAMP(6) WITH TIME ZONE  NOT NULL,
    finished_at  TIMESTAMP(6) WITH TIME ZONE,
    CONSTRAINT erasures_pk PRIMARY KEY (account_id),
    CONSTRAINT erasures_account_fk FOREIGN KEY (account_id) REFERENCES accounts (account_id)
)
/
-- Archives of everything about a member, made by a job and kept for a week.
CREATE TABLE exports (
    export_id         VARCHAR2(36 CHAR)            NOT NULL,
    account_id        VARCHAR2(36 CHAR)            NOT NULL,
    state             VARCHAR2(10 CHAR)            NOT NULL,
    progress_percent  NUMBER(3)                    NOT NULL,
    attempt_no        NUMBER(3)                    NOT NULL,
    byte_count        NUMBER(15)                   NOT NULL,
    chunk_count       NUMBER(9)                    NOT NULL,
    content_sha256    VARCHAR2(64 CHAR),
    asked_at          TIMESTAMP(6) WITH TIME ZONE  NOT NULL,
    finished_at       TIMESTAMP(6) WITH TIME ZONE,
    expires_at        TIMESTAMP(6) WITH TIME ZONE  NOT NULL,
    CONSTRAINT exports_pk PRIMARY KEY (export_id),
    CONSTRAINT exports_account_fk FOREIGN KEY (account_id) REFERENCES accounts (account_id),
    CONSTRAINT exports_state_ck CHECK (state IN ('queued', 'running', 'ready', 'failed', 'expired')),
    CONSTRAINT exports_progress_ck CHECK (progress_percent BETWEEN 0 AND 100)
)
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
    export_id      VARCHAR2(36 CHAR)  NOT NULL,
    attempt_no     NUMBER(3)          NOT NULL,
    chunk_no       NUMBER(9)          NOT NULL,
    content_bytes  BLOB               NOT NULL,
    CONSTRAINT export_chunks_pk PRIMARY KEY (export_id, attempt_no, chunk_no),
    CONSTRAINT export_chunks_export_fk FOREIGN KEY (export_id) REFERENCES exports (export_id)
)
/
