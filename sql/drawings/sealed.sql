-- name: count_kept_values
-- How many values are kept that were not revealed; only those are secrets still.
SELECT COUNT(*) AS value_count
  FROM drawing_sources s
 WHERE s.custody = 'operator'
   AND NOT EXISTS (SELECT 1
                     FROM drawing_reveals r
                    WHERE r.drawing_id = s.drawing_id
                      AND r.source_id = s.source_id)

-- name: list_kept_values
-- Kept values that were not revealed, by drawing and source, after one of them.
SELECT s.drawing_id, s.source_id, s.position, s.kind, s.custody, s.sponsor_id, s.commitment
  FROM drawing_sources s
 WHERE s.custody = 'operator'
   AND (s.drawing_id > :after_drawing_id
        OR (s.drawing_id = :after_drawing_id AND s.source_id > :after_source_id))
   AND NOT EXISTS (SELECT 1
                     FROM drawing_reveals r
                    WHERE r.drawing_id = s.drawing_id
                      AND r.source_id = s.source_id)
 ORDER BY s.drawing_id, s.source_id
 FETCH FIRST :row_limit ROWS ONLY

-- name: find_resealed_value
-- A kept value under a newer key than the one that it was made with.
SELECT sealed_bytes
  FROM resealed_values
 WHERE drawing_id = :drawing_id
   AND source_id = :source_id

-- name: update_resealed_value
-- Keep a value under the next key.
UPDATE resealed_values
   SET sealed_bytes = :sealed_bytes,
       sealed_at = :sealed_at
 WHERE drawing_id = :drawing_id
   AND source_id = :source_id

-- name: insert_resealed_value
-- Keep a value under a newer key for the first time.
INSERT INTO resealed_values (drawing_id, source_id, sealed_bytes, sealed_at)
VALUES (:drawing_id, :source_id, :sealed_bytes, :sealed_at)
