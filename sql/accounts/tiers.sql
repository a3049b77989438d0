-- name: count_tiers
-- How many active members have each tier, and how many of them compete in OPEN besides.
SELECT p.tier_code,
       COUNT(*) AS member_count,
       SUM(CASE WHEN p.is_in_open = 1 AND p.tier_code <> 'OPEN' THEN 1 ELSE 0 END) AS also_open_count
  FROM profiles p
  JOIN accounts a ON a.account_id = p.account_id
 WHERE a.status = 'active'
 GROUP BY p.tier_code

-- name: list_due_profiles
-- The next members whose age bracket is over on a day.
SELECT p.account_id,
       p.sex,
       a.date_of_birth_on,
       p.fitness_level,
       p.tier_review_on,
       p.revision
  FROM profiles p
  JOIN accounts a ON a.account_id = p.account_id
 WHERE p.tier_review_on <= :today_on
 ORDER BY p.tier_review_on, p.account_id
 FETCH FIRST :row_limit ROWS ONLY

-- name: move_profiles
-- Give members their tiers of a day, unless their profiles were edited since they were read.
UPDATE profiles
   SET tier_code = :tier_code,
       tier_review_on = :tier_review_on
 WHERE account_id = :account_id
   AND tier_review_on = :former_review_on
   AND revision = :revision
