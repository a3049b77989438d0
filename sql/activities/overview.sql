-- name: list_day_sums
-- What the activities that count come to on each points day of a range.
SELECT day_on,
       COUNT(*) AS activity_count,
       SUM(CASE WHEN type = 'workout' THEN 1 ELSE 0 END) AS workout_count,
       SUM(distance_cm) AS distance_cm,
       SUM(moving_s) AS moving_s
  FROM activities
 WHERE account_id = :account_id
   AND day_on BETWEEN :first_on AND :last_on
   AND state = 'accepted'
   AND duplicate_of_id IS NULL
 GROUP BY day_on
 ORDER BY day_on

-- name: list_route_lines
-- The routes of the activities that count of a range of points days, the newest first.
SELECT polyline
  FROM activities
 WHERE account_id = :account_id
   AND day_on BETWEEN :first_on AND :last_on
   AND state = 'accepted'
   AND duplicate_of_id IS NULL
   AND polyline IS NOT NULL
 ORDER BY day_on DESC, activity_id DESC
 FETCH FIRST :row_limit ROWS ONLY
