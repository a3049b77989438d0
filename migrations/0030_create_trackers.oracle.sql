-- Members' links to providers. Tokens are sealed, bound to connection, provider and field;
-- `grant_version` counts them, so that of two who refresh at once only one is believed. `fence_no`
-- counts who holds the connection for a sync: a paused worker's late write finds another number.
CREATE TABLE connections (
    connection_id         VARCHAR2(36 CHAR)            NOT NULL,
    account_id            VARCHAR2(36 CHAR)            NOT NULL,
    provider              VARCHAR2(20 CHAR)            NOT NULL,
    external_account_id   VARCHAR2(200 CHAR)           NOT NULL,
    status                VARCHAR2(15 CHAR)            NOT NULL,
    status_reason         VARCHAR2(50 CHAR),
    is_primary            NUMBER(1)                    NOT NULL,
    scopes                VARCHAR2(1000 CHAR)          NOT NULL,
    access_token_bytes    BLOB,
    refresh_token_bytes   BLOB,
    access_expires_at     TIMESTAMP(6) WITH TIME ZONE,
    grant_version         NUMBER(9)                    NOT NULL,
    refresh_lease         VARCHAR2(36 CHAR),
    refresh_until_at      TIMESTAMP(6) WITH TIME ZONE,
    connected_at          TIMESTAMP(6) WITH TIME ZONE  NOT NULL,
    ended_at              TIMESTAMP(6) WITH TIME ZONE,
    due_at                TIMESTAMP(6) WITH TIME ZONE,
    last_synced_at        TIMESTAMP(6) WITH TIME ZONE,
    last_asked_at         TIMESTAMP(6) WITH TIME ZONE,
    failures              NUMBER(9)                    NOT NULL,
    silence_told_at       TIMESTAMP(6) WITH TIME ZONE,
    lease_token           VARCHAR2(36 CHAR),
    lease_until_at        TIMESTAMP(6) WITH TIME ZONE,
    fence_no              NUMBER(12)                   NOT NULL,
    CONSTRAINT connections_pk PRIMARY KEY (connection_id),
    CONSTRAINT connections_account_fk FOREIGN KEY (account_id) REFERENCES accounts (account_id),
    CONSTRAINT connections_status_ck CHECK (status IN ('active', 'reauth_required', 'parked', 'disconnected')),
    CONSTRAINT connections_primary_ck CHECK (is_primary IN (0, 1)),
    CONSTRAINT connections_ended_ck CHECK ((status = 'disconnected' AND ended_at IS NOT NULL)
        OR (status <> 'disconnected' AND ended_at IS NULL))
)
/
-- Lets a member have one living connection to a provider.
CREATE UNIQUE INDEX connections_member_uq ON connections
    (CASE WHEN ended_at IS NULL THEN account_id END, CASE WHEN ended_at IS NULL THEN provider END)
/
-- Lets an account at a provider belong to one member.
CREATE UNIQUE INDEX connections_person_uq ON connections
    (CASE WHEN ended_at IS NULL THEN provider END, CASE WHEN ended_at IS NULL THEN external_account_id END)
/
-- Serves a member's connections, and their erasure.
CREATE INDEX connections_account_ix ON connections (account_id, connection_id)
/
-- Serves the scheduler, which looks for what is due.
CREATE INDEX connections_due_ix ON connections (due_at, connection_id)
/
-- Members on their way to a provider's page and back; the state itself is stored as its hash.
CREATE TABLE connection_attempts (
    state_hash      VARCHAR2(64 CHAR)            NOT NULL,
    account_id      VARCHAR2(36 CHAR)            NOT NULL,
    provider        VARCHAR2(20 CHAR)            NOT NULL,
    return_to       VARCHAR2(500 CHAR),
    begun_at        TIMESTAMP(6) WITH TIME ZONE  NOT NULL,
    expires_at      TIMESTAMP(6) WITH TIME ZONE  NOT NULL,
    used_at         TIMESTAMP(6) WITH TIME ZONE,
    CONSTRAINT connection_attempts_pk PRIMARY KEY (state_hash),
    CONSTRAINT connection_attempts_account_fk FOREIGN KEY (account_id) REFERENCES accounts (account_id)
)
/
-- Serves the erasure of a member.
CREATE INDEX connection_attempts_account_ix ON connection_attempts (account_id)
/
-- Serves the clean-up.
CREATE INDEX connection_attempts_expiry_ix ON connection_attempts (expires_at)
/
-- How far each kind of data of a connection is read: forward to `read_to_at`, back to `filled_to_at`;
-- `window_json` is what is being read, page by page.
CREATE TABLE connection_streams (
    connection_id  VARCHAR2(36 CHAR)            NOT NULL,
    stream         VARCHAR2(20 CHAR)            NOT NULL,
    read_to_at     TIMESTAMP(6) WITH TIME ZONE,
    filled_to_at   TIMESTAMP(6) WITH TIME ZONE,
    window_json    JSON,
    CONSTRAINT connection_streams_pk PRIMARY KEY (connection_id, stream),
    CONSTRAINT connection_streams_connection_fk FOREIGN KEY (connection_id) REFERENCES connections (connection_id)
)
/
-- What we know of a provider's objects, the deleted ones too, so that a late page brings none back.
CREATE TABLE connection_records (
    connection_id  VARCHAR2(36 CHAR)            NOT NULL,
    stream         VARCHAR2(20 CHAR)            NOT NULL,
    external_id    VARCHAR2(200 CHAR)           NOT NULL,
    version        VARCHAR2(64 CHAR)            NOT NULL,
    is_deleted     NUMBER(1)                    NOT NULL,
    activity_id    VARCHAR2(36 CHAR),
    changed_at     TIMESTAMP(6) WITH TIME ZONE  NOT NULL,
    CONSTRAINT connection_records_pk PRIMARY KEY (connection_id, stream, external_id),
    CONSTRAINT connection_records_connection_fk FOREIGN KEY (connection_id) REFERENCES connections (connection_id),
    CONSTRAINT connection_records_deleted_ck CHECK (is_deleted IN (0, 1))
)
/
-- What each sync came to, for the member to read.
CREATE TABLE connection_syncs (
    sync_id        VARCHAR2(36 CHAR)            NOT NULL,
    connection_id  VARCHAR2(36 CHAR)            NOT NULL,
    cause          VARCHAR2(10 CHAR)            NOT NULL,
    started_at     TIMESTAMP(6) WITH TIME ZONE  NOT NULL,
    finished_at    TIMESTAMP(6) WITH TIME ZONE,
    outcome        VARCHAR2(15 CHAR)            NOT NULL,
    error_code     VARCHAR2(50 CHAR),
    page_count     NUMBER(9)                    NOT NULL,
    call_count     NUMBER(9)                    NOT NULL,
    created_count  NUMBER(9)                    NOT NULL,
    updated_count  NUMBER(9)                    NOT NULL,
    skipped_count  NUMBER(9)                    NOT NULL,
    deleted_count  NUMBER(9)                    NOT NULL,
    CONSTRAINT connection_syncs_pk PRIMARY KEY (sync_id),
    CONSTRAINT connection_syncs_connection_fk FOREIGN KEY (connection_id) REFERENCES connections (connection_id),
    CONSTRAINT connection_syncs_outcome_ck CHECK (outcome IN ('running', 'done', 'delayed', 'failed', 'interrupted'))
)
/
-- Serves a connection's history, newest first.
CREATE INDEX connection_syncs_history_ix ON connection_syncs (connection_id, sync_id)
/
-- What providers sent, packed, for as long as a mapping may be mended and replayed. What could not be
-- read is kept with the reason.
CREATE TABLE provider_payloads (
    connection_id   VARCHAR2(36 CHAR)            NOT NULL,
    stream          VARCHAR2(20 CHAR)            NOT NULL,
    external_id     VARCHAR2(200 CHAR)           NOT NULL,
    version         VARCHAR2(64 CHAR)            NOT NULL,
    body_bytes      BLOB                         NOT NULL,
    received_at     TIMESTAMP(6) WITH TIME ZONE  NOT NULL,
    refusal_code    VARCHAR2(50 CHAR),
    CONSTRAINT provider_payloads_pk PRIMARY KEY (connection_id, stream, external_id),
    CONSTRAINT provider_payloads_connection_fk FOREIGN KEY (connection_id) REFERENCES connections (connection_id)
)
/
-- Serves the clean-up.
CREATE INDEX provider_payloads_received_ix ON provider_payloads (received_at)
/
-- Webhooks as they came in, each once; a job does what they say.
CREATE TABLE webhook_deliveries (
    provider       VARCHAR2(20 CHAR)            NOT NULL,
    delivery_key   VARCHAR2(64 CHAR)            NOT NULL,
    events_json    JSON                         NOT NULL,
    received_at    TIMESTAMP(6) WITH TIME ZONE  NOT NULL,
    done_at        TIMESTAMP(6) WITH TIME ZONE,
    CONSTRAINT webhook_deliveries_pk PRIMARY KEY (provider, delivery_key)
)
/
-- Serves the clean-up.
CREATE INDEX webhook_deliveries_received_ix ON webhook_deliveries (received_at)
/
-- What was spent of each provider's limits, by everybody or by one connection: {window: {slot: calls}}.
CREATE TABLE provider_budgets (
    budget_key  VARCHAR2(60 CHAR)            NOT NULL,
    spent_json  JSON                         NOT NULL,
    changed_at  TIMESTAMP(6) WITH TIME ZONE  NOT NULL,
    CONSTRAINT provider_budgets_pk PRIMARY KEY (budget_key)
)
/
