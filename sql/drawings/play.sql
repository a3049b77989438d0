-- name: find_play_limits
-- What a member has set; no row where nothing was ever set.
SELECT account_id, monthly_limit_points, pending_limit_points, raise_from_at, excluded_until_on, updated_at
  FROM play_limits
 WHERE account_id = :account_id

-- name: update_play_limits
-- Keep what a member sets; the member's points are held.
UPDATE play_limits
   SET monthly_limit_points = :monthly_limit_points,
       pending_limit_points = :pending_limit_points,
       raise_from_at = :raise_from_at,
       excluded_until_on = :excluded_until_on,
       updated_at = :updated_at
 WHERE account_id = :account_id

-- name: insert_play_limits
-- Keep what a member sets for the first time.
INSERT INTO play_limits
       (account_id, monthly_limit_points, pending_limit_points, raise_from_at, excluded_until_on, updated_at)
VALUES (:account_id, :monthly_limit_points, :pending_limit_points, :raise_from_at, :excluded_until_on, :updated_at)

-- name: erase_play_limits
-- Forget what an erased member had set.
DELETE FROM play_limits
 WHERE account_id = :account_id

-- name: get_spent_points
-- What tickets entered in a span of time cost a member; what was given back does not count. An entry
-- that was carried over bears the purchase and the time of the first.
SELECT NVL(SUM(p.price_points), 0) AS spent_points
  FROM (SELECT e.purchase_id, MAX(e.price_points) AS price_points
          FROM entries e
         WHERE e.account_id = :account_id
           AND e.entered_at >= :from_at
           AND e.entered_at < :until_at
           AND e.kind = 'paid'
         GROUP BY e.purchase_id
        HAVING COUNT(e.refunded_at) = 0) p

-- name: list_excluded_holders
-- The members of a drawing who have excluded themselves, in the order of their ids.
SELECT h.account_id
  FROM drawing_holders h
  JOIN play_limits p ON p.account_id = h.account_id
 WHERE h.drawing_id = :drawing_id
   AND p.excluded_until_on >= :today_on
 ORDER BY h.account_id
