-- name: insert_fulfilments
-- One delivery per prize unit that found a winner.
INSERT INTO fulfilments
       (fulfilment_id, drawing_id, position, prize_id, entry_id, account_id, prize_name, delivery,
        state, won_at, notified_at, updated_at, claim_from_at, due_at, forfeit_reason, replaces_id)
VALUES (:fulfilment_id, :drawing_id, :position, :prize_id, :entry_id, :account_id, :prize_name, :delivery,
        :state, :won_at, :notified_at, :updated_at, :claim_from_at, :due_at, :forfeit_reason, :replaces_id)

-- name: insert_fulfilment_events
-- Log steps of deliveries.
INSERT INTO fulfilment_events (fulfilment_id, step_no, state, actor_id, occurred_at)
VALUES (:fulfilment_id, :step_no, :state, :actor_id, :occurred_at)

-- name: record_fulfilment_event
-- Log the next step of a delivery that is held.
INSERT INTO fulfilment_events (fulfilment_id, step_no, state, actor_id, occurred_at)
SELECT :fulfilment_id, NVL(MAX(e.step_no), 0) + 1, :state, :actor_id, :occurred_at
  FROM fulfilment_events e
 WHERE e.fulfilment_id = :fulfilment_id

-- name: list_fulfilments
-- Deliveries, newest first: one member's, or everybody's where :account_id is NULL.
SELECT fulfilment_id, drawing_id, position, prize_id, entry_id, account_id, prize_name, delivery,
       state, won_at, notified_at, updated_at, revision, claim_from_at, warned_at, due_at, carrier,
       tracking, shipped_at, delivered_at, code_shown_at, forfeit_reason, replaces_id
  FROM fulfilments
 WHERE (:account_id IS NULL OR account_id = :account_id)
   AND (:state IS NULL OR state = :state)
   AND (:drawing_id IS NULL OR drawing_id = :drawing_id)
   AND (:before_id IS NULL OR fulfilment_id < :before_id)
 ORDER BY fulfilment_id DESC
 FETCH FIRST :row_limit ROWS ONLY

-- name: find_fulfilment
-- One delivery; another member's is not found, unless :account_id is NULL.
SELECT fulfilment_id, drawing_id, position, prize_id, entry_id, account_id, prize_name, delivery,
       state, won_at, notified_at, updated_at, revision, claim_from_at, warned_at, due_at, carrier,
       tracking, shipped_at, delivered_at, code_shown_at, forfeit_reason, replaces_id
  FROM fulfilments
 WHERE fulfilment_id = :fulfilment_id
   AND (:account_id IS NULL OR account_id = :account_id)

-- name: lock_fulfilment
-- Hold one delivery until the transaction ends; wait 5 s for another holder.
SELECT fulfilment_id, drawing_id, position, prize_id, entry_id, account_id, prize_name, delivery,
       state, won_at, notified_at, updated_at, revision, claim_from_at, warned_at, due_at, carrier,
       tracking, shipped_at, delivered_at, code_shown_at, forfeit_reason, replaces_id
  FROM fulfilments
 WHERE fulfilment_id = :fulfilment_id
   FOR UPDATE WAIT 5

-- name: update_fulfilment
-- Take a step of a delivery that is held, and count its edits.
UPDATE fulfilments
   SET state = :state,
       notified_at = :notified_at,
       claim_from_at = :claim_from_at,
       warned_at = :warned_at,
       due_at = :due_at,
       carrier = :carrier,
       tracking = :tracking,
       shipped_at = :shipped_at,
       delivered_at = :delivered_at,
       code_shown_at = :code_shown_at,
       forfeit_reason = :forfeit_reason,
       updated_at = :updated_at,
       revision = revision + 1
 WHERE fulfilment_id = :fulfilment_id
   AND revision = :revision

-- name: list_fulfilment_events
-- The history of one delivery, oldest first.
SELECT step_no, state, actor_id, occurred_at
  FROM fulfilment_events
 WHERE fulfilment_id = :fulfilment_id
 ORDER BY step_no

-- name: list_unfinished_fulfilments
-- A member's prizes that are still on their way.
SELECT fulfilment_id, drawing_id, position, prize_id, entry_id, account_id, prize_name, delivery,
       state, won_at, notified_at, updated_at, revision, claim_from_at, warned_at, due_at, carrier,
       tracking, shipped_at, delivered_at, code_shown_at, forfeit_reason, replaces_id
  FROM fulfilments
 WHERE account_id = :account_id
   AND state NOT IN ('delivered', 'forfeited')
 ORDER BY fulfilment_id

-- name: list_due_fulfilments
-- Deliveries that need the scheduler, the oldest first.
SELECT fulfilment_id
  FROM fulfilments
 WHERE due_at <= :now_at
 ORDER BY due_at, fulfilment_id
 FETCH FIRST :row_limit ROWS ONLY

-- name: lock_drawing_of
-- Hold the drawing whose alternates a prize may pass to; wait 5 s for another holder.
SELECT drawing_id, status, unclaimed_to
  FROM drawings
 WHERE drawing_id = :drawing_id
   FOR UPDATE WAIT 5

-- name: find_next_alternate
-- The first alternate of a drawing that no prize has passed to yet.
SELECT k.position, k.entry_id, e.account_id
  FROM drawing_picks k
  JOIN entries e ON e.entry_id = k.entry_id
 WHERE k.drawing_id = :drawing_id
   AND k.role = 'alternate'
   AND NOT EXISTS (SELECT 1
                     FROM fulfilments f
                    WHERE f.drawing_id = k.drawing_id
                      AND f.position = k.position)
 ORDER BY k.position
 FETCH FIRST 1 ROWS ONLY

-- name: find_alternate
-- The alternate at one position of a drawing.
SELECT k.position, k.entry_id, e.account_id
  FROM drawing_picks k
  JOIN entries e ON e.entry_id = k.entry_id
 WHERE k.drawing_id = :drawing_id
   AND k.position = :position
   AND k.role = 'alternate'

-- name: find_at_position
-- The delivery to one pick of a drawing.
SELECT fulfilment_id
  FROM fulfilments
 WHERE drawing_id = :drawing_id
   AND position = :position

-- name: find_returned_unit
-- The first forfeited unit of a drawing (of one prize with :prize_id) that was passed on to nobody.
SELECT f.fulfilment_id
  FROM fulfilments f
 WHERE f.drawing_id = :drawing_id
   AND f.state = 'forfeited'
   AND (:prize_id IS NULL OR f.prize_id = :prize_id)
   AND NOT EXISTS (SELECT 1
                     FROM fulfilments n
                    WHERE n.replaces_id = f.fulfilment_id)
 ORDER BY f.position
 FETCH FIRST 1 ROWS ONLY

-- name: get_won_cents
-- What a member won from one payer (see get_payer) in one year, forfeited prizes left out.
SELECT NVL(SUM(p.value_cents), 0) AS won_cents
  FROM fulfilments f
  JOIN prizes p ON p.prize_id = f.prize_id
  JOIN drawings d ON d.drawing_id = p.drawing_id
 WHERE f.account_id = :account_id
   AND f.state <> 'forfeited'
   AND f.won_at >= :from_at
   AND f.won_at < :until_at
   AND NVL(p.sponsor_id, NVL(d.sponsor_id, 'operator')) = :payer_key

-- name: get_payer
-- Who pays for a prize, as the official rules say who supplies it: its own sponsor, the drawing's, the operator.
SELECT NVL(p.sponsor_id, NVL(d.sponsor_id, 'operator')) AS payer_key
  FROM prizes p
  JOIN drawings d ON d.drawing_id = p.drawing_id
 WHERE p.prize_id = :prize_id

-- name: insert_tax_form
-- Note that a member's form for one payer and year is on file.
INSERT INTO tax_forms (account_id, payer_key, tax_year, actor_id, recorded_at)
VALUES (:account_id, :payer_key, :tax_year, :actor_id, :recorded_at)

-- name: find_tax_form
-- Whether a member's form for one payer and year is on file.
SELECT recorded_at
  FROM tax_forms
 WHERE account_id = :account_id
   AND payer_key = :payer_key
   AND tax_year = :tax_year

-- name: list_prize_winners
-- Who won what and was not passed over, of one drawing or of all, in the order of the deliveries.
SELECT f.fulfilment_id, f.drawing_id, d.name AS drawing_name, d.drawn_at, f.position, k.ticket_no,
       f.prize_name, p.value_cents, f.state, a.display_name, a.status AS account_status,
       NVL(r.profile_privacy, 'public') AS profile_privacy
  FROM fulfilments f
  JOIN drawings d ON d.drawing_id = f.drawing_id
  JOIN prizes p ON p.prize_id = f.prize_id
  JOIN accounts a ON a.account_id = f.account_id
  LEFT JOIN profiles r ON r.account_id = f.account_id
  LEFT JOIN drawing_picks k ON k.drawing_id = f.drawing_id
                           AND k.position = f.position
 WHERE f.state <> 'forfeited'
   AND (:drawing_id IS NULL OR f.drawing_id = :drawing_id)
   AND f.fulfilment_id > :after_id
 ORDER BY f.fulfilment_id
 FETCH FIRST :row_limit ROWS ONLY
