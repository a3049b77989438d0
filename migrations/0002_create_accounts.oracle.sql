-- Everyone who can log in. The _key columns hold the form in which two spellings are the same;
-- an erased account keeps its row, without the address.
CREATE TABLE accounts (
    account_id         VARCHAR2(36 CHAR)            NOT NULL,
    email              VARCHAR2(254 CHAR),
    email_key          VARCHAR2(254 CHAR)           NOT NULL,
    display_name       VARCHAR2(30 CHAR)            NOT NULL,
    display_name_key   VARCHAR2(90 CHAR)            NOT NULL,
    password_hash      VARCHAR2(200 CHAR),
    role               VARCHAR2(10 CHAR)            NOT NULL,
    status             VARCHAR2(10 CHAR)            NOT NULL,
    date_of_birth_on   DATE,
    state_code         VARCHAR2(2 CHAR),
    created_at         TIMESTAMP(6) WITH TIME ZONE  NOT NULL,
    email_verified_at  TIMESTAMP(6) WITH TIME ZONE,
    CONSTRAINT accounts_pk PRIMARY KEY (account_id),
    CONSTRAINT accounts_email_uq UNIQUE (email_key),
    CONSTRAINT accounts_display_name_uq UNIQUE (display_name_key),
    CONSTRAINT accounts_role_ck CHECK (role IN ('user', 'premium', 'sponsor', 'admin', 'auditor')),
    CONSTRAINT accounts_status_ck CHECK (status IN ('pending', 'active', 'suspended', 'erased'))
)
/
-- Names that a registration with a taken address asked for: they must look as taken as any other.
CREATE TABLE display_name_holds (
    display_name_key  VARCHAR2(90 CHAR)            NOT NULL,
    email_key         VARCHAR2(254 CHAR)           NOT NULL,
    held_at           TIMESTAMP(6) WITH TIME ZONE  NOT NULL,
    CONSTRAINT display_name_holds_pk PRIMARY KEY (display_name_key)
)
/
-- What a member tells about body and level; the tier follows from it.
CREATE TABLE profiles (
    account_id      VARCHAR2(36 CHAR)            NOT NULL,
    sex             VARCHAR2(6 CHAR),
    fitness_level   VARCHAR2(12 CHAR),
    max_hr_bpm      NUMBER(3),
    resting_hr_bpm  NUMBER(3),
    tier_code       VARCHAR2(12 CHAR)            NOT NULL,
    time_zone       VARCHAR2(64 CHAR)            NOT NULL,
    updated_at      TIMESTAMP(6) WITH TIME ZONE  NOT NULL,
    CONSTRAINT profiles_pk PRIMARY KEY (account_id),
    CONSTRAINT profiles_account_fk FOREIGN KEY (account_id) REFERENCES accounts (account_id),
    CONSTRAINT profiles_sex_ck CHECK (sex IN ('male', 'female')),
    CONSTRAINT profiles_fitness_level_ck CHECK (fitness_level IN ('beginner', 'intermediate', 'advanced')),
    CONSTRAINT profiles_max_hr_ck CHECK (max_hr_bpm BETWEEN 100 AND 240),
    CONSTRAINT profiles_resting_hr_ck CHECK (resting_hr_bpm BETWEEN 25 AND 120)
)
/
-- Serves the members of a tier.
CREATE INDEX profiles_tier_ix ON profiles (tier_code, account_id)
/
-- Which version of the terms and of the rules a member accepted, and when.
CREATE TABLE acceptances (
    acceptance_id  VARCHAR2(36 CHAR)            NOT NULL,
    account_id     VARCHAR2(36 CHAR)            NOT NULL,
    document       VARCHAR2(10 CHAR)            NOT NULL,
    version        VARCHAR2(20 CHAR)            NOT NULL,
    accepted_at    TIMESTAMP(6) WITH TIME ZONE  NOT NULL,
    CONSTRAINT acceptances_pk PRIMARY KEY (acceptance_id),
    CONSTRAINT acceptances_account_fk FOREIGN KEY (account_id) REFERENCES accounts (account_id),
    CONSTRAINT acceptances_document_ck CHECK (document IN ('terms', 'rules'))
)
/
-- Serves what one member accepted, newest last.
CREATE INDEX acceptances_account_ix ON acceptances (account_id, accepted_at, acceptance_id)
/
-- Single-use tokens sent by mail; the token itself is derived from the id and stored nowhere.
CREATE TABLE mailed_tokens (
    token_id    VARCHAR2(36 CHAR)            NOT NULL,
    token_hash  VARCHAR2(64 CHAR)            NOT NULL,
    account_id  VARCHAR2(36 CHAR)            NOT NULL,
    purpose     VARCHAR2(20 CHAR)            NOT NULL,
    created_at  TIMESTAMP(6) WITH TIME ZONE  NOT NULL,
    expires_at  TIMESTAMP(6) WITH TIME ZONE  NOT NULL,
    used_at     TIMESTAMP(6) WITH TIME ZONE,
    CONSTRAINT mailed_tokens_pk PRIMARY KEY (token_id),
    CONSTRAINT mailed_tokens_hash_uq UNIQUE (token_hash),
    CONSTRAINT mailed_tokens_account_fk FOREIGN KEY (account_id) REFERENCES accounts (account_id),
    CONSTRAINT mailed_tokens_purpose_ck CHECK (purpose IN ('verify_email'))
)
/
-- Serves the withdrawal of a member's older tokens, and the count of a day's mails.
CREATE INDEX mailed_tokens_account_ix ON mailed_tokens (account_id, purpose, created_at)
/
-- One log-in on one device; ended ones stay as history.
CREATE TABLE sessions (
    session_id       VARCHAR2(36 CHAR)            NOT NULL,
    account_id       VARCHAR2(36 CHAR)            NOT NULL,
    device_name      VARCHAR2(60 CHAR),
    device_platform  VARCHAR2(30 CHAR),
    remote_address   VARCHAR2(45 CHAR),
    started_at       TIMESTAMP(6) WITH TIME ZONE  NOT NULL,
    last_seen_at     TIMESTAMP(6) WITH TIME ZONE  NOT NULL,
    expires_at       TIMESTAMP(6) WITH TIME ZONE  NOT NULL,
    stepped_up_at    TIMESTAMP(6) WITH TIME ZONE,
    ended_at         TIMESTAMP(6) WITH TIME ZONE,
    end_reason       VARCHAR2(20 CHAR),
    CONSTRAINT sessions_pk PRIMARY KEY (session_id),
    CONSTRAINT sessions_account_fk FOREIGN KEY (account_id) REFERENCES accounts (account_id),
    CONSTRAINT sessions_end_reason_ck CHECK (end_reason IN ('logged_out', 'revoked', 'token_reused'))
)
/
-- Serves "my devices", newest first, and the end of all of a member's sessions.
CREATE INDEX sessions_account_ix ON sessions (account_id, session_id)
/
-- The chain of refresh tokens of a session, hashed; a used one names when.
CREATE TABLE refresh_tokens (
    token_hash  VARCHAR2(64 CHAR)            NOT NULL,
    session_id  VARCHAR2(36 CHAR)            NOT NULL,
    issued_at   TIMESTAMP(6) WITH TIME ZONE  NOT NULL,
    expires_at  TIMESTAMP(6) WITH TIME ZONE  NOT NULL,
    used_at     TIMESTAMP(6) WITH TIME ZONE,
    CONSTRAINT refresh_tokens_pk PRIMARY KEY (token_hash),
    CONSTRAINT refresh_tokens_session_fk FOREIGN KEY (session_id) REFERENCES sessions (session_id)
)
/
-- Serves the clean-up, and keeps the foreign key from locking the whole table on Oracle.
CREATE INDEX refresh_tokens_session_ix ON refresh_tokens (session_id)
/
-- Serves the daily clean-up.
CREATE INDEX refresh_tokens_expiry_ix ON refresh_tokens (expires_at)
/
-- One authenticator app per account: its secret is sealed, its last time step can't be replayed.
CREATE TABLE totp_factors (
    account_id      VARCHAR2(36 CHAR)            NOT NULL,
    secret_bytes    BLOB                         NOT NULL,
    created_at      TIMESTAMP(6) WITH TIME ZONE  NOT NULL,
    confirmed_at    TIMESTAMP(6) WITH TIME ZONE,
    last_used_step  NUMBER(12),
    CONSTRAINT totp_factors_pk PRIMARY KEY (account_id),
    CONSTRAINT totp_factors_account_fk FOREIGN KEY (account_id) REFERENCES accounts (account_id)
)
/
-- Log-ins whose password was right and whose second factor is awaited, for 5 minutes and 5 attempts.
CREATE TABLE mfa_challenges (
    token_hash       VARCHAR2(64 CHAR)            NOT NULL,
    account_id       VARCHAR2(36 CHAR)            NOT NULL,
    device_name      VARCHAR2(60 CHAR),
    device_platform  VARCHAR2(30 CHAR),
    attempts         NUMBER(2)                    NOT NULL,
    expires_at       TIMESTAMP(6) WITH TIME ZONE  NOT NULL,
    CONSTRAINT mfa_challenges_pk PRIMARY KEY (token_hash),
    CONSTRAINT mfa_challenges_account_fk FOREIGN KEY (account_id) REFERENCES accounts (account_id)
)
/
-- Keeps the foreign key from locking the whole table on Oracle.
CREATE INDEX mfa_challenges_account_ix ON mfa_challenges (account_id)
/
-- What a member should be able to look up about the safety of the account.
CREATE TABLE security_events (
    event_id        VARCHAR2(36 CHAR)            NOT NULL,
    account_id      VARCHAR2(36 CHAR)            NOT NULL,
    session_id      VARCHAR2(36 CHAR),
    kind            VARCHAR2(30 CHAR)            NOT NULL,
    remote_address  VARCHAR2(45 CHAR),
    happened_at     TIMESTAMP(6) WITH TIME ZONE  NOT NULL,
    CONSTRAINT security_events_pk PRIMARY KEY (event_id),
    CONSTRAINT security_events_account_fk FOREIGN KEY (account_id) REFERENCES accounts (account_id)
)
/
-- Serves a member's own events, newest first.
CREATE INDEX security_events_account_ix ON security_events (account_id, event_id)
/
