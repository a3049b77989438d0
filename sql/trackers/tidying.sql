-- name: list_old_payloads
-- What was sent before an instant, the oldest first.
SELECT connection_id, stream, external_id
  FROM provider_payloads
 WHERE received_at < :before_at
 ORDER BY received_at, connection_id, stream, external_id
 FETCH FIRST :row_limit ROWS ONLY

-- name: delete_old_payload
-- Forget what was sent of an object, unless it was sent anew meanwhile; run once for each.
DELETE FROM provider_payloads
 WHERE connection_id = :connection_id
   AND stream = :stream
   AND external_id = :external_id
   AND received_at < :before_at

-- name: list_first_syncs
-- The oldest syncs there are: their ids are in the order in which they began.
SELECT sync_id, started_at
  FROM connection_syncs
 ORDER BY sync_id
 FETCH FIRST :row_limit ROWS ONLY

-- name: delete_sync
-- Forget one sync; run once for each.
DELETE FROM connection_syncs
 WHERE sync_id = :sync_id

-- name: list_old_deliveries
-- Webhooks that came before an instant, the oldest first.
SELECT provider, delivery_key
  FROM webhook_deliveries
 WHERE received_at < :before_at
 ORDER BY received_at, provider, delivery_key
 FETCH FIRST :row_limit ROWS ONLY

-- name: delete_old_delivery
-- Forget a webhook, unless it came anew meanwhile; run once for each.
DELETE FROM webhook_deliveries
 WHERE provider = :provider
   AND delivery_key = :delivery_key
   AND received_at < :before_at
