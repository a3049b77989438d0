-- name: count_tiers
-- How many profiles have each tier, and how many of them compete in OPEN besides; from an index alone.
SELECT tier_code, COUNT(*) AS member_count, SUM(is_in_open) AS in_open_count
  FROM profiles
 GROUP BY tier_code

-- name: count_inactive_tiers
-- The same of those whose account is not active; they are few beside the others.
SELECT tier_code, COUNT(*) AS member_count, SUM(is_in_open) AS in_open_count
  FROM profiles
 WHERE account_id IN (SELECT account_id
                        FROM accounts
                       WHERE CASE WHEN status <> 'active' THEN account_id END >= '0')
 GROUP BY tier_code

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
