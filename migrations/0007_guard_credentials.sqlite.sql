-- Mailed tokens for more than the first proof of an address; no table refers to this one.
CREATE TABLE mailed_tokens_rebuilt (
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
    CONSTRAINT mailed_tokens_purpose_ck CHECK (purpose IN
        ('verify_email', 'reset_password', 'change_email', 'undo_email', 'unlock_login', 'invitation',
         'keep_factors'))
) STRICT
/
INSERT INTO mailed_tokens_rebuilt
SELECT token_id, token_hash, account_id, purpose, created_at, expires_at, used_at
  FROM mailed_tokens
/
DROP TABLE mailed_tokens
/
ALTER TABLE mailed_tokens_rebuilt RENAME TO mailed_tokens
/
-- Serves the withdrawal of a member's older tokens, and the count of a day's mails.
CREATE INDEX mailed_tokens_account_ix ON mailed_tokens (account_id, purpose, created_at)
/
-- Serves the clean-up.
CREATE INDEX mailed_tokens_expiry_ix ON mailed_tokens (expires_at)
/
-- How often in a row a password or second factor was guessed wrong, and until when guessing rests.
CREATE TABLE login_guards (
    account_id       TEXT     NOT NULL CHECK (length(account_id) <= 36),
    kind             TEXT     NOT NULL CHECK (length(kind) <= 20),
    failures         INTEGER  NOT NULL,
    lock_count       INTEGER  NOT NULL,
    locked_until_at  TEXT,
    attempted_at     TEXT     NOT NULL,
    CONSTRAINT login_guards_pk PRIMARY KEY (account_id, kind),
    CONSTRAINT login_guards_account_fk FOREIGN KEY (account_id) REFERENCES accounts (account_id),
    CONSTRAINT login_guards_kind_ck CHECK (kind IN ('password', 'second_factor')),
    CONSTRAINT login_guards_failures_ck CHECK (failures >= 0 AND lock_count >= 0)
) STRICT
/
-- What a guess at an unknown address writes, so that it takes as long as one at a known address;
-- a few rows that are written over and over.
CREATE TABLE login_decoys (
    slot_no       INTEGER  NOT NULL,
    guesses       INTEGER  NOT NULL,
    attempted_at  TEXT     NOT NULL,
    CONSTRAINT login_decoys_pk PRIMARY KEY (slot_no)
) STRICT
/
-- Changes of address that were asked for. The id is that of the token mailed to the new address;
-- a taken address is not kept.
CREATE TABLE email_changes (
    change_id         TEXT     NOT NULL CHECK (length(change_id) <= 36),
    account_id        TEXT     NOT NULL CHECK (length(account_id) <= 36),
    undo_token_id     TEXT     NOT NULL CHECK (length(undo_token_id) <= 36),
    new_email         TEXT     CHECK (length(new_email) <= 254),
    new_email_key     TEXT     CHECK (length(new_email_key) <= 254),
    former_email      TEXT     NOT NULL CHECK (length(former_email) <= 254),
    former_email_key  TEXT     NOT NULL CHECK (length(former_email_key) <= 254),
    asked_at          TEXT     NOT NULL,
    expires_at        TEXT     NOT NULL,
    confirmed_at      TEXT,
    CONSTRAINT email_changes_pk PRIMARY KEY (change_id),
    CONSTRAINT email_changes_undo_uq UNIQUE (undo_token_id),
    CONSTRAINT email_changes_account_fk FOREIGN KEY (account_id) REFERENCES accounts (account_id)
) STRICT
/
-- Serves the erasure of a member, and keeps the foreign key from locking the whole table.
CREATE INDEX email_changes_account_ix ON email_changes (account_id)
/
-- Serves the look whether an address is kept for who may still take it back.
CREATE INDEX email_changes_former_ix ON email_changes (former_email_key)
/
-- Serves the clean-up.
CREATE INDEX email_changes_expiry_ix ON email_changes (expires_at)
/
-- Serves the clean-up of what is older than members are shown.
CREATE INDEX security_events_happened_ix ON security_events (happened_at)
/
-- Serves the clean-up of names whose registration was never finished.
CREATE INDEX display_name_holds_held_ix ON display_name_holds (held_at)
/
