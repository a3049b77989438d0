-- name: insert_original_file
-- Keep what a member brought in as it came.
INSERT INTO original_files
       (original_file_id, account_id, content_sha256, file_name, byte_count, received_at,
        content_bytes, is_packed)
VALUES (:original_file_id, :account_id, :content_sha256, :file_name, :byte_count, :received_at,
        :content_bytes, :is_packed)

-- name: lock_original_content
-- The file of this very content that the member brought in before, held until the end.
SELECT original_file_id
  FROM original_files
 WHERE account_id = :account_id
   AND content_sha256 = :content_sha256
   FOR UPDATE WAIT 3

-- name: lock_original_file
-- A kept file, held until the transaction ends.
SELECT original_file_id
  FROM original_files
 WHERE original_file_id = :original_file_id
   FOR UPDATE WAIT 3

-- name: get_original_file
-- A file as it came, of an activity of its owner.
SELECT f.file_name, f.content_bytes, f.is_packed
  FROM activities a
  JOIN original_files f ON f.original_file_id = a.original_file_id
 WHERE a.activity_id = :activity_id
   AND a.account_id = :account_id
   AND a.state <> 'deleted'

-- name: delete_original_file
-- Forget the bytes of a file that no activity and no waiting upload needs.
DELETE FROM original_files
 WHERE original_file_id = :original_file_id
   AND NOT EXISTS (SELECT 1 FROM activities a WHERE a.original_file_id = :original_file_id)
   AND NOT EXISTS (SELECT 1 FROM import_items w
                    WHERE w.original_file_id = :original_file_id AND w.state = 'pending')

-- name: list_erasable_files
-- What an erased member brought in.
SELECT original_file_id
  FROM original_files
 WHERE account_id = :account_id
 ORDER BY content_sha256
 FETCH FIRST :row_limit ROWS ONLY

-- name: erase_original_files
DELETE FROM original_files
 WHERE original_file_id = :original_file_id

-- name: list_original_files
-- What a member brought in, after :after_sha256, without the bytes.
SELECT original_file_id, file_name, content_sha256, byte_count, received_at
  FROM original_files
 WHERE account_id = :account_id
   AND content_sha256 > :after_sha256
 ORDER BY content_sha256
 FETCH FIRST :row_limit ROWS ONLY

-- name: find_original_content
-- One file as it came.
SELECT file_name, content_bytes, is_packed
  FROM original_files
 WHERE original_file_id = :original_file_id
   AND account_id = :account_id
