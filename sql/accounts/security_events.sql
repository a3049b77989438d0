-- name: insert_security_event
INSERT INTO security_events (event_id, account_id, session_id, kind, remote_address, happened_at)
VALUES (:event_id, :account_id, :session_id, :kind, :remote_address, :happened_at)
