-- Jobs that were decided: the row is the truth, RQ only wakes.
CREATE TABLE outbox (
    outbox_id        VARCHAR2(36 CHAR)            NOT NULL,
    job_name         VARCHAR2(60 CHAR)            NOT NULL,
    job_key          VARCHAR2(200 CHAR)           NOT NULL,
    payload_json     JSON                         NOT NULL,
    request_id       VARCHAR2(64 CHAR),
    state            VARCHAR2(10 CHAR)            NOT NULL,
    attempts         NUMBER(4)                    NOT NULL,
    due_at           TIMESTAMP(6) WITH TIME ZONE  NOT NULL,
    lease_token      VARCHAR2(36 CHAR),
    leased_until_at  TIMESTAMP(6) WITH TIME ZONE,
    last_error       VARCHAR2(1000 CHAR),
    created_at       TIMESTAMP(6) WITH TIME ZONE  NOT NULL,
    done_at          TIMESTAMP(6) WITH TIME ZONE,
    CONSTRAINT outbox_pk PRIMARY KEY (outbox_id),
    CONSTRAINT outbox_job_uq UNIQUE (job_name, job_key),
    CONSTRAINT outbox_state_ck CHECK (state IN ('pending', 'done', 'dead'))
)
/
-- Serves the sweep: pending jobs by due time; done ones are not in the index's way.
CREATE INDEX outbox_due_ix ON outbox (state, due_at, outbox_id)
/
-- Answers to repeated requests, stored with their effect.
CREATE TABLE idempotency_keys (
    scope_hash       VARCHAR2(64 CHAR)            NOT NULL,
    request_hash     VARCHAR2(64 CHAR)            NOT NULL,
    state            VARCHAR2(10 CHAR)            NOT NULL,
    lease_token      VARCHAR2(36 CHAR)            NOT NULL,
    leased_until_at  TIMESTAMP(6) WITH TIME ZONE  NOT NULL,
    response_status  NUMBER(3),
    response_text    CLOB,
    created_at       TIMESTAMP(6) WITH TIME ZONE  NOT NULL,
    expires_at       TIMESTAMP(6) WITH TIME ZONE  NOT NULL,
    CONSTRAINT idempotency_keys_pk PRIMARY KEY (scope_hash),
    CONSTRAINT idempotency_keys_state_ck CHECK (state IN ('running', 'done'))
)
/
-- Serves the daily clean-up.
CREATE INDEX idempotency_keys_expiry_ix ON idempotency_keys (expires_at)
/
-- When each entry of the periodic table is due again.
CREATE TABLE periodic_runs (
    name    VARCHAR2(60 CHAR)            NOT NULL,
    due_at  TIMESTAMP(6) WITH TIME ZONE  NOT NULL,
    CONSTRAINT periodic_runs_pk PRIMARY KEY (name)
)
/
