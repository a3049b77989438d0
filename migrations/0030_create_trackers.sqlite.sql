-- Members' links to providers. Tokens are sealed, bound to connection, provider and field;
-- `grant_version` counts them, so that of two who refresh at once only one is believed. `fence_no`
-- counts who holds the connection for a sync: a paused worker's late write finds another number.
CREATE TABLE connections (
    connection_id        TEXT     NOT NULL CHECK (length(connection_id) <= 36),
    account_id           TEXT     NOT NULL CHECK (length(account_id) <= 36),
    provider             TEXT     NOT NULL CHECK (length(provider) <= 20),
    external_account_id  TEXT     NOT NULL CHECK (length(external_account_id) <= 200),
    status               TEXT     NOT NULL CHECK (length(status) <= 15),
    status_reason        TEXT              CHECK (length(status_reason) <= 50),
    is_primary           INTEGER  NOT NULL,
    scopes               TEXT     NOT NULL CHECK (length(scopes) <= 1000),
    access_token_bytes   BLOB,
    refresh_token_bytes  BLOB,
    access_expires_at    TEXT,
    grant_version        INTEGER  NOT NULL,
    refresh_lease        TEXT              CHECK (length(refresh_lease) <= 36),
    refresh_until_at     TEXT,
    connected_at         TEXT     NOT NULL,
    ended_at             TEXT,
    due_at               TEXT,
    last_synced_at       TEXT,
    last_asked_at        TEXT,
    failures             INTEGER  NOT NULL,
    silence_told_at      TEXT,
    lease_token          TEXT              CHECK (length(lease_token) <= 36),
    lease_until_at       TEXT,
    fence_no             INTEGER  NOT NULL,
    CONSTRAINT connections_pk PRIMARY KEY (connection_id),
    CONSTRAINT connections_account_fk FOREIGN KEY (account_id) REFERENCES accounts (account_id),
    CONSTRAINT connections_status_ck CHECK (status IN ('active', 'reauth_required', 'parked', 'disconnected')),
    CONSTRAINT connections_primary_ck CHECK (is_primary IN (0, 1)),
    CONSTRAINT connections_ended_ck CHECK ((status = 'disconnected' AND ended_at IS NOT NULL)
        OR (status <> 'disconnected' AND ended_at IS NULL))
) STRICT
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
    state_hash  TEXT     NOT NULL CHECK (length(state_hash) <= 64),
    account_id  TEXT     NOT NULL CHECK (length(account_id) <= 36),
    provider    TEXT     NOT NULL CHECK (length(provider) <= 20),
    return_to   TEXT              CHECK (length(return_to) <= 500),
    begun_at    TEXT     NOT NULL,
    expires_at  TEXT     NOT NULL,
    used_at     TEXT,
    CONSTRAINT connection_attempts_pk PRIMARY KEY (state_hash),
    CONSTRAINT connection_attempts_account_fk FOREIGN KEY (account_id) REFERENCES accounts (account_id)
) STRICT
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
    connection_id  TEXT     NOT NULL CHECK (length(connection_id) <= 36),
    stream         TEXT     NOT NULL CHECK (length(stream) <= 20),
    read_to_at     TEXT,
    filled_to_at   TEXT,
    window_json    TEXT              CHECK (window_json IS NULL OR json_valid(window_json)),
    CONSTRAINT connection_streams_pk PRIMARY KEY (connection_id, stream),
    CONSTRAINT connection_streams_connection_fk FOREIGN KEY (connection_id) REFERENCES connections (connection_id)
) STRICT
/
-- What we know of a provider's objects, the deleted ones too, so that a late page brings none back.
CREATE TABLE connection_records (
    connection_id  TEXT     NOT NULL CHECK (length(connection_id) <= 36),
    stream         TEXT     NOT NULL CHECK (length(stream) <= 20),
    external_id    TEXT     NOT NULL CHECK (length(external_id) <= 200),
    version        TEXT     NOT NULL CHECK (length(version) <= 64),
    is_deleted     INTEGER  NOT NULL,
    activity_id    TEXT              CHECK (length(activity_id) <= 36),
    changed_at     TEXT     NOT NULL,
    CONSTRAINT connection_records_pk PRIMARY KEY (connection_id, stream, external_id),
    CONSTRAINT connection_records_connection_fk FOREIGN KEY (connection_id) REFERENCES connections (connection_id),
    CONSTRAINT connection_records_deleted_ck CHECK (is_deleted IN (0, 1))
) STRICT
/
-- What each sync came to, for the member to read.
CREATE TABLE connection_syncs (
    sync_id        TEXT     NOT NULL CHECK (length(sync_id) <= 36),
    connection_id  TEXT     NOT NULL CHECK (length(connection_id) <= 36),
    cause          TEXT     NOT NULL CHECK (length(cause) <= 10),
    started_at     TEXT     NOT NULL,
    finished_at    TEXT,
    outcome        TEXT     NOT NULL CHECK (length(outcome) <= 15),
    error_code     TEXT              CHECK (length(error_code) <= 50),
    page_count     INTEGER  NOT NULL,
    call_count     INTEGER  NOT NULL,
    created_count  INTEGER  NOT NULL,
    updated_count  INTEGER  NOT NULL,
    skipped_count  INTEGER  NOT NULL,
    deleted_count  INTEGER  NOT NULL,
    CONSTRAINT connection_syncs_pk PRIMARY KEY (sync_id),
    CONSTRAINT connection_syncs_connection_fk FOREIGN KEY (connection_id) REFERENCES connections (connection_id),
    CONSTRAINT connection_syncs_outcome_ck CHECK (outcome IN ('running', 'done', 'delayed', 'failed', 'interrupted'))
) STRICT
/
-- Serves a connection's history, newest first.
CREATE INDEX connection_syncs_history_ix ON connection_syncs (connection_id, sync_id)
/
-- What providers sent, packed, for as long as a mapping may be mended and replayed. What could not be
-- read is kept with the reason.
CREATE TABLE provider_payloads (
    connection_id  TEXT     NOT NULL CHECK (length(connection_id) <= 36),
    stream         TEXT     NOT NULL CHECK (length(stream) <= 20),
    external_id    TEXT     NOT NULL CHECK (length(external_id) <= 200),
    version        TEXT     NOT NULL CHECK (length(version) <= 64),
    body_bytes     BLOB     NOT NULL,
    received_at    TEXT     NOT NULL,
    refusal_code   TEXT              CHECK (length(refusal_code) <= 50),
    CONSTRAINT provider_payloads_pk PRIMARY KEY (connection_id, stream, external_id),
    CONSTRAINT provider_payloads_connection_fk FOREIGN KEY (connection_id) REFERENCES connections (connection_id)
) STRICT
/
-- Serves the clean-up.
CREATE INDEX provider_payloads_received_ix ON provider_payloads (received_at)
/
-- Webhooks as they came in, each once; a job does what they say.
CREATE TABLE webhook_deliveries (
    provider      TEXT     NOT NULL CHECK (length(provider) <= 20),
    delivery_key  TEXT     NOT NULL CHECK (length(delivery_key) <= 64),
    events_json   TEXT     NOT NULL CHECK (json_valid(events_json)),
    received_at   TEXT     NOT NULL,
    done_at       TEXT,
    CONSTRAINT webhook_deliveries_pk PRIMARY KEY (provider, delivery_key)
) STRICT
/
-- Serves the clean-up.
CREATE INDEX webhook_deliveries_received_ix ON webhook_deliveries (received_at)
/
-- What was spent of each provider's limits, by everybody or by one connection: {window: {slot: calls}}.
CREATE TABLE provider_budgets (
    budget_key  TEXT     NOT NULL CHECK (length(budget_key) <= 60),
    spent_json  TEXT     NOT NULL CHECK (json_valid(spent_json)),
    changed_at  TEXT     NOT NULL,
    CONSTRAINT provider_budgets_pk PRIMARY KEY (budget_key)
) STRICT
/
