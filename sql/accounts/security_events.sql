-- name: insert_security_event
INSERT INTO security_events (event_id, account_id, session_id, kind, remote_address, happened_at)
VALUES (:event_id, :account_id, :session_id, :kind, :remote_address, :happened_at)

-- name: list_security_events
-- A member's own events, newest first, before :before_id, with the device of each one's session.
SELECT e.event_id,
       e.kind,
       e.session_id,
       s.device_name,
       s.device_platform,
       e.remote_address,
       e.happened_at
  FROM security_events e
  LEFT JOIN sessions s ON s.session_id = e.session_id
 WHERE e.account_id = :account_id
   AND e.event_id < :before_id
 ORDER BY e.event_id DESC
 FETCH FIRST :row_limit ROWS ONLY

-- name: list_old_security_events
-- The oldest events of before an instant.
SELECT event_id
  FROM security_events
 WHERE happened_at < :before_at
 ORDER BY happened_at, event_id
 FETCH FIRST :row_limit ROWS ONLY

-- name: delete_security_events
-- Forget one event; run once for each.
DELETE FROM security_events
 WHERE event_id = :event_id
