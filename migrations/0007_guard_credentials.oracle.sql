-- Mailed tokens for more than the first proof of an address.
ALTER TABLE mailed_tokens DROP CONSTRAINT mailed_tokens_purpose_ck
/
ALTER TABLE mailed_tokens ADD (CONSTRAINT mailed_tokens_purpose_ck CHECK (purpose IN
    ('verify_email', 'reset_password', 'change_email', 'undo_email', 'unlock_login', 'invitation',
     'keep_factors')))
/
-- Serves the clean-up.
CREATE INDEX mailed_tokens_expiry_ix ON mailed_tokens (expires_at)
/
-- How often in a row a password or second factor was guessed wrong, and until when guessing rests.
CREATE TABLE login_guards (
    account_id       VARCHAR2(36 CHAR)            NOT NULL,
    kind             VARCHAR2(20 CHAR)            NOT NULL,
    failures         NUMBER(3)                    NOT NULL,
    lock_count       NUMBER(9)                    NOT NULL,
    locked_until_at  TIMESTAMP(6) WITH TIME ZONE,
    attempted_at     TIMESTAMP(6) WITH TIME ZONE  NOT NULL,
    CONSTRAINT login_guards_pk PRIMARY KEY (account_id, kind),
    CONSTRAINT login_guards_account_fk FOREIGN KEY (account_id) REFERENCES accounts (account_id),
    CONSTRAINT login_guards_kind_ck CHECK (kind IN ('password', 'second_factor')),
    CONSTRAINT login_guards_failures_ck CHECK (failures >= 0 AND lock_count >= 0)
)
/
-- What a guess at an unknown address writes, so that it takes as long as one at a known address;
-- a few rows that are written over and over.
CREATE TABLE login_decoys (
    slot_no       NUMBER(4)                    NOT NULL,
    guesses       NUMBER(18)                   NOT NULL,
    attempted_at  TIMESTAMP(6) WITH TIME ZONE  NOT NULL,
    CONSTRAINT login_decoys_pk PRIMARY KEY (slot_no)
)
/
-- Changes of address that were asked for. The id is that of the token mailed to the new address;
-- a taken address is not kept.
CREATE TABLE email_changes (
    change_id         VARCHAR2(36 CHAR)            NOT NULL,
    account_id        VARCHAR2(36 CHAR)            NOT NULL,
    undo_token_id     VARCHAR2(36 CHAR)            NOT NULL,
    new_email         VARCHAR2(254 CHAR),
    new_email_key     VARCHAR2(254 CHAR),
    former_email      VARCHAR2(254 CHAR)           NOT NULL,
    former_email_key  VARCHAR2(254 CHAR)           NOT NULL,
    asked_at          TIMESTAMP(6) WITH TIME ZONE  NOT NULL,
    expires_at        TIMESTAMP(6) WITH TIME ZONE  NOT NULL,
    confirmed_at      TIMESTAMP(6) WITH TIME ZONE,
    CONSTRAINT email_changes_pk PRIMARY KEY (change_id),
    CONSTRAINT email_changes_undo_uq UNIQUE (undo_token_id),
    CONSTRAINT email_changes_account_fk FOREIGN KEY (account_id) REFERENCES accounts (account_id)
)
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
