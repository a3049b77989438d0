-- name: insert_import
-- One upload of a member.
INSERT INTO imports (import_id, account_id, file_count, created_at)
VALUES (:import_id, :account_id, :file_count, :created_at)

-- name: insert_import_item
-- One file of an upload; refused at the door, or waiting for its job.
INSERT INTO import_items
       (import_item_id, import_id, item_no, inside_no, file_name, byte_count, archive_kind,
        original_file_id, state, reason_code, reason, finished_at)
VALUES (:import_item_id, :import_id, :item_no, :inside_no, :file_name, :byte_count, :archive_kind,
        :original_file_id, :state, :reason_code, :reason, :finished_at)

-- name: list_imports
-- One member's uploads, newest first, with how many of their files came to which end.
SELECT i.import_id,
       i.created_at,
       i.file_count,
       (SELECT COUNT(*) FROM import_items t
         WHERE t.import_id = i.import_id AND t.state = 'created') AS created_count,
       (SELECT COUNT(*) FROM import_items t
         WHERE t.import_id = i.import_id AND t.state = 'duplicate') AS duplicate_count,
       (SELECT COUNT(*) FROM import_items t
         WHERE t.import_id = i.import_id AND t.state = 'refused') AS refused_count
  FROM imports i
 WHERE i.account_id = :account_id
   AND i.created_at <= :before_at
   AND (i.created_at < :before_at OR i.import_id < :before_id)
 ORDER BY i.created_at DESC, i.import_id DESC
 FETCH FIRST :row_limit ROWS ONLY

-- name: get_import
-- One upload of its owner, with how many of its files came to which end.
SELECT i.import_id,
       i.created_at,
       i.file_count,
       (SELECT COUNT(*) FROM import_items t
         WHERE t.import_id = i.import_id AND t.state = 'created') AS created_count,
       (SELECT COUNT(*) FROM import_items t
         WHERE t.import_id = i.import_id AND t.state = 'duplicate') AS duplicate_count,
       (SELECT COUNT(*) FROM import_items t
         WHERE t.import_id = i.import_id AND t.state = 'refused') AS refused_count
  FROM imports i
 WHERE i.import_id = :import_id
   AND i.account_id = :account_id

-- name: list_import_items
-- The files of an upload in its order, after :after_no, perhaps of one state.
SELECT import_item_id, import_id, item_no, inside_no, file_name, byte_count, archive_kind,
       original_file_id, state, reason_code, reason, finished_at
  FROM import_items
 WHERE import_id = :import_id
   AND item_no > :after_no
   AND (:state IS NULL OR state = :state)
 ORDER BY item_no
 FETCH FIRST :row_limit ROWS ONLY

-- name: list_import_activities
-- The activities that stand for some files of an upload.
SELECT t.import_item_id, a.activity_id
  FROM import_items t
  JOIN activities a ON a.original_file_id = t.original_file_id
 WHERE t.import_id = :import_id
   AND t.item_no BETWEEN :first_no AND :last_no
   AND a.state <> 'deleted'
 ORDER BY t.item_no, a.started_at, a.activity_id

-- name: find_import_source
-- What the job of one file needs: whose it is and its bytes.
SELECT t.import_item_id, t.state, t.file_name, i.account_id, f.original_file_id, f.content_bytes
  FROM import_items t
  JOIN imports i ON i.import_id = t.import_id
  LEFT JOIN original_files f ON f.original_file_id = t.original_file_id
 WHERE t.import_item_id = :import_item_id

-- name: update_item_finished
-- Give a file of an upload its final state, once.
UPDATE import_items
   SET state = :state,
       reason_code = :reason_code,
       reason = :reason,
       finished_at = :finished_at
 WHERE import_item_id = :import_item_id
   AND state = 'pending'

-- name: list_erasable_imports
-- An erased member's uploads.
SELECT import_id
  FROM imports
 WHERE account_id = :account_id
 ORDER BY created_at, import_id
 FETCH FIRST :row_limit ROWS ONLY

-- name: erase_import_items
-- An upload's files, without their bytes.
DELETE FROM import_items
 WHERE import_id = :import_id

-- name: erase_imports
DELETE FROM imports
 WHERE import_id = :import_id

-- name: list_imports_of
-- A member's uploads in the order of their ids, after :after_id.
SELECT import_id, account_id, file_count, created_at
  FROM imports
 WHERE account_id = :account_id
   AND import_id > :after_id
 ORDER BY import_id
 FETCH FIRST :row_limit ROWS ONLY
