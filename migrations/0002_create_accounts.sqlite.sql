-- Everyone who can log in. The _key columns hold the form in which two spellings are the same;
-- an erased account keeps its row, without the address.
CREATE TABLE accounts (
    account_id         TEXT     NOT NULL CHECK (length(account_id) <= 36),
    email              TEXT     CHECK (length(email) <= 254),
    email_key          TEXT     NOT NULL CHECK (length(email_key) <= 254),
    display_name       TEXT     NOT NULL CHECK (length(display_name) <= 30),
    display_name_key   TEXT     NOT NULL CHECK (length(display_name_key) <= 90),
    password_hash      TEXT     CHECK (length(password_hash) <= 200),
    role               TEXT     NOT NULL CHECK (length(role) <= 10),
    status             TEXT     NOT NULL CHECK (length(status) <= 10),
    date_of_birth_on   TEXT,
    state_code         TEXT     CHECK (length(state_code) <= 2),
    created_at         TEXT     NOT NULL,
    email_verified_at  TEXT,
    CONSTRAINT accounts_pk PRIMARY KEY (account_id),
    CONSTRAINT accounts_email_uq UNIQUE (email_key),
    CONSTRAINT accounts_display_name_uq UNIQUE (display_name_key),
    CONSTRAINT accounts_role_ck CHECK (role IN ('user', 'premium', 'sponsor', 'admin', 'auditor')),
    CONSTRAINT accounts_status_ck CHECK (status IN ('pending', 'active', 'suspended', 'erased'))
) STRICT
/
-- Names that a registration with a taken address asked for: they must look as taken as any other.
CREATE TABLE display_name_holds (
    display_name_key  TEXT     NOT NULL CHECK (length(display_name_key) <= 90),
    email_key         TEXT     NOT NULL CHECK (length(email_key) <= 254),
    held_at           TEXT     NOT NULL,
    CONSTRAINT display_name_holds_pk PRIMARY KEY (display_name_key)
) STRICT
/
-- What a member tells about body and level; the tier follows from it.
CREATE TABLE profiles (
    account_id      TEXT     NOT NULL CHECK (length(account_id) <= 36),
    sex             TEXT     CHECK (length(sex) <= 6),
    fitness_level   TEXT     CHECK (length(fitness_level) <= 12),
    max_hr_bpm      INTEGER,
    resting_hr_bpm  INTEGER,
    tier_code       TEXT     NOT NULL CHECK (length(tier_code) <= 12),
    time_zone       TEXT     NOT NULL CHECK (length(time_zone) <= 64),
    updated_at      TEXT     NOT NULL,
    CONSTRAINT profiles_pk PRIMARY KEY (account_id),
    CONSTRAINT profiles_account_fk FOREIGN KEY (account_id) REFERENCES accounts (account_id),
    CONSTRAINT profiles_sex_ck CHECK (sex IN ('male', 'female')),
    CONSTRAINT profiles_fitness_level_ck CHECK (fitness_level IN ('beginner', 'intermediate', 'advanced')),
    CONSTRAINT profiles_max_hr_ck CHECK (max_hr_bpm BETWEEN 100 AND 240),
    CONSTRAINT profiles_resting_hr_ck CHECK (resting_hr_bpm BETWEEN 25 AND 120)
) STRICT
/
-- Serves the members of a tier.
CREATE INDEX profiles_tier_ix ON profiles (tier_code, account_id)
/
-- Which version of the terms and of the rules a member accepted, and when.
CREATE TABLE acceptances (
    acceptance_id  TEXT     NOT NULL CHECK (length(acceptance_id) <= 36),
    account_id     TEXT     NOT NULL CHECK (length(account_id) <= 36),
    document       TEXT     NOT NULL CHECK (length(document) <= 10),
    version        TEXT     NOT NULL CHECK (length(version) <= 20),
    accepted_at    TEXT     NOT NULL,
    CONSTRAINT acceptances_pk PRIMARY KEY (acceptance_id),
    CONSTRAINT acceptances_account_fk FOREIGN KEY (account_id) REFERENCES accounts (account_id),
    CONSTRAINT acceptances_document_ck CHECK (document IN ('terms', 'rules'))
) STRICT
/
-- Serves what one member accepted, newest last.
CREATE INDEX acceptances_account_ix ON acceptances (account_id, accepted_at, acceptance_id)
/
-- Single-use tokens sent by mail; the token itself is derived from the id and stored nowhere.
CREATE TABLE mailed_tokens (
    token_id    TEXT     NOT NULL CHECK (length(token_id) <= 36),
    token_hash  TEXT     NOT NULL CHECK (length(token_hash) <= 64),
    account_id  TEXT     NOT NULL CHECK (length(account_id) <= 36),
    purpose     TEXT     NOT NULL CHECK (length(purpose) <= 20),
    created_at  TEXT     NOT NULL,
    expires_at  TEXT     NOT NULL,
    used_at     TEXT,
    CONSTRAINT mailed_tokens_pk PRIMARY KEY (token_id),
    CONSTRAINT mailed_tokens_hash_uq UNIQUE (token_hash),
    CONSTRAINT mailed_tokens_account_fk FOREIGN KEY (account_id) REFERENCES accounts (account_id),
    CONSTRAINT mailed_tokens_purpose_ck CHECK (purpose IN ('verify_email'))
) STRICT
/
-- Serves the withdrawal of a member's older tokens, and the count of a day's mails.
CREATE INDEX mailed_tokens_account_ix ON mailed_tokens (account_id, purpose, created_at)
/
-- One log-in on one device; ended ones stay as history.
CREATE TABLE sessions (
    session_id       TEXT     NOT NULL CHECK (length(session_id) <= 36),
    account_id       TEXT     NOT NULL CHECK (length(account_id) <= 36),
    device_name      TEXT     CHECK (length(device_name) <= 60),
    device_platform  TEXT     CHECK (length(device_platform) <= 30),
    remote_address   TEXT     CHECK (length(remote_address) <= 45),
    started_at       TEXT     NOT NULL,
    last_seen_at     TEXT     NOT NULL,
    expires_at       TEXT     NOT NULL,
    stepped_up_at    TEXT,
    ended_at         TEXT,
    end_reason       TEXT     CHECK (length(end_reason) <= 20),
    CONSTRAINT sessions_pk PRIMARY KEY (session_id),
    CONSTRAINT sessions_account_fk FOREIGN KEY (account_id) REFERENCES accounts (account_id),
    CONSTRAINT sessions_end_reason_ck CHECK (end_reason IN ('logged_out', 'revoked', 'token_reused'))
) STRICT
/
-- Serves "my devices", newest first, and the end of all of a member's sessions.
CREATE INDEX sessions_account_ix ON sessions (account_id, session_id)
/
-- The chain of refresh tokens of a session, hashed; a used one names when.
CREATE TABLE refresh_tokens (
    token_hash  TEXT     NOT NULL CHECK (length(token_hash) <= 64),
    session_id  TEXT     NOT NULL CHECK (length(session_id) <= 36),
    issued_at   TEXT     NOT NULL,
    expires_at  TEXT     NOT NULL,
    used_at     TEXT,
    CONSTRAINT refresh_tokens_pk PRIMARY KEY (token_hash),
    CONSTRAINT refresh_tokens_session_fk FOREIGN KEY (session_id) REFERENCES sessions (session_id)
) STRICT
/
-- Serves the clean-up, and keeps the foreign key from locking the whole table on Oracle.
CREATE INDEX refresh_tokens_session_ix ON refresh_tokens (session_id)
/
-- Serves the daily clean-up.
CREATE INDEX refresh_tokens_expiry_ix ON refresh_tokens (expires_at)
/
-- One authenticator app per account: its secret is sealed, its last time step can't be replayed.
CREATE TABLE totp_factors (
    account_id      TEXT     NOT NULL CHECK (length(account_id) <= 36),
    secret_bytes    BLOB     NOT NULL,
    created_at      TEXT     NOT NULL,
    confirmed_at    TEXT,
    last_used_step  INTEGER,
    CONSTRAINT totp_factors_pk PRIMARY KEY (account_id),
    CONSTRAINT totp_factors_account_fk FOREIGN KEY (account_id) REFERENCES accounts (account_id)
) STRICT
/
-- Log-ins whose password was right and whose second factor is awaited, for 5 minutes and 5 attempts.
CREATE TABLE mfa_challenges (
    token_hash       TEXT     NOT NULL CHECK (length(token_hash) <= 64),
    account_id       TEXT     NOT NULL CHECK (length(account_id) <= 36),
    device_name      TEXT     CHECK (length(device_name) <= 60),
    device_platform  TEXT     CHECK (length(device_platform) <= 30),
    attempts         INTEGER  NOT NULL,
    expires_at       TEXT     NOT NULL,
    CONSTRAINT mfa_challenges_pk PRIMARY KEY (token_hash),
    CONSTRAINT mfa_challenges_account_fk FOREIGN KEY (account_id) REFERENCES accounts (account_id)
) STRICT
/
-- Keeps the foreign key from locking the whole table on Oracle.
CREATE INDEX mfa_challenges_account_ix ON mfa_challenges (account_id)
/
-- What a member should be able to look up about the safety of the account.
CREATE TABLE security_events (
    event_id        TEXT     NOT NULL CHECK (length(event_id) <= 36),
    account_id      TEXT     NOT NULL CHECK (length(account_id) <= 36),
    session_id      TEXT     CHECK (length(session_id) <= 36),
    kind            TEXT     NOT NULL CHECK (length(kind) <= 30),
    remote_address  TEXT     CHECK (length(remote_address) <= 45),
    happened_at     TEXT     NOT NULL,
    CONSTRAINT security_events_pk PRIMARY KEY (event_id),
    CONSTRAINT security_events_account_fk FOREIGN KEY (account_id) REFERENCES accounts (account_id)
) STRICT
/
-- Serves a member's own events, newest first.
CREATE INDEX security_events_account_ix ON security_events (account_id, event_id)
/
