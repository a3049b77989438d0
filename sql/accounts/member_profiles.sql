-- name: list_profiles
-- Members' profiles, newest member first, before :before_id.
SELECT p.account_id, a.display_name, a.status, p.sex, p.fitness_level, p.tier_code, p.time_zone,
       p.updated_at
  FROM profiles p
  JOIN accounts a ON a.account_id = p.account_id
 WHERE p.account_id < :before_id
   AND a.status <> 'erased'
 ORDER BY p.account_id DESC
 FETCH FIRST :row_limit ROWS ONLY

-- name: list_profiles_of_tier
-- The same of one tier.
SELECT p.account_id, a.display_name, a.status, p.sex, p.fitness_level, p.tier_code, p.time_zone,
       p.updated_at
  FROM profiles p
  JOIN accounts a ON a.account_id = p.account_id
 WHERE p.tier_code = :tier_code
   AND p.account_id < :before_id
   AND a.status <> 'erased'
 ORDER BY p.account_id DESC
 FETCH FIRST :row_limit ROWS ONLY
