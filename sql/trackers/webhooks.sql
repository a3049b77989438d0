-- name: insert_delivery
-- A webhook that comes for the first time.
INSERT INTO webhook_deliveries (provider, delivery_key, events_json, received_at, done_at)
VALUES (:provider, :delivery_key, :events_json, :received_at, :done_at)

-- name: renew_delivery
-- A webhook that says the same as one of long ago: the same day's steps may have grown again.
UPDATE webhook_deliveries
   SET events_json = :events_json,
       received_at = :received_at,
       done_at = NULL
 WHERE provider = :provider
   AND delivery_key = :delivery_key
   AND received_at < :before_at

-- name: find_delivery
-- What one webhook told.
SELECT provider, delivery_key, events_json, received_at, done_at
  FROM webhook_deliveries
 WHERE provider = :provider
   AND delivery_key = :delivery_key

-- name: end_delivery
-- All that a webhook told is done; whom it was about is kept no longer.
UPDATE webhook_deliveries
   SET done_at = :done_at,
       events_json = '[]'
 WHERE provider = :provider
   AND delivery_key = :delivery_key
   AND received_at = :received_at
