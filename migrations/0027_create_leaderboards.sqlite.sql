-- Where a member stands on a board of a period, kept up with every award. place_key sorts as the
-- board does: points, then who reached them first, then active days, then the id; NULL is not shown.
CREATE TABLE standings (
    account_id   TEXT     NOT NULL CHECK (length(account_id) <= 36),
    starts_on    TEXT     NOT NULL,
    period       TEXT     NOT NULL CHECK (length(period) <= 7),
    board_code   TEXT     NOT NULL CHECK (length(board_code) <= 12),
    tier_code    TEXT     NOT NULL CHECK (length(tier_code) <= 12),
    points       INTEGER  NOT NULL,
    active_days  INTEGER  NOT NULL,
    reached_at   TEXT     NOT NULL,
    place_key    TEXT              CHECK (length(place_key) <= 66),
    CONSTRAINT standings_pk PRIMARY KEY (account_id, starts_on, period, board_code),
    CONSTRAINT standings_account_fk FOREIGN KEY (account_id) REFERENCES accounts (account_id),
    CONSTRAINT standings_period_ck CHECK (period IN ('daily', 'weekly', 'monthly', 'alltime'))
) STRICT
/
-- Serves a board's page, the neighbours of a place, and the count of those before it in a bucket.
CREATE INDEX standings_board_ix ON standings (board_code, period, starts_on, place_key)
/
-- How many places of a board begin with a prefix of their key, at a few depths: what makes a rank
-- out of a few sums. Derived; no check may stop an award.
CREATE TABLE board_buckets (
    board_code   TEXT     NOT NULL CHECK (length(board_code) <= 12),
    period       TEXT     NOT NULL CHECK (length(period) <= 7),
    starts_on    TEXT     NOT NULL,
    depth        INTEGER  NOT NULL,
    prefix       TEXT     NOT NULL CHECK (length(prefix) <= 16),
    member_count  INTEGER  NOT NULL,
    CONSTRAINT board_buckets_pk PRIMARY KEY (board_code, period, starts_on, depth, prefix)
) STRICT
/
-- Who has ever stood on a board, whether they are shown now, and the latest award that was counted.
CREATE TABLE board_members (
    account_id   TEXT     NOT NULL CHECK (length(account_id) <= 36),
    is_listed    INTEGER  NOT NULL,
    counted_at   TEXT     NOT NULL,
    CONSTRAINT board_members_pk PRIMARY KEY (account_id),
    CONSTRAINT board_members_account_fk FOREIGN KEY (account_id) REFERENCES accounts (account_id),
    CONSTRAINT board_members_is_listed_ck CHECK (is_listed IN (0, 1))
) STRICT
/
-- The boards that a member belonged to, since when: a frozen period keeps those of its last moment.
CREATE TABLE board_moves (
    account_id   TEXT     NOT NULL CHECK (length(account_id) <= 36),
    move_no      INTEGER  NOT NULL,
    from_at      TEXT     NOT NULL,
    tier_code    TEXT     NOT NULL CHECK (length(tier_code) <= 12),
    is_in_open   INTEGER  NOT NULL,
    CONSTRAINT board_moves_pk PRIMARY KEY (account_id, move_no),
    CONSTRAINT board_moves_account_fk FOREIGN KEY (account_id) REFERENCES accounts (account_id),
    CONSTRAINT board_moves_is_in_open_ck CHECK (is_in_open IN (0, 1))
) STRICT
/
