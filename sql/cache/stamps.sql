-- name: update_stamp
-- Let nothing that was kept for a member be true any more.
UPDATE cache_stamps
   SET stamp = :stamp
 WHERE account_id = :account_id

-- name: insert_stamp
-- A member's first stamp.
INSERT INTO cache_stamps (account_id, stamp)
VALUES (:account_id, :stamp)

-- name: erase_stamp
-- Forget an erased member's stamp, and with it the key of all that was kept.
DELETE FROM cache_stamps
 WHERE account_id = :account_id
