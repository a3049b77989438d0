-- Jobs that were decided: the row is the truth, RQ only wakes.
CREATE TABLE outbox (
    outbox_id        TEXT     NOT NULL CHECK (length(outbox_id) <= 36),
    job_name         TEXT     NOT NULL CHECK (length(job_name) <= 60),
    job_key          TEXT     NOT NULL CHECK (length(job_key) <= 200),
    payload_json     TEXT     NOT NULL CHECK (json_valid(payload_json)),
    request_id       TEXT     CHECK (length(request_id) <= 64),
    state            TEXT     NOT NULL CHECK (length(state) <= 10),
    attempts         INTEGER  NOT NULL,
    due_at           TEXT     NOT NULL,
    lease_token      TEXT     CHECK (length(lease_token) <= 36),
    leased_until_at  TEXT,
    last_error       TEXT     CHECK (length(last_error) <= 1000),
    created_at       TEXT     NOT NULL,
    done_at          TEXT,
    CONSTRAINT outbox_pk PRIMARY KEY (outbox_id),
    CONSTRAINT outbox_job_uq UNIQUE (job_name, job_key),
    CONSTRAINT outbox_state_ck CHECK (state IN ('pending', 'done', 'dead'))
) STRICT
/
-- Serves the sweep: pending jobs by due time; done ones are not in the index's way.
CREATE INDEX outbox_due_ix ON outbox (state, due_at, outbox_id)
/
-- Answers to repeated requests, stored with their effect.
CREATE TABLE idempotency_keys (
    scope_hash       TEXT     NOT NULL CHECK (length(scope_hash) <= 64),
    request_hash     TEXT     NOT NULL CHECK (length(request_hash) <= 64),
    state            TEXT     NOT NULL CHECK (length(state) <= 10),
    lease_token      TEXT     NOT NULL CHECK (length(lease_token) <= 36),
    leased_until_at  TEXT     NOT NULL,
    response_status  INTEGER,
    response_text    TEXT,
    created_at       TEXT     NOT NULL,
    expires_at       TEXT     NOT NULL,
    CONSTRAINT idempotency_keys_pk PRIMARY KEY (scope_hash),
    CONSTRAINT idempotency_keys_state_ck CHECK (state IN ('running', 'done'))
) STRICT
/
-- Serves the daily clean-up.
CREATE INDEX idempotency_keys_expiry_ix ON idempotency_keys (expires_at)
/
-- When each entry of the periodic table is due again.
CREATE TABLE periodic_runs (
    name    TEXT  NOT NULL CHECK (length(name) <= 60),
    due_at  TEXT  NOT NULL,
    CONSTRAINT periodic_runs_pk PRIMARY KEY (name)
) STRICT
/
