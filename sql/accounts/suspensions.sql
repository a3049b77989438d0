-- name: insert_suspension
INSERT INTO suspensions
       (suspension_id, account_id, reason, suspended_by_id, suspended_at, lifted_by_id, lifted_at)
VALUES (:suspension_id, :account_id, :reason, :suspended_by_id, :suspended_at, :lifted_by_id, :lifted_at)

-- name: find_open_suspension
-- Why an account is kept out at present.
SELECT suspension_id, account_id, reason, suspended_by_id, suspended_at, lifted_by_id, lifted_at
  FROM suspensions
 WHERE CASE WHEN lifted_at IS NULL THEN account_id END = :account_id

-- name: get_suspension
-- One suspension, lifted or not.
SELECT suspension_id, account_id, reason, suspended_by_id, suspended_at, lifted_by_id, lifted_at
  FROM suspensions
 WHERE suspension_id = :suspension_id

-- name: lift_suspension
-- End a suspension, once.
UPDATE suspensions
   SET lifted_by_id = :lifted_by_id,
       lifted_at = :lifted_at
 WHERE suspension_id = :suspension_id
   AND lifted_at IS NULL

-- name: insert_appeal
INSERT INTO appeals
       (appeal_id, suspension_id, account_id, state, appeal_text, appealed_at, decision_reason,
        decided_by_id, decided_at)
VALUES (:appeal_id, :suspension_id, :account_id, :state, :appeal_text, :appealed_at, :decision_reason,
        :decided_by_id, :decided_at)

-- name: count_appeals
-- How often a suspension was appealed against.
SELECT COUNT(*) AS appeals_made
  FROM appeals
 WHERE suspension_id = :suspension_id

-- name: get_appeal
-- One appeal, not held.
SELECT appeal_id, suspension_id, account_id, state, appeal_text, appealed_at, decision_reason,
       decided_by_id, decided_at
  FROM appeals
 WHERE appeal_id = :appeal_id

-- name: close_appeal
-- Close an open appeal, once.
UPDATE appeals
   SET state = :state,
       decision_reason = :decision_reason,
       decided_by_id = :decided_by_id,
       decided_at = :decided_at
 WHERE appeal_id = :appeal_id
   AND state = 'open'

-- name: settle_appeals
-- Close what is open against a suspension that ended otherwise.
UPDATE appeals
   SET state = 'settled',
       decided_at = :decided_at
 WHERE suspension_id = :suspension_id
   AND state = 'open'

-- name: list_own_appeals
-- A member's appeals, newest first, before :before_id.
SELECT appeal_id, suspension_id, account_id, state, appeal_text, appealed_at, decision_reason,
       decided_by_id, decided_at
  FROM appeals
 WHERE account_id = :account_id
   AND appeal_id < :before_id
 ORDER BY appeal_id DESC
 FETCH FIRST :row_limit ROWS ONLY

-- name: list_appeals
-- Appeals of one state, oldest first, after :after_id.
SELECT appeal_id, suspension_id, account_id, state, appeal_text, appealed_at, decision_reason,
       decided_by_id, decided_at
  FROM appeals
 WHERE state = :state
   AND appeal_id > :after_id
 ORDER BY appeal_id
 FETCH FIRST :row_limit ROWS ONLY
