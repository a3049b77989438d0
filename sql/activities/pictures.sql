-- name: get_distance_unit
-- The unit in which a member reads distances.
SELECT distance_unit
  FROM profiles
 WHERE account_id = :account_id
