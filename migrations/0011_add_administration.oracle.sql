-- Until when a premium member is one; from that instant on the account counts as an ordinary one.
ALTER TABLE accounts ADD (premium_until_at TIMESTAMP(6) WITH TIME ZONE)
/
-- Serves the end of premium memberships.
CREATE INDEX accounts_premium_ix ON accounts (role, premium_until_at)
/
-- Serves the search without a role or status, newest first, and a range of days in it.
CREATE INDEX accounts_created_ix ON accounts (created_at, account_id)
/
-- Serves the search by role.
CREATE INDEX accounts_role_ix ON accounts (role, created_at, account_id)
/
-- Serves the search by status, and the clean-up of registrations that were never finished.
CREATE INDEX accounts_status_ix ON accounts (status, created_at, account_id)
/
-- Serves the search by both, and the hold on all active admins.
CREATE INDEX accounts_role_status_ix ON accounts (role, status, created_at, account_id)
/
-- Why and how long a member was kept out; the reason is for the member to read.
CREATE TABLE suspensions (
    suspension_id    VARCHAR2(36 CHAR)            NOT NULL,
    account_id       VARCHAR2(36 CHAR)            NOT NULL,
    reason           VARCHAR2(500 CHAR)           NOT NULL,
    suspended_by_id  VARCHAR2(36 CHAR)            NOT NULL,
    suspended_at     TIMESTAMP(6) WITH TIME ZONE  NOT NULL,
    lifted_by_id     VARCHAR2(36 CHAR),
    lifted_at        TIMESTAMP(6) WITH TIME ZONE,
    CONSTRAINT suspensions_pk PRIMARY KEY (suspension_id),
    CONSTRAINT suspensions_account_fk FOREIGN KEY (account_id) REFERENCES accounts (account_id)
)
/
-- Lets an account be suspended once at a time, and finds why.
CREATE UNIQUE INDEX suspensions_open_uq ON suspensions (CASE WHEN lifted_at IS NULL THEN account_id END)
/
-- Serves an account's suspensions, and keeps the foreign key from locking the whole table on Oracle.
CREATE INDEX suspensions_account_ix ON suspensions (account_id, suspension_id)
/
-- What suspended members say against it, and what was decided.
CREATE TABLE appeals (
    appeal_id        VARCHAR2(36 CHAR)            NOT NULL,
    suspension_id    VARCHAR2(36 CHAR)            NOT NULL,
    account_id       VARCHAR2(36 CHAR)            NOT NULL,
    state            VARCHAR2(10 CHAR)            NOT NULL,
    appeal_text      CLOB                         NOT NULL,
    appealed_at      TIMESTAMP(6) WITH TIME ZONE  NOT NULL,
    decision_reason  VARCHAR2(500 CHAR),
    decided_by_id    VARCHAR2(36 CHAR),
    decided_at       TIMESTAMP(6) WITH TIME ZONE,
    CONSTRAINT appeals_pk PRIMARY KEY (appeal_id),
    CONSTRAINT appeals_suspension_fk FOREIGN KEY (suspension_id) REFERENCES suspensions (suspension_id),
    CONSTRAINT appeals_account_fk FOREIGN KEY (account_id) REFERENCES accounts (account_id),
    CONSTRAINT appeals_state_ck CHECK (state IN ('open', 'accepted', 'rejected', 'settled'))
)
/
-- Lets an account have one open appeal at a time.
CREATE UNIQUE INDEX appeals_open_uq ON appeals (CASE WHEN state = 'open' THEN account_id END)
/
-- Serves a member's own appeals, newest first.
CREATE INDEX appeals_account_ix ON appeals (account_id, appeal_id)
/
-- Serves the admins' queue, oldest first.
CREATE INDEX appeals_queue_ix ON appeals (state, appeal_id)
/
-- Serves the count of a suspension's appeals.
CREATE INDEX appeals_suspension_ix ON appeals (suspension_id)
/
-- What admins did to accounts: ids, roles, times and the names of fields, never a person's data.
-- It has no foreign keys, for it outlives accounts that were never used.
CREATE IMMUTABLE TABLE admin_actions (
    action_id    VARCHAR2(36 CHAR)            NOT NULL,
    account_id   VARCHAR2(36 CHAR)            NOT NULL,
    actor_id     VARCHAR2(36 CHAR),
    kind         VARCHAR2(30 CHAR)            NOT NULL,
    before_json  JSON,
    after_json   JSON,
    happened_at  TIMESTAMP(6) WITH TIME ZONE  NOT NULL,
    CONSTRAINT admin_actions_pk PRIMARY KEY (action_id)
) NO DROP UNTIL 0 DAYS IDLE NO DELETE LOCKED
/
-- Serves the history of one account, newest first.
CREATE INDEX admin_actions_account_ix ON admin_actions (account_id, action_id)
/
