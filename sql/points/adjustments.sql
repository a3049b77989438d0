-- name: get_account_status
-- What is known of an account whose points are looked after.
SELECT status
  FROM accounts
 WHERE account_id = :account_id

-- name: insert_adjustment
INSERT INTO point_adjustments
       (adjustment_id, account_id, amount_points, reverses_no, reason, state, requested_by_id,
        requested_at, expires_at, decided_by_id, decided_at)
VALUES (:adjustment_id, :account_id, :amount_points, :reverses_no, :reason, :state, :requested_by_id,
        :requested_at, :expires_at, :decided_by_id, :decided_at)

-- name: get_adjustment
SELECT adjustment_id, account_id, amount_points, reverses_no, reason, state, requested_by_id,
       requested_at, expires_at, decided_by_id, decided_at
  FROM point_adjustments
 WHERE adjustment_id = :adjustment_id

-- name: lock_adjustment
-- One adjustment, held until the transaction ends.
SELECT adjustment_id, account_id, amount_points, reverses_no, reason, state, requested_by_id,
       requested_at, expires_at, decided_by_id, decided_at
  FROM point_adjustments
 WHERE adjustment_id = :adjustment_id
   FOR UPDATE WAIT 3

-- name: update_adjustment
-- Decide what waits; what is decided stays.
UPDATE point_adjustments
   SET state = :state,
       decided_by_id = :decided_by_id,
       decided_at = :decided_at
 WHERE adjustment_id = :adjustment_id
   AND state = 'pending'

-- name: sum_posted_alone
-- By how many points one admin moved a member's since an instant without a second admin.
SELECT NVL(SUM(CASE WHEN amount_points < 0 THEN 0 - amount_points ELSE amount_points END), 0) AS points
  FROM point_adjustments
 WHERE account_id = :account_id
   AND requested_by_id = :actor_id
   AND state = 'posted'
   AND decided_by_id IS NULL
   AND requested_at > :since_at

-- name: list_adjustments
-- Adjustments, newest first; what nobody confirmed in time counts as expired.
SELECT adjustment_id, account_id, amount_points, reverses_no, reason, state, requested_by_id,
       requested_at, expires_at, decided_by_id, decided_at
  FROM point_adjustments
 WHERE adjustment_id < :before_id
   AND (:account_id IS NULL OR account_id = :account_id)
   AND (:state IS NULL
     OR (:state = 'expired' AND state = 'pending' AND expires_at <= :now_at)
     OR (:state = state AND (state <> 'pending' OR expires_at > :now_at)))
 ORDER BY adjustment_id DESC
 FETCH FIRST :row_limit ROWS ONLY

-- name: erase_adjustments
-- Forget what was written about an erased member's points; the ledger keeps the amounts.
DELETE FROM point_adjustments
 WHERE account_id = :account_id
