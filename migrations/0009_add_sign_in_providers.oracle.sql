-- Whom a provider knows by `subject` has this account here. The address is what the provider said
-- last: it is shown to the owner, and nobody is found by it.
CREATE TABLE external_identities (
    provider      VARCHAR2(10 CHAR)            NOT NULL,
    subject       VARCHAR2(255 CHAR)           NOT NULL,
    account_id    VARCHAR2(36 CHAR)            NOT NULL,
    email         VARCHAR2(254 CHAR),
    linked_at     TIMESTAMP(6) WITH TIME ZONE  NOT NULL,
    last_used_at  TIMESTAMP(6) WITH TIME ZONE  NOT NULL,
    CONSTRAINT external_identities_pk PRIMARY KEY (provider, subject),
    CONSTRAINT external_identities_account_uq UNIQUE (account_id, provider),
    CONSTRAINT external_identities_account_fk FOREIGN KEY (account_id) REFERENCES accounts (account_id),
    CONSTRAINT external_identities_provider_ck CHECK (provider IN ('google', 'apple'))
)
/
-- Visits to a provider that were begun and may come back within 10 minutes, once: `state_hash` is
-- of what travels with the browser, `token_hash` of what only the client has that began.
CREATE TABLE oidc_attempts (
    state_hash  VARCHAR2(64 CHAR)            NOT NULL,
    token_hash  VARCHAR2(64 CHAR)            NOT NULL,
    provider    VARCHAR2(10 CHAR)            NOT NULL,
    intent      VARCHAR2(10 CHAR)            NOT NULL,
    account_id  VARCHAR2(36 CHAR),
    session_id  VARCHAR2(36 CHAR),
    return_to   VARCHAR2(500 CHAR),
    expires_at  TIMESTAMP(6) WITH TIME ZONE  NOT NULL,
    CONSTRAINT oidc_attempts_pk PRIMARY KEY (state_hash),
    CONSTRAINT oidc_attempts_account_fk FOREIGN KEY (account_id) REFERENCES accounts (account_id),
    CONSTRAINT oidc_attempts_provider_ck CHECK (provider IN ('google', 'apple')),
    CONSTRAINT oidc_attempts_intent_ck CHECK (intent IN ('sign_in', 'link', 'step_up'))
)
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
    token_hash  VARCHAR2(64 CHAR)            NOT NULL,
    purpose     VARCHAR2(10 CHAR)            NOT NULL,
    provider    VARCHAR2(10 CHAR)            NOT NULL,
    subject     VARCHAR2(255 CHAR)           NOT NULL,
    email       VARCHAR2(254 CHAR)           NOT NULL,
    email_key   VARCHAR2(254 CHAR)           NOT NULL,
    account_id  VARCHAR2(36 CHAR),
    expires_at  TIMESTAMP(6) WITH TIME ZONE  NOT NULL,
    CONSTRAINT oidc_proofs_pk PRIMARY KEY (token_hash),
    CONSTRAINT oidc_proofs_account_fk FOREIGN KEY (account_id) REFERENCES accounts (account_id),
    CONSTRAINT oidc_proofs_purpose_ck CHECK (purpose IN ('register', 'link')),
    CONSTRAINT oidc_proofs_provider_ck CHECK (provider IN ('google', 'apple'))
)
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
