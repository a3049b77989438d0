-- name: lock_log_head
-- The end of the public log, held until the transaction ends; always the last lock taken.
SELECT log_size, head, logged_s, sequence_no
  FROM drawing_log_head
 WHERE head_id = 1
   FOR UPDATE

-- name: get_log_head
-- The end of the public log.
SELECT log_size, head, logged_s, sequence_no
  FROM drawing_log_head
 WHERE head_id = 1

-- name: update_log_head
-- Move the end of the public log.
UPDATE drawing_log_head
   SET log_size = :log_size,
       head = :head,
       logged_s = :logged_s,
       sequence_no = :sequence_no
 WHERE head_id = 1

-- name: insert_log_record
-- Append to the public log.
INSERT INTO drawing_log (seq_no, logged_s, type, drawing_id, body_hash, body_text, head)
VALUES (:seq_no, :logged_s, :type, :drawing_id, :body_hash, :body_text, :head)

-- name: list_log_records
-- The public log in order.
SELECT seq_no, logged_s, type, drawing_id, body_hash, body_text, head
  FROM drawing_log
 WHERE seq_no >= :first_no
 ORDER BY seq_no
 FETCH FIRST :row_limit ROWS ONLY

-- name: list_drawing_records
-- What the public log tells of one drawing, in order.
SELECT seq_no, logged_s, type, drawing_id, body_hash, body_text, head
  FROM drawing_log
 WHERE drawing_id = :drawing_id
 ORDER BY seq_no
 FETCH FIRST :row_limit ROWS ONLY

-- name: count_prize_records
-- How many records the public log has of what became of a drawing's prizes.
SELECT COUNT(*) AS records
  FROM drawing_log
 WHERE drawing_id = :drawing_id
   AND type IN ('forfeit', 'disqualify', 'award', 'return')

-- name: find_result_record
-- Where the public log names a drawing's result.
SELECT seq_no, logged_s, type, drawing_id, body_hash, body_text, head
  FROM drawing_log
 WHERE drawing_id = :drawing_id
   AND type = 'result'

-- name: insert_document
-- Publish rules, terms, a close or a result; never again for the same drawing.
INSERT INTO drawing_documents (drawing_id, kind, body_text, body_hash, signature, created_at)
VALUES (:drawing_id, :kind, :body_text, :body_hash, :signature, :created_at)

-- name: find_document
-- What a drawing has published of one kind.
SELECT drawing_id, kind, body_text, body_hash, signature, created_at
  FROM drawing_documents
 WHERE drawing_id = :drawing_id
   AND kind = :kind

-- name: find_operator_key
-- The public key that a drawing's terms name; all that it publishes is signed with it.
SELECT JSON_VALUE(body_text, '$.operator_key') AS operator_key
  FROM drawing_documents
 WHERE drawing_id = :drawing_id
   AND kind = 'terms'

-- name: insert_reveal
-- Publish what a source revealed; never again for the same source.
INSERT INTO drawing_reveals (drawing_id, source_id, position, body_text, revealed_at)
VALUES (:drawing_id, :source_id, :position, :body_text, :revealed_at)

-- name: list_reveals
-- What was revealed for a drawing so far, in the order of its sources.
SELECT source_id, position, body_text, revealed_at
  FROM drawing_reveals
 WHERE drawing_id = :drawing_id
 UNION ALL
SELECT source_id, position, body_text, revealed_at
  FROM beacon_rounds
 WHERE drawing_id = :drawing_id
 ORDER BY position, source_id

-- name: insert_frozen_entries
-- One place each in the list that the close freezes.
INSERT INTO frozen_entries (drawing_id, position, entry_id, holder, units, void_reason, first_ticket_no)
VALUES (:drawing_id, :position, :entry_id, :holder, :units, :void_reason, :first_ticket_no)

-- name: list_frozen_entries
-- A run of the frozen list, in canonical order.
SELECT position, entry_id, holder, units, void_reason, first_ticket_no
  FROM frozen_entries
 WHERE drawing_id = :drawing_id
   AND position >= :first_position
   AND position < :end_position
 ORDER BY position

-- name: insert_tree
-- The roots of runs of the frozen list.
INSERT INTO drawing_trees (drawing_id, roots_bytes)
VALUES (:drawing_id, :roots_bytes)

-- name: find_tree_roots
-- The roots of runs of the frozen list.
SELECT roots_bytes
  FROM drawing_trees
 WHERE drawing_id = :drawing_id

-- name: insert_picks
-- Who was drawn.
INSERT INTO drawing_picks (drawing_id, position, entry_id, role, prize_id, ticket_no)
VALUES (:drawing_id, :position, :entry_id, :role, :prize_id, :ticket_no)

-- name: list_published_picks
-- Who was drawn, with what the members let others see of them and how many tickets each held.
SELECT k.position, k.entry_id, k.role, k.prize_id, k.ticket_no, p.name AS prize_name, h.tickets_held,
       a.display_name, a.status AS account_status, NVL(r.profile_privacy, 'public') AS profile_privacy
  FROM drawing_picks k
  JOIN entries e ON e.entry_id = k.entry_id
  JOIN accounts a ON a.account_id = e.account_id
  LEFT JOIN profiles r ON r.account_id = a.account_id
  JOIN (SELECT o.account_id, SUM(o.units) AS tickets_held
          FROM entries o
         WHERE o.drawing_id = :drawing_id
           AND o.void_reason IS NULL
           AND o.account_id IN (SELECT w.account_id
                                  FROM drawing_picks c
                                  JOIN entries w ON w.entry_id = c.entry_id
                                 WHERE c.drawing_id = :drawing_id)
         GROUP BY o.account_id) h ON h.account_id = e.account_id
  LEFT JOIN prizes p ON p.prize_id = k.prize_id
 WHERE k.drawing_id = :drawing_id
 ORDER BY k.position
