-- Whom a provider knows by `subject` has this account here. The address is what the provider said
-- last: it is shown to the owner, and nobody is found by it.
CREATE TABLE external_identities (
    provider      TEXT     NOT NULL CHECK (length(provider) <= 10),
    subject       TEXT     NOT NULL CHECK (length(subject) <= 255),
    account_id    TEXT     NOT NULL CHECK (length(account_id) <= 36),
    email         TEXT     CHECK (length(email) <= 254),
    linked_at     TEXT     NOT NULL,
    last_used_at  TEXT     NOT NULL,
    CONSTRAINT external_identities_pk PRIMARY KEY (provider, subject),
    CONSTRAINT external_identities_account_uq UNIQUE (account_id, provider),
    CONSTRAINT external_identities_account_fk FOREIGN KEY (account_id) REFERENCES accounts (account_id),
    CONSTRAINT external_identities_provider_ck CHECK (provider IN ('google', 'apple'))
) STRICT
/
-- Visits to a provider that were begun and may come back within 10 minutes, once: `state_hash` is
-- of what travels with the browser, `token_hash` of what only the client has that began.
CREATE TABLE oidc_attempts (
    state_hash  TEXT     NOT NULL CHECK (length(state_hash) <= 64),
    token_hash  TEXT     NOT NULL CHECK (length(token_hash) <= 64),
    provider    TEXT     NOT NULL CHECK (length(provider) <= 10),
    intent      TEXT     NOT NULL CHECK (length(intent) <= 10),
    account_id  TEXT     CHECK (length(account_id) <= 36),
    session_id  TEXT     CHECK (length(session_id) <= 36),
    return_to   TEXT     CHECK (length(return_to) <= 500),
    expires_at  TEXT     NOT NULL,
    CONSTRAINT oidc_attempts_pk PRIMARY KEY (state_hash),
    CONSTRAINT oidc_attempts_account_fk FOREIGN KEY (account_id) REFERENCES accounts (account_id),
    CONSTRAINT oidc_attempts_provider_ck CHECK (provider IN ('google', 'apple')),
    CONSTRAINT oidc_attempts_intent_ck CHECK (intent IN ('sign_in', 'link', 'step_up'))
) STRICT
/
-- Serves the erasure of a member, and keeps the foreign key from locking the whole table on Oracle.
CREATE INDEX oidc_attempts_account_ix ON oidc_attempts (account_id)
/
-- Serves the hourly clean-up.
CREATE INDEX oidc_attempts_expiry_ix ON oidc_attempts (expires_at)
/
-- What a provider has just proved of somebody who has no account here yet (register), or whose
-- verified address is that of an account which is not linked (link); for 10 minutes, once.
CREATE TABLE oidc_proofs (
    token_hash  TEXT     NOT NULL CHECK (length(token_hash) <= 64),
    purpose     TEXT     NOT NULL CHECK (length(purpose) <= 10),
    provider    TEXT     NOT NULL CHECK (length(provider) <= 10),
    subject     TEXT     NOT NULL CHECK (length(subject) <= 255),
    email       TEXT     NOT NULL CHECK (length(email) <= 254),
    email_key   TEXT     NOT NULL CHECK (length(email_key) <= 254),
    account_id  TEXT     CHECK (length(account_id) <= 36),
    expires_at  TEXT     NOT NULL,
    CONSTRAINT oidc_proofs_pk PRIMARY KEY (token_hash),
    CONSTRAINT oidc_proofs_account_fk FOREIGN KEY (account_id) REFERENCES accounts (account_id),
    CONSTRAINT oidc_proofs_purpose_ck CHECK (purpose IN ('register', 'link')),
    CONSTRAINT oidc_proofs_provider_ck CHECK (provider IN ('google', 'apple'))
) STRICT
/
-- Keeps the foreign key from locking the whole table on Oracle.
CREATE INDEX oidc_proofs_account_ix ON oidc_proofs (account_id)
/
-- Serves the erasure of a member.
CREATE INDEX oidc_proofs_email_ix ON oidc_proofs (email_key)
/
-- Serves the hourly clean-up.
CREATE INDEX oidc_proofs_expiry_ix ON oidc_proofs (expires_at)
/
