-- Codes that stand in for a lost second factor; each row is one code that is still to be had.
-- A code has 80 random bits, so that a plain hash, salted by the account, can't be guessed at.
CREATE TABLE recovery_codes (
    account_id  TEXT     NOT NULL CHECK (length(account_id) <= 36),
    code_hash   TEXT     NOT NULL CHECK (length(code_hash) <= 64),
    created_at  TEXT     NOT NULL,
    CONSTRAINT recovery_codes_pk PRIMARY KEY (account_id, code_hash),
    CONSTRAINT recovery_codes_account_fk FOREIGN KEY (account_id) REFERENCES accounts (account_id)
) STRICT
/
-- That an admin shall take a member's second factors away, after 72 h in which the member can refuse.
CREATE TABLE factor_resets (
    reset_id        TEXT     NOT NULL CHECK (length(reset_id) <= 36),
    account_id      TEXT     NOT NULL CHECK (length(account_id) <= 36),
    state           TEXT     NOT NULL CHECK (length(state) <= 10),
    reason          TEXT     NOT NULL CHECK (length(reason) <= 500),
    opened_by_id    TEXT     NOT NULL CHECK (length(opened_by_id) <= 36),
    opened_at       TEXT     NOT NULL,
    completable_at  TEXT     NOT NULL,
    expires_at      TEXT     NOT NULL,
    token_id        TEXT     NOT NULL CHECK (length(token_id) <= 36),
    closed_by_id    TEXT     CHECK (length(closed_by_id) <= 36),
    closed_at       TEXT,
    CONSTRAINT factor_resets_pk PRIMARY KEY (reset_id),
    CONSTRAINT factor_resets_account_fk FOREIGN KEY (account_id) REFERENCES accounts (account_id),
    CONSTRAINT factor_resets_opened_by_fk FOREIGN KEY (opened_by_id) REFERENCES accounts (account_id),
    CONSTRAINT factor_resets_closed_by_fk FOREIGN KEY (closed_by_id) REFERENCES accounts (account_id),
    CONSTRAINT factor_resets_state_ck CHECK (state IN ('open', 'refused', 'completed', 'expired'))
) STRICT
/
-- Lets an account have one open reset at a time.
CREATE UNIQUE INDEX factor_resets_open_uq ON factor_resets (CASE WHEN state = 'open' THEN account_id END)
/
-- Serves an account's resets, newest first.
CREATE INDEX factor_resets_account_ix ON factor_resets (account_id, reset_id)
/
-- Keeps the foreign key from locking the whole table on Oracle.
CREATE INDEX factor_resets_opened_by_ix ON factor_resets (opened_by_id)
/
-- Keeps the foreign key from locking the whole table on Oracle.
CREATE INDEX factor_resets_closed_by_ix ON factor_resets (closed_by_id)
/
-- The random name by which authenticators know an account; it says nothing about whose it is.
CREATE TABLE passkey_users (
    account_id   TEXT     NOT NULL CHECK (length(account_id) <= 36),
    user_handle  TEXT     NOT NULL CHECK (length(user_handle) <= 43),
    created_at   TEXT     NOT NULL,
    CONSTRAINT passkey_users_pk PRIMARY KEY (account_id),
    CONSTRAINT passkey_users_handle_uq UNIQUE (user_handle),
    CONSTRAINT passkey_users_account_fk FOREIGN KEY (account_id) REFERENCES accounts (account_id)
) STRICT
/
-- A member's passkeys: the public half of each, and how often its authenticator says it has signed.
CREATE TABLE passkeys (
    passkey_id        TEXT     NOT NULL CHECK (length(passkey_id) <= 36),
    account_id        TEXT     NOT NULL CHECK (length(account_id) <= 36),
    credential_hash   TEXT     NOT NULL CHECK (length(credential_hash) <= 64),
    credential_bytes  BLOB     NOT NULL,
    public_key_bytes  BLOB     NOT NULL,
    sign_count        INTEGER  NOT NULL,
    transports        TEXT     CHECK (length(transports) <= 100),
    name              TEXT     NOT NULL CHECK (length(name) <= 60),
    is_backed_up      INTEGER  NOT NULL,
    created_at        TEXT     NOT NULL,
    last_used_at      TEXT,
    CONSTRAINT passkeys_pk PRIMARY KEY (passkey_id),
    CONSTRAINT passkeys_credential_uq UNIQUE (credential_hash),
    CONSTRAINT passkeys_account_fk FOREIGN KEY (account_id) REFERENCES accounts (account_id),
    CONSTRAINT passkeys_sign_count_ck CHECK (sign_count BETWEEN 0 AND 4294967295),
    CONSTRAINT passkeys_backed_up_ck CHECK (is_backed_up IN (0, 1))
) STRICT
/
-- Serves "my passkeys", and whether an account has one.
CREATE INDEX passkeys_account_ix ON passkeys (account_id, passkey_id)
/
-- Random values that an authenticator shall sign: for one purpose, within 5 minutes, once.
-- bound_to is whose it is: a session, a log-in that awaits its second factor, or nobody's yet.
CREATE TABLE passkey_challenges (
    challenge_hash  TEXT     NOT NULL CHECK (length(challenge_hash) <= 64),
    purpose         TEXT     NOT NULL CHECK (length(purpose) <= 10),
    bound_to        TEXT     NOT NULL CHECK (length(bound_to) <= 64),
    expires_at      TEXT     NOT NULL,
    CONSTRAINT passkey_challenges_pk PRIMARY KEY (challenge_hash),
    CONSTRAINT passkey_challenges_purpose_ck CHECK (purpose IN ('register', 'log_in', 'complete', 'step_up'))
) STRICT
/
-- Serves the hourly clean-up.
CREATE INDEX passkey_challenges_expiry_ix ON passkey_challenges (expires_at)
/
