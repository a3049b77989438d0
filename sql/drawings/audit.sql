-- name: audit_drawings
-- Every drawing with what its entries come to, in the order of ids.
SELECT d.drawing_id, d.status, d.units_sold, d.entry_count, d.due_at,
       NVL(e.units, 0) AS entered_units, NVL(e.entries, 0) AS entered, NVL(e.unrefunded, 0) AS unrefunded
  FROM drawings d
  LEFT JOIN (SELECT drawing_id,
                    SUM(CASE WHEN void_reason IS NULL THEN units ELSE 0 END) AS units,
                    COUNT(*) AS entries,
                    SUM(CASE WHEN kind = 'paid' AND refunded_at IS NULL THEN 1 ELSE 0 END) AS unrefunded
               FROM entries
              GROUP BY drawing_id) e ON e.drawing_id = d.drawing_id
 WHERE d.drawing_id > :after_id
 ORDER BY d.drawing_id
 FETCH FIRST :row_limit ROWS ONLY

-- name: audit_unlisted_entries
-- How many entries of a closed drawing are not in its frozen list as they were sold, or are another member's.
SELECT COUNT(*) AS unlisted
  FROM entries e
  LEFT JOIN frozen_entries f ON f.entry_id = e.entry_id AND f.drawing_id = e.drawing_id
  LEFT JOIN drawing_holders h ON h.drawing_id = e.drawing_id AND h.account_id = e.account_id
 WHERE e.drawing_id = :drawing_id
   AND (f.entry_id IS NULL
        OR h.holder IS NULL
        OR h.holder <> e.holder
        OR f.holder <> e.holder
        OR f.units <> CASE WHEN e.void_reason IS NULL THEN e.units ELSE 0 END)

-- name: audit_holders
-- The tags of a drawing's members that can be opened: an erased member's salt is gone.
SELECT drawing_id, account_id, holder, salt_bytes
  FROM drawing_holders
 WHERE drawing_id = :drawing_id
   AND salt_bytes IS NOT NULL

-- name: audit_unlogged_documents
-- How many of a drawing's signed documents the public log does not name.
SELECT COUNT(*) AS unlogged
  FROM drawing_documents d
 WHERE d.drawing_id = :drawing_id
   AND d.kind <> 'rules'
   AND NOT EXISTS (SELECT 1
                     FROM drawing_log l
                    WHERE l.drawing_id = d.drawing_id
                      AND l.type = d.kind
                      AND l.body_hash = d.body_hash)

-- name: audit_picks
-- A drawing's picks in order.
SELECT drawing_id, position, entry_id, role, prize_id, ticket_no
  FROM drawing_picks
 WHERE drawing_id = :drawing_id
 ORDER BY position
