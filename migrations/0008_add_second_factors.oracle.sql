-- Codes that stand in for a lost second factor; each row is one code that is still to be had.
-- A code has 80 random bits, so that a plain hash, salted by the account, can't be guessed at.
CREATE TABLE recovery_codes (
    account_id  VARCHAR2(36 CHAR)            NOT NULL,
    code_hash   VARCHAR2(64 CHAR)            NOT NULL,
    created_at  TIMESTAMP(6) WITH TIME ZONE  NOT NULL,
    CONSTRAINT recovery_codes_pk PRIMARY KEY (account_id, code_hash),
    CONSTRAINT recovery_codes_account_fk FOREIGN KEY (account_id) REFERENCES accounts (account_id)
)
/
-- That an admin shall take a member's second factors away, after 72 h in which the member can refuse.
CREATE TABLE factor_resets (
    reset_id        VARCHAR2(36 CHAR)            NOT NULL,
    account_id      VARCHAR2(36 CHAR)            NOT NULL,
    state           VARCHAR2(10 CHAR)            NOT NULL,
    reason          VARCHAR2(500 CHAR)           NOT NULL,
    opened_by_id    VARCHAR2(36 CHAR)            NOT NULL,
    opened_at       TIMESTAMP(6) WITH TIME ZONE  NOT NULL,
    completable_at  TIMESTAMP(6) WITH TIME ZONE  NOT NULL,
    expires_at      TIMESTAMP(6) WITH TIME ZONE  NOT NULL,
    token_id        VARCHAR2(36 CHAR)            NOT NULL,
    closed_by_id    VARCHAR2(36 CHAR),
    closed_at       TIMESTAMP(6) WITH TIME ZONE,
    CONSTRAINT factor_resets_pk PRIMARY KEY (reset_id),
    CONSTRAINT factor_resets_account_fk FOREIGN KEY (account_id) REFERENCES accounts (account_id),
    CONSTRAINT factor_resets_opened_by_fk FOREIGN KEY (opened_by_id) REFERENCES accounts (account_id),
    CONSTRAINT factor_resets_closed_by_fk FOREIGN KEY (closed_by_id) REFERENCES accounts (account_id),
    CONSTRAINT factor_resets_state_ck CHECK (state IN ('open', 'refused', 'completed', 'expired'))
)
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
    account_id   VARCHAR2(36 CHAR)            NOT NULL,
    user_handle  VARCHAR2(43 CHAR)            NOT NULL,
    created_at   TIMESTAMP(6) WITH TIME ZONE  NOT NULL,
    CONSTRAINT passkey_users_pk PRIMARY KEY (account_id),
    CONSTRAINT passkey_users_handle_uq UNIQUE (user_handle),
    CONSTRAINT passkey_users_account_fk FOREIGN KEY (account_id) REFERENCES accounts (account_id)
)
/
-- A member's passkeys: the public half of each, and how often its authenticator says it has signed.
CREATE TABLE passkeys (
    passkey_id        VARCHAR2(36 CHAR)            NOT NULL,
    account_id        VARCHAR2(36 CHAR)            NOT NULL,
    credential_hash   VARCHAR2(64 CHAR)            NOT NULL,
    credential_bytes  BLOB                         NOT NULL,
    public_key_bytes  BLOB                         NOT NULL,
    sign_count        NUMBER(10)                   NOT NULL,
    transports        VARCHAR2(100 CHAR),
    name              VARCHAR2(60 CHAR)            NOT NULL,
    is_backed_up      NUMBER(1)                    NOT NULL,
    created_at        TIMESTAMP(6) WITH TIME ZONE  NOT NULL,
    last_used_at      TIMESTAMP(6) WITH TIME ZONE,
    CONSTRAINT passkeys_pk PRIMARY KEY (passkey_id),
    CONSTRAINT passkeys_credential_uq UNIQUE (credential_hash),
    CONSTRAINT passkeys_account_fk FOREIGN KEY (account_id) REFERENCES accounts (account_id),
    CONSTRAINT passkeys_sign_count_ck CHECK (sign_count BETWEEN 0 AND 4294967295),
    CONSTRAINT passkeys_backed_up_ck CHECK (is_backed_up IN (0, 1))
)
/
-- Serves "my passkeys", and whether an account has one.
CREATE INDEX passkeys_account_ix ON passkeys (account_id, passkey_id)
/
-- Random values that an authenticator shall sign: for one purpose, within 5 minutes, once.
-- bound_to is whose it is: a session, a log-in that awaits its second factor, or nobody's yet.
CREATE TABLE passkey_challenges (
    challenge_hash  VARCHAR2(64 CHAR)            NOT NULL,
    purpose         VARCHAR2(10 CHAR)            NOT NULL,
    bound_to        VARCHAR2(64 CHAR)            NOT NULL,
    expires_at      TIMESTAMP(6) WITH TIME ZONE  NOT NULL,
    CONSTRAINT passkey_challenges_pk PRIMARY KEY (challenge_hash),
    CONSTRAINT passkey_challenges_purpose_ck CHECK (purpose IN ('register', 'log_in', 'complete', 'step_up'))
)
/
-- Serves the hourly clean-up.
CREATE INDEX passkey_challenges_expiry_ix ON passkey_challenges (expires_at)
/
