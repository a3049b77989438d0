-- name: list_standings
-- All places of a range of members.
SELECT account_id, starts_on, period, board_code, tier_code, points, active_days, reached_at, place_key
  FROM standings
 WHERE account_id BETWEEN :first_id AND :last_id
 ORDER BY account_id, starts_on, period, board_code

-- name: list_recent_standings
-- A member's places of all time and of periods that began on a day or later.
SELECT account_id, starts_on, period, board_code, tier_code, points, active_days, reached_at, place_key
  FROM standings
 WHERE account_id = :account_id
   AND (starts_on >= :first_on OR starts_on = :all_time_on)
 ORDER BY starts_on, period, board_code

-- name: list_standings_after
-- A member's places in order, after one of them.
SELECT account_id, starts_on, period, board_code, tier_code, points, active_days, reached_at, place_key
  FROM standings
 WHERE account_id = :account_id
   AND (starts_on > :starts_on
     OR (starts_on = :starts_on
     AND (period > :period OR (period = :period AND board_code > :board_code))))
 ORDER BY starts_on, period, board_code
 FETCH FIRST :row_limit ROWS ONLY

-- name: insert_standings
INSERT INTO standings
       (account_id, starts_on, period, board_code, tier_code, points, active_days, reached_at, place_key)
VALUES (:account_id, :starts_on, :period, :board_code, :tier_code, :points, :active_days, :reached_at, :place_key)

-- name: update_standings
UPDATE standings
   SET tier_code = :tier_code,
       points = :points,
       active_days = :active_days,
       reached_at = :reached_at,
       place_key = :place_key
 WHERE account_id = :account_id
   AND starts_on = :starts_on
   AND period = :period
   AND board_code = :board_code

-- name: delete_standings
DELETE FROM standings
 WHERE account_id = :account_id
   AND starts_on = :starts_on
   AND period = :period
   AND board_code = :board_code

-- name: find_own_standing
-- A member's place of a period on the board of the tier they had.
SELECT account_id, starts_on, period, board_code, tier_code, points, active_days, reached_at, place_key
  FROM standings
 WHERE account_id = :account_id
   AND starts_on = :starts_on
   AND period = :period
   AND board_code = tier_code

-- name: find_standing
-- A member's place on one board.
SELECT account_id, starts_on, period, board_code, tier_code, points, active_days, reached_at, place_key
  FROM standings
 WHERE account_id = :account_id
   AND starts_on = :starts_on
   AND period = :period
   AND board_code = :board_code

-- name: list_places_after
-- The places behind a key, best first, with whose they are.
SELECT s.account_id, a.display_name, NVL(p.leaderboards_privacy, 'private') AS leaderboards_privacy,
       s.tier_code, s.points, s.active_days, s.place_key
  FROM standings s
  JOIN accounts a ON a.account_id = s.account_id
  LEFT JOIN profiles p ON p.account_id = s.account_id
 WHERE s.board_code = :board_code
   AND s.period = :period
   AND s.starts_on = :starts_on
   AND s.place_key > :place_key
 ORDER BY s.place_key
 FETCH FIRST :row_limit ROWS ONLY

-- name: list_places_before
-- The places ahead of a key, nearest first, with whose they are.
SELECT s.account_id, a.display_name, NVL(p.leaderboards_privacy, 'private') AS leaderboards_privacy,
       s.tier_code, s.points, s.active_days, s.place_key
  FROM standings s
  JOIN accounts a ON a.account_id = s.account_id
  LEFT JOIN profiles p ON p.account_id = s.account_id
 WHERE s.board_code = :board_code
   AND s.period = :period
   AND s.starts_on = :starts_on
   AND s.place_key < :place_key
 ORDER BY s.place_key DESC
 FETCH FIRST :row_limit ROWS ONLY

-- name: list_places_of
-- The places of a list of members in a period, whatever their boards, best first.
SELECT s.account_id, a.display_name, NVL(p.leaderboards_privacy, 'private') AS leaderboards_privacy,
       s.tier_code, s.points, s.active_days, s.place_key
  FROM JSON_TABLE(:ids_json, '$[*]' COLUMNS (account_id VARCHAR2(36 CHAR) PATH '$')) c
  JOIN standings s ON s.account_id = c.account_id
  JOIN accounts a ON a.account_id = s.account_id
  LEFT JOIN profiles p ON p.account_id = s.account_id
 WHERE s.starts_on = :starts_on
   AND s.period = :period
   AND s.board_code = s.tier_code
   AND s.place_key IS NOT NULL
 ORDER BY s.place_key

-- name: list_erasable_standings
-- Some of an erased member's places.
SELECT account_id, starts_on, period, board_code, tier_code, points, active_days, reached_at, place_key
  FROM standings
 WHERE account_id = :account_id
 ORDER BY starts_on, period, board_code
 FETCH FIRST :row_limit ROWS ONLY
