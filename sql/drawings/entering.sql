-- name: insert_free_entry
-- Use up a member's free entry of a day.
INSERT INTO free_entries (drawing_id, account_id, entered_on, entry_id, entered_by_id, created_at)
VALUES (:drawing_id, :account_id, :entered_on, :entry_id, :entered_by_id, :created_at)

-- name: is_free_entry_used
-- Whether a member's free entry of a day is used.
SELECT COUNT(*) AS used
  FROM free_entries
 WHERE drawing_id = :drawing_id
   AND account_id = :account_id
   AND entered_on = :entered_on

-- name: insert_disqualification
-- Shut a member out of a drawing; once.
INSERT INTO disqualifications (drawing_id, account_id, reason_code, voided_units, decided_by_id, decided_at)
VALUES (:drawing_id, :account_id, :reason_code, :voided_units, :decided_by_id, :decided_at)

-- name: carry_disqualifications
-- Keep whom a drawing shut out away from the one that takes over its entries.
INSERT INTO disqualifications (drawing_id, account_id, reason_code, voided_units, decided_by_id, decided_at)
SELECT :to_drawing_id, account_id, reason_code, 0, decided_by_id, decided_at
  FROM disqualifications
 WHERE drawing_id = :from_drawing_id

-- name: list_void_paid_entries
-- A member's void entries of one drawing that were paid for and are to be given back, in order.
SELECT entry_id, account_id, purchase_id, price_points
  FROM entries
 WHERE drawing_id = :drawing_id
   AND account_id = :account_id
   AND kind = 'paid'
   AND void_reason IS NOT NULL
   AND void_reason <> 'withdrawn'
   AND refunded_at IS NULL
 ORDER BY entry_id
 FETCH FIRST :row_limit ROWS ONLY
