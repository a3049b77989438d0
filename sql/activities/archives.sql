-- name: insert_archive
-- An archive whose bytes are still to come.
INSERT INTO import_archives
       (archive_id, account_id, import_item_id, depth, byte_count, chunk_count, created_at)
VALUES (:archive_id, :account_id, :import_item_id, :depth, :byte_count, :chunk_count, :created_at)

-- name: update_archive_item
-- The file of an upload that an archive is, now that it is there as a whole.
UPDATE import_archives
   SET import_item_id = :import_item_id
 WHERE archive_id = :archive_id

-- name: find_archive
-- The archive that a file of an upload is.
SELECT archive_id, account_id, import_item_id, depth, byte_count, chunk_count, created_at
  FROM import_archives
 WHERE import_item_id = :import_item_id

-- name: insert_archive_chunk
INSERT INTO import_archive_chunks (archive_id, chunk_no, content_bytes)
VALUES (:archive_id, :chunk_no, :content_bytes)

-- name: find_archive_chunk
-- One piece of an archive.
SELECT content_bytes
  FROM import_archive_chunks
 WHERE archive_id = :archive_id
   AND chunk_no = :chunk_no

-- name: find_archive_item
-- A file of an upload, as the jobs of archives see it.
SELECT t.import_item_id, t.import_id, i.account_id, t.item_no, t.inside_no, t.file_name, t.state,
       t.archive_kind, t.original_file_id, t.entry_json, t.hints_json
  FROM import_items t
  JOIN imports i ON i.import_id = t.import_id
 WHERE t.import_item_id = :import_item_id

-- name: find_archive_item_no
-- A file of an upload by its number there.
SELECT t.import_item_id, t.import_id, i.account_id, t.item_no, t.inside_no, t.file_name, t.state,
       t.archive_kind, t.original_file_id, t.entry_json, t.hints_json
  FROM import_items t
  JOIN imports i ON i.import_id = t.import_id
 WHERE t.import_id = :import_id
   AND t.item_no = :item_no

-- name: list_waiting_members
-- The next files of an archive that wait to be read, after :after_no.
SELECT t.import_item_id, t.import_id, i.account_id, t.item_no, t.inside_no, t.file_name, t.state,
       t.archive_kind, t.original_file_id, t.entry_json, t.hints_json
  FROM import_items t
  JOIN imports i ON i.import_id = t.import_id
 WHERE t.import_id = :import_id
   AND t.inside_no = :inside_no
   AND t.state = 'pending'
   AND t.item_no > :after_no
   AND t.archive_kind IS NULL
 ORDER BY t.item_no
 FETCH FIRST :row_limit ROWS ONLY

-- name: tally_members
-- How many files of an archive came to which end.
SELECT COUNT(CASE WHEN state = 'pending' THEN 1 END) AS pending_count,
       COUNT(CASE WHEN state = 'created' THEN 1 END) AS created_count,
       COUNT(CASE WHEN state = 'duplicate' THEN 1 END) AS duplicate_count,
       COUNT(CASE WHEN state = 'refused' THEN 1 END) AS refused_count
  FROM import_items
 WHERE import_id = :import_id
   AND inside_no = :inside_no

-- name: lock_import
-- An upload, held until the transaction ends: its files are numbered and its archives end one by one.
SELECT import_id
  FROM imports
 WHERE import_id = :import_id
   FOR UPDATE WAIT 3

-- name: find_last_item_no
-- The number of an upload's last file.
SELECT MAX(item_no) AS last_item_no
  FROM import_items
 WHERE import_id = :import_id

-- name: insert_member
-- A file found in an archive.
INSERT INTO import_items
       (import_item_id, import_id, item_no, inside_no, file_name, byte_count, original_file_id,
        state, entry_json, hints_json)
VALUES (:import_item_id, :import_id, :item_no, :inside_no, :file_name, :byte_count,
        :original_file_id, 'pending', :entry_json, :hints_json)

-- name: add_import_files
-- An upload has more files than was known.
UPDATE imports
   SET file_count = file_count + :added_count
 WHERE import_id = :import_id

-- name: update_item_archive_kind
-- A file of an archive has turned out to be an archive.
UPDATE import_items
   SET archive_kind = :archive_kind
 WHERE import_item_id = :import_item_id
   AND state = 'pending'

-- name: update_item_original
-- The kept bytes that a file of an archive has turned out to be.
UPDATE import_items
   SET original_file_id = :original_file_id
 WHERE import_item_id = :import_item_id

-- name: list_dead_archive_chunks
-- Pieces of archives that were read, or whose upload broke off.
SELECT c.archive_id, c.chunk_no
  FROM import_archives a
  JOIN import_archive_chunks c ON c.archive_id = a.archive_id
  LEFT JOIN import_items t ON t.import_item_id = a.import_item_id
 WHERE t.state <> 'pending'
    OR (t.import_item_id IS NULL AND a.created_at < :before_at)
 ORDER BY c.archive_id, c.chunk_no
 FETCH FIRST :row_limit ROWS ONLY

-- name: list_dead_archives
-- Archives of that kind without a piece.
SELECT a.archive_id
  FROM import_archives a
  LEFT JOIN import_items t ON t.import_item_id = a.import_item_id
 WHERE (t.state <> 'pending' OR (t.import_item_id IS NULL AND a.created_at < :before_at))
   AND NOT EXISTS (SELECT 1 FROM import_archive_chunks c WHERE c.archive_id = a.archive_id)
 ORDER BY a.archive_id
 FETCH FIRST :row_limit ROWS ONLY

-- name: list_archive_chunks
-- Pieces of one archive.
SELECT archive_id, chunk_no
  FROM import_archive_chunks
 WHERE archive_id = :archive_id
 ORDER BY chunk_no
 FETCH FIRST :row_limit ROWS ONLY

-- name: list_erasable_archive_chunks
-- Pieces of an erased member's archives.
SELECT c.archive_id, c.chunk_no
  FROM import_archives a
  JOIN import_archive_chunks c ON c.archive_id = a.archive_id
 WHERE a.account_id = :account_id
 ORDER BY c.archive_id, c.chunk_no
 FETCH FIRST :row_limit ROWS ONLY

-- name: delete_archive_chunks
DELETE FROM import_archive_chunks
 WHERE archive_id = :archive_id
   AND chunk_no = :chunk_no

-- name: delete_archive
DELETE FROM import_archives
 WHERE archive_id = :archive_id

-- name: erase_archives
-- An erased member's archives, whose pieces are gone.
DELETE FROM import_archives
 WHERE account_id = :account_id
