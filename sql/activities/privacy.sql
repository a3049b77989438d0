-- name: list_zones
-- A member's privacy zones, the oldest first.
SELECT zone_id, account_id, name, lat_e7, lon_e7, radius_m, north_m, east_m, created_at
  FROM privacy_zones
 WHERE account_id = :account_id
 ORDER BY zone_id

-- name: insert_zone
INSERT INTO privacy_zones (zone_id, account_id, name, lat_e7, lon_e7, radius_m, north_m, east_m, created_at)
VALUES (:zone_id, :account_id, :name, :lat_e7, :lon_e7, :radius_m, :north_m, :east_m, :created_at)

-- name: delete_zone
DELETE FROM privacy_zones
 WHERE zone_id = :zone_id
   AND account_id = :account_id

-- name: erase_zones
-- All privacy zones of a member, gone.
DELETE FROM privacy_zones
 WHERE account_id = :account_id

-- name: find_grid
-- The secret of a member's grid.
SELECT seed
  FROM privacy_grids
 WHERE account_id = :account_id

-- name: insert_grid
INSERT INTO privacy_grids (account_id, seed)
VALUES (:account_id, :seed)

-- name: erase_grid
DELETE FROM privacy_grids
 WHERE account_id = :account_id
