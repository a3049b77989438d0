-- name: find_ticket
-- One entry with all that is known of it.
SELECT e.entry_id, e.drawing_id, e.account_id, d.name AS drawing_name, d.status AS drawing_status, d.draws_at, e.kind,
       e.units, e.price_points, e.receipt_text, e.receipt_signature, e.void_reason, e.refunded_at, e.entered_at,
       e.rules_sha256, f.first_ticket_no, f.position
  FROM entries e
  JOIN drawings d ON d.drawing_id = e.drawing_id
  LEFT JOIN frozen_entries f ON f.entry_id = e.entry_id
 WHERE e.entry_id = :entry_id

-- name: list_tickets
-- Entries of everybody, newest first.
SELECT e.entry_id, e.drawing_id, e.account_id, d.name AS drawing_name, d.status AS drawing_status, d.draws_at, e.kind,
       e.units, e.price_points, e.receipt_text, e.receipt_signature, e.void_reason, e.refunded_at, e.entered_at,
       e.rules_sha256, f.first_ticket_no, f.position
  FROM entries e
  JOIN drawings d ON d.drawing_id = e.drawing_id
  LEFT JOIN frozen_entries f ON f.entry_id = e.entry_id
 WHERE e.entry_id < :before_id
   AND (:kind IS NULL OR e.kind = :kind)
   AND (:is_void IS NULL OR (:is_void = 1 AND e.void_reason IS NOT NULL) OR (:is_void = 0 AND e.void_reason IS NULL))
 ORDER BY e.entry_id DESC
 FETCH FIRST :row_limit ROWS ONLY

-- name: list_tickets_of_drawing
-- Entries of one drawing, newest first.
SELECT e.entry_id, e.drawing_id, e.account_id, d.name AS drawing_name, d.status AS drawing_status, d.draws_at, e.kind,
       e.units, e.price_points, e.receipt_text, e.receipt_signature, e.void_reason, e.refunded_at, e.entered_at,
       e.rules_sha256, f.first_ticket_no, f.position
  FROM entries e
  JOIN drawings d ON d.drawing_id = e.drawing_id
  LEFT JOIN frozen_entries f ON f.entry_id = e.entry_id
 WHERE e.drawing_id = :drawing_id
   AND e.entry_id < :before_id
   AND (:kind IS NULL OR e.kind = :kind)
   AND (:is_void IS NULL OR (:is_void = 1 AND e.void_reason IS NOT NULL) OR (:is_void = 0 AND e.void_reason IS NULL))
 ORDER BY e.entry_id DESC
 FETCH FIRST :row_limit ROWS ONLY

-- name: list_tickets_of_member
-- Entries of one member, of one drawing or of all, newest first.
SELECT e.entry_id, e.drawing_id, e.account_id, d.name AS drawing_name, d.status AS drawing_status, d.draws_at, e.kind,
       e.units, e.price_points, e.receipt_text, e.receipt_signature, e.void_reason, e.refunded_at, e.entered_at,
       e.rules_sha256, f.first_ticket_no, f.position
  FROM entries e
  JOIN drawings d ON d.drawing_id = e.drawing_id
  LEFT JOIN frozen_entries f ON f.entry_id = e.entry_id
 WHERE e.account_id = :account_id
   AND e.entry_id < :before_id
   AND (:drawing_id IS NULL OR e.drawing_id = :drawing_id)
   AND (:kind IS NULL OR e.kind = :kind)
   AND (:is_void IS NULL OR (:is_void = 1 AND e.void_reason IS NOT NULL) OR (:is_void = 0 AND e.void_reason IS NULL))
 ORDER BY e.entry_id DESC
 FETCH FIRST :row_limit ROWS ONLY
