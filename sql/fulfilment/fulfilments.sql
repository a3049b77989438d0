-- name: insert_fulfilments
-- One delivery per prize unit that found a winner.
INSERT INTO fulfilments
       (fulfilment_id, drawing_id, position, prize_id, entry_id, account_id, prize_name, delivery,
        state, won_at, notified_at, updated_at)
VALUES (:fulfilment_id, :drawing_id, :position, :prize_id, :entry_id, :account_id, :prize_name, :delivery,
        :state, :won_at, :notified_at, :updated_at)

-- name: insert_fulfilment_events
-- Log steps of deliveries.
INSERT INTO fulfilment_events (fulfilment_id, step_no, state, actor_id, occurred_at)
VALUES (:fulfilment_id, :step_no, :state, :actor_id, :occurred_at)

-- name: list_fulfilments
-- Deliveries, newest first: one member's, or everybody's where :account_id is NULL.
SELECT fulfilment_id, drawing_id, position, prize_id, entry_id, account_id, prize_name, delivery,
       state, won_at, notified_at, updated_at
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
       state, won_at, notified_at, updated_at
  FROM fulfilments
 WHERE fulfilment_id = :fulfilment_id
   AND (:account_id IS NULL OR account_id = :account_id)

-- name: list_fulfilment_events
-- The history of one delivery, oldest first.
SELECT step_no, state, actor_id, occurred_at
  FROM fulfilment_events
 WHERE fulfilment_id = :fulfilment_id
 ORDER BY step_no

-- name: list_unfinished_fulfilments
-- A member's prizes that are still on their way.
SELECT fulfilment_id, drawing_id, position, prize_id, entry_id, account_id, prize_name, delivery,
       state, won_at, notified_at, updated_at
  FROM fulfilments
 WHERE account_id = :account_id
   AND state NOT IN ('delivered', 'forfeited')
 ORDER BY fulfilment_id
