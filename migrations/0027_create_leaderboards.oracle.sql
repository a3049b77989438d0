-- Where a member stands on a board of a period, kept up with every award. place_key sorts as the
-- board does: points, then who reached them first, then active days, then the id; NULL is not shown.
CREATE TABLE standings (
    account_id   VARCHAR2(36 CHAR)            NOT NULL,
    starts_on    DATE                         NOT NULL,
    period       VARCHAR2(7 CHAR)             NOT NULL,
    board_code   VARCHAR2(12 CHAR)            NOT NULL,
    tier_code    VARCHAR2(12 CHAR)            NOT NULL,
    points       NUMBER(9)                    NOT NULL,
    active_days  NUMBER(5)                    NOT NULL,
    reached_at   TIMESTAMP(6) WITH TIME ZONE  NOT NULL,
    place_key    VARCHAR2(66 CHAR),
    CONSTRAINT standings_pk PRIMARY KEY (account_id, starts_on, period, board_code),
    CONSTRAINT standings_account_fk FOREIGN KEY (account_id) REFERENCES accounts (account_id),
    CONSTRAINT standings_period_ck CHECK (period IN ('daily', 'weekly', 'monthly', 'alltime'))
)
/
-- Serves a board's page, the neighbours of a place, and the count of those before it in a bucket.
CREATE INDEX standings_board_ix ON standings (board_code, period, starts_on, place_key)
/
-- How many places of a board begin with a prefix of their key, at a few depths: what makes a rank
-- out of a few sums. Derived; no check may stop an award.
CREATE TABLE board_buckets (
    board_code    VARCHAR2(12 CHAR)  NOT NULL,
    period        VARCHAR2(7 CHAR)   NOT NULL,
    starts_on     DATE               NOT NULL,
    depth         NUMBER(2)          NOT NULL,
    prefix        VARCHAR2(16 CHAR)  NOT NULL,
    member_count  NUMBER(10)         NOT NULL,
    CONSTRAINT board_buckets_pk PRIMARY KEY (board_code, period, starts_on, depth, prefix)
)
/
-- Who has ever stood on a board, whether they are shown now, and the latest award that was counted.
CREATE TABLE board_members (
    account_id  VARCHAR2(36 CHAR)            NOT NULL,
    is_listed   NUMBER(1)                    NOT NULL,
    counted_at  TIMESTAMP(6) WITH TIME ZONE  NOT NULL,
    CONSTRAINT board_members_pk PRIMARY KEY (account_id),
    CONSTRAINT board_members_account_fk FOREIGN KEY (account_id) REFERENCES accounts (account_id),
    CONSTRAINT board_members_is_listed_ck CHECK (is_listed IN (0, 1))
)
/
-- The boards that a member belonged to, since when: a frozen period keeps those of its last moment.
CREATE TABLE board_moves (
    account_id  VARCHAR2(36 CHAR)            NOT NULL,
    move_no     NUMBER(6)                    NOT NULL,
    from_at     TIMESTAMP(6) WITH TIME ZONE  NOT NULL,
    tier_code   VARCHAR2(12 CHAR)            NOT NULL,
    is_in_open  NUMBER(1)                    NOT NULL,
    CONSTRAINT board_moves_pk PRIMARY KEY (account_id, move_no),
    CONSTRAINT board_moves_account_fk FOREIGN KEY (account_id) REFERENCES accounts (account_id),
    CONSTRAINT board_moves_is_in_open_ck CHECK (is_in_open IN (0, 1))
)
/
