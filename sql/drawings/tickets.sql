-- name: get_entrant
-- What decides whether an account may enter a drawing.
SELECT a.account_id,
       CASE WHEN a.role = 'premium' AND a.premium_until_at <= :now_at THEN 'user' ELSE a.role END AS role,
       a.status,
       a.email_verified_at,
       a.date_of_birth_on,
       a.state_code,
       a.created_at,
       r.tier_code,
       q.reason_code AS disqualified_for,
       CASE WHEN EXISTS (SELECT 1
                           FROM sponsor_accounts s
                          WHERE s.account_id = a.account_id
                            AND (s.sponsor_id IN (SELECT d.sponsor_id FROM drawings d WHERE d.drawing_id = :drawing_id)
                                 OR s.sponsor_id IN (SELECT p.sponsor_id FROM prizes p WHERE p.drawing_id = :drawing_id)))
            THEN 1 ELSE 0 END AS is_sponsors_own
  FROM accounts a
  LEFT JOIN profiles r ON r.account_id = a.account_id
  LEFT JOIN disqualifications q ON q.account_id = a.account_id AND q.drawing_id = :drawing_id
 WHERE a.account_id = :account_id

-- name: find_insider
-- One of the people of a drawing's sponsors who holds entries of it.
SELECT MIN(h.account_id) AS account_id
  FROM drawing_holders h
  JOIN sponsor_accounts s ON s.account_id = h.account_id
 WHERE h.drawing_id = :drawing_id
   AND (s.sponsor_id IN (SELECT d.sponsor_id FROM drawings d WHERE d.drawing_id = :drawing_id)
        OR s.sponsor_id IN (SELECT p.sponsor_id FROM prizes p WHERE p.drawing_id = :drawing_id))

-- name: find_holder
-- A member's tag in one drawing, with its salt.
SELECT drawing_id, account_id, holder, salt_bytes
  FROM drawing_holders
 WHERE drawing_id = :drawing_id
   AND account_id = :account_id

-- name: insert_holders
-- Give a member a tag in a drawing.
INSERT INTO drawing_holders (drawing_id, account_id, holder, salt_bytes)
VALUES (:drawing_id, :account_id, :holder, :salt_bytes)

-- name: insert_entries
-- One row per purchase, free entry or entry carried over.
INSERT INTO entries
       (entry_id, drawing_id, account_id, holder, kind, units, price_points, receipt_text, receipt_signature,
        void_reason, purchase_id, carried_from_id, refunded_at, entered_at, rules_sha256)
VALUES (:entry_id, :drawing_id, :account_id, :holder, :kind, :units, :price_points, :receipt_text, :receipt_signature,
        :void_reason, :purchase_id, :carried_from_id, :refunded_at, :entered_at, :rules_sha256)

-- name: add_units_sold
-- Count an entry, if the drawing still sells at this moment.
UPDATE drawings
   SET units_sold = units_sold + :units,
       entry_count = entry_count + 1
 WHERE drawing_id = :drawing_id
   AND status = 'open'
   AND closes_at > :now_at

-- name: add_units_carried
-- Count the entries carried over into a new draft.
UPDATE drawings
   SET units_sold = units_sold + :units,
       entry_count = entry_count + :entry_count
 WHERE drawing_id = :drawing_id
   AND status = 'draft'

-- name: get_units_held
-- How many tickets a member holds in a drawing.
SELECT NVL(SUM(units), 0) AS units_held
  FROM entries
 WHERE drawing_id = :drawing_id
   AND account_id = :account_id
   AND void_reason IS NULL

-- name: list_entries
-- All entries of a drawing in canonical order.
SELECT entry_id, drawing_id, account_id, holder, kind, units, price_points, receipt_text, receipt_signature,
       void_reason, purchase_id, carried_from_id, refunded_at, entered_at, rules_sha256
  FROM entries
 WHERE drawing_id = :drawing_id
 ORDER BY entry_id

-- name: list_for_close
-- What the close lists of each entry, in canonical order.
SELECT entry_id, holder, units, void_reason
  FROM entries
 WHERE drawing_id = :drawing_id
 ORDER BY entry_id

-- name: list_refundable_entries
-- Paid entries of a cancelled drawing that have not been refunded, in order.
SELECT entry_id, account_id, purchase_id, price_points
  FROM entries
 WHERE drawing_id = :drawing_id
   AND kind = 'paid'
   AND refunded_at IS NULL
 ORDER BY entry_id
 FETCH FIRST :row_limit ROWS ONLY

-- name: update_refunded_at
-- Mark an entry refunded; once.
UPDATE entries
   SET refunded_at = :refunded_at
 WHERE entry_id = :entry_id
   AND refunded_at IS NULL

-- name: list_my_tickets
-- A member's entries of one drawing, oldest first, with the numbers that the close gave.
SELECT e.entry_id, e.drawing_id, e.kind, e.units, e.price_points, e.receipt_text, e.receipt_signature,
       e.void_reason, e.refunded_at, e.entered_at, e.rules_sha256, f.first_ticket_no, f.position
  FROM entries e
  LEFT JOIN frozen_entries f ON f.entry_id = e.entry_id
 WHERE e.drawing_id = :drawing_id
   AND e.account_id = :account_id
   AND e.entry_id > :after_id
 ORDER BY e.entry_id
 FETCH FIRST :row_limit ROWS ONLY

-- name: list_my_entries
-- A member's entries of all drawings, newest first.
SELECT e.entry_id, e.drawing_id, d.name AS drawing_name, d.status AS drawing_status, d.draws_at, e.kind, e.units,
       e.price_points, e.void_reason, e.refunded_at, e.entered_at, e.rules_sha256, f.first_ticket_no
  FROM entries e
  JOIN drawings d ON d.drawing_id = e.drawing_id
  LEFT JOIN frozen_entries f ON f.entry_id = e.entry_id
 WHERE e.account_id = :account_id
   AND e.entry_id < :before_id
 ORDER BY e.entry_id DESC
 FETCH FIRST :row_limit ROWS ONLY

-- name: list_my_wins
-- What a member won, newest entry first: by the result, or as the alternate to whom it passed.
SELECT f.drawing_id, d.name AS drawing_name, d.drawn_at, f.position, f.entry_id, k.ticket_no, f.prize_id,
       p.name AS prize_name, p.value_cents, f.fulfilment_id, f.state
  FROM entries e
  JOIN fulfilments f ON f.entry_id = e.entry_id
  JOIN drawing_picks k ON k.drawing_id = f.drawing_id AND k.position = f.position
  JOIN drawings d ON d.drawing_id = f.drawing_id
  JOIN prizes p ON p.prize_id = f.prize_id
 WHERE e.account_id = :account_id
   AND (k.role = 'winner' OR f.notified_at IS NOT NULL)
   AND e.entry_id <= :before_id
   AND (e.entry_id < :before_id OR f.position > :after_position)
 ORDER BY e.entry_id DESC, f.position
 FETCH FIRST :row_limit ROWS ONLY

-- name: list_winners
-- The prize units of a drawing with the accounts that won them.
SELECT k.position, k.entry_id, e.account_id, k.prize_id, p.name AS prize_name, p.kind AS prize_kind
  FROM drawing_picks k
  JOIN entries e ON e.entry_id = k.entry_id
  JOIN prizes p ON p.prize_id = k.prize_id
 WHERE k.drawing_id = :drawing_id
   AND k.role = 'winner'
 ORDER BY k.position

-- name: list_untold_entrants
-- The members of a drawing who have no notice of a kind about it, in the order of their ids.
SELECT h.account_id
  FROM drawing_holders h
  JOIN accounts a ON a.account_id = h.account_id
 WHERE h.drawing_id = :drawing_id
   AND a.status <> 'erased'
   AND NOT EXISTS (SELECT 1
                     FROM notifications n
                    WHERE n.account_id = h.account_id
                      AND n.kind = :kind
                      AND n.notification_key = :drawing_id)
 ORDER BY h.account_id
 FETCH FIRST :row_limit ROWS ONLY

-- name: erase_salts
-- Let nobody tell any more which tags of drawings were an erased member's.
UPDATE drawing_holders
   SET salt_bytes = NULL
 WHERE account_id = :account_id

-- name: erase_carried_salts
-- The same for tags that a drawing has given anew, after its members were erased.
UPDATE drawing_holders
   SET salt_bytes = NULL
 WHERE drawing_id = :drawing_id
   AND account_id IN (SELECT a.account_id FROM accounts a WHERE a.status = 'erased')

-- name: list_entered_drawings
-- The drawings that still sell and in which a member holds entries, in the order of their ids.
SELECT d.drawing_id
  FROM drawing_holders h
  JOIN drawings d ON d.drawing_id = h.drawing_id
 WHERE h.account_id = :account_id
   AND d.status IN ('draft', 'scheduled', 'open')
 ORDER BY d.drawing_id

-- name: void_entries
-- Let a member's entries of a drawing count no more; they stay, with the reason.
UPDATE entries
   SET void_reason = :void_reason
 WHERE drawing_id = :drawing_id
   AND account_id = :account_id
   AND void_reason IS NULL

-- name: subtract_units_sold
-- Take void tickets out of a drawing's count, if it still sells at this moment.
UPDATE drawings
   SET units_sold = units_sold - :units
 WHERE drawing_id = :drawing_id
   AND (status = 'draft' OR (status IN ('scheduled', 'open') AND closes_at > :now_at))

-- name: list_held_entries
-- A member's entries with what opens their tags, in the order of their ids, after :after_id.
SELECT e.entry_id, e.drawing_id, d.name AS drawing_name, d.status AS drawing_status, e.kind, e.units,
       e.price_points, e.receipt_text, e.receipt_signature, e.void_reason, e.refunded_at, e.entered_at,
       f.first_ticket_no, f.position, h.holder, h.salt_bytes
  FROM entries e
  JOIN drawings d ON d.drawing_id = e.drawing_id
  JOIN drawing_holders h ON h.drawing_id = e.drawing_id AND h.account_id = e.account_id
  LEFT JOIN frozen_entries f ON f.entry_id = e.entry_id
 WHERE e.account_id = :account_id
   AND e.entry_id > :after_id
 ORDER BY e.entry_id
 FETCH FIRST :row_limit ROWS ONLY
