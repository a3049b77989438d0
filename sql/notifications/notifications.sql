-- name: insert_notification
-- Tell a member something, once per kind and key; who was erased is told nothing.
INSERT INTO notifications
       (notification_id, account_id, kind, notification_key, title, body, data_json, created_at)
SELECT :notification_id, a.account_id, :kind, :notification_key, :title, :body, :data_json, :created_at
  FROM accounts a
 WHERE a.account_id = :account_id
   AND a.status <> 'erased'

-- name: list_notifications
-- One member's notifications, newest first; a NULL cursor begins at the newest.
SELECT notification_id, kind, title, body, data_json, created_at, read_at
  FROM notifications
 WHERE account_id = :account_id
   AND (:before_id IS NULL OR notification_id < :before_id)
   AND (:unread_only = 0 OR read_at IS NULL)
 ORDER BY notification_id DESC
 FETCH FIRST :row_limit ROWS ONLY

-- name: get_unread_count
-- How many a member has not read, from an index that holds no others.
SELECT COUNT(*) AS unread_count
  FROM notifications
 WHERE CASE WHEN read_at IS NULL THEN account_id END = :account_id

-- name: find_notification
-- One notification, if it is this member's.
SELECT notification_id, kind, title, body, data_json, created_at, read_at
  FROM notifications
 WHERE notification_id = :notification_id
   AND account_id = :account_id

-- name: update_read_at
-- Note that a member has read one of theirs; the first time counts.
UPDATE notifications
   SET read_at = :read_at
 WHERE notification_id = :notification_id
   AND account_id = :account_id
   AND read_at IS NULL

-- name: list_erasable_notifications
-- What an erased member was told.
SELECT notification_id
  FROM notifications
 WHERE account_id = :account_id
 ORDER BY notification_id
 FETCH FIRST :row_limit ROWS ONLY

-- name: erase_notifications
DELETE FROM notifications
 WHERE notification_id = :notification_id
