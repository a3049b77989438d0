-- name: insert_review
-- A new review; its subject has one.
INSERT INTO reviews
       (review_id, account_id, kind, subject_key, activity_id, day_on, state, reasons_json,
        opened_at, decided_at, decided_by_id, decision_reason, appealed_at, appeal_text)
VALUES (:review_id, :account_id, :kind, :subject_key, :activity_id, :day_on, :state, :reasons_json,
        :opened_at, :decided_at, :decided_by_id, :decision_reason, :appealed_at, :appeal_text)

-- name: find_review_of
-- The review of a subject, if it ever was held.
SELECT review_id, account_id, kind, subject_key, activity_id, day_on, state, reasons_json,
       opened_at, decided_at, decided_by_id, decision_reason, appealed_at, appeal_text
  FROM reviews
 WHERE subject_key = :subject_key

-- name: get_review
-- One review, not held.
SELECT review_id, account_id, kind, subject_key, activity_id, day_on, state, reasons_json,
       opened_at, decided_at, decided_by_id, decision_reason, appealed_at, appeal_text
  FROM reviews
 WHERE review_id = :review_id

-- name: lock_review
-- One review, held until the transaction ends.
SELECT review_id, account_id, kind, subject_key, activity_id, day_on, state, reasons_json,
       opened_at, decided_at, decided_by_id, decision_reason, appealed_at, appeal_text
  FROM reviews
 WHERE review_id = :review_id
   FOR UPDATE WAIT 3

-- name: update_review
-- Another state of a review that is held, with its reasons and words.
UPDATE reviews
   SET state = :state,
       reasons_json = :reasons_json,
       decided_at = :decided_at,
       decided_by_id = :decided_by_id,
       decision_reason = :decision_reason,
       appealed_at = :appealed_at,
       appeal_text = :appeal_text
 WHERE review_id = :review_id

-- name: list_own_reviews
-- A member's reviews, newest first, before :before_id.
SELECT review_id, account_id, kind, subject_key, activity_id, day_on, state, reasons_json,
       opened_at, decided_at, decided_by_id, decision_reason, appealed_at, appeal_text
  FROM reviews
 WHERE account_id = :account_id
   AND review_id < :before_id
 ORDER BY review_id DESC
 FETCH FIRST :row_limit ROWS ONLY

-- name: list_reviews
-- Reviews of one state, oldest first, after :after_id.
SELECT review_id, account_id, kind, subject_key, activity_id, day_on, state, reasons_json,
       opened_at, decided_at, decided_by_id, decision_reason, appealed_at, appeal_text
  FROM reviews
 WHERE state = :state
   AND review_id > :after_id
   AND (:kind IS NULL OR kind = :kind)
 ORDER BY review_id
 FETCH FIRST :row_limit ROWS ONLY

-- name: list_private_reviews
-- Reviews among some that are about what its source lets nobody but its owner see.
SELECT r.review_id
  FROM reviews r
  JOIN activities a ON a.activity_id = r.activity_id
 WHERE r.review_id BETWEEN :first_id AND :last_id
   AND a.is_owner_only = 1

-- name: insert_review_event
-- What happened to a review.
INSERT INTO review_events
       (review_event_id, review_id, account_id, actor_id, kind, codes_json, happened_at)
VALUES (:review_event_id, :review_id, :account_id, :actor_id, :kind, :codes_json, :happened_at)

-- name: list_erasable_reviews
-- Reviews of an erased member.
SELECT review_id
  FROM reviews
 WHERE account_id = :account_id
 ORDER BY review_id
 FETCH FIRST :row_limit ROWS ONLY

-- name: erase_reviews
DELETE FROM reviews
 WHERE review_id = :review_id

-- name: list_tiers
-- What the members of each tier were awarded on the days of a range: for its mean and deviation.
SELECT p.tier_code, COUNT(DISTINCT d.account_id) AS member_count, COUNT(*) AS day_count,
       SUM(d.awarded_points) AS sum_points,
       SUM(d.awarded_points * d.awarded_points) AS sum_squares
  FROM day_awards d
  JOIN profiles p ON p.account_id = d.account_id
 WHERE d.day_on BETWEEN :first_on AND :last_on
   AND d.awarded_points > 0
 GROUP BY p.tier_code
 ORDER BY p.tier_code

-- name: list_far_days
-- Days awarded anew lately for which members got more than :most_points. The time alone leads to them:
-- by tier, by day or in an order the database would go through all that was ever awarded.
SELECT d.account_id, d.day_on, d.awarded_points, p.tier_code
  FROM day_awards d
  JOIN profiles p ON p.account_id = d.account_id
 WHERE d.computed_at > :since_at
   AND d.awarded_points > :most_points

-- name: list_believed_days
-- A member's days from one on that somebody has looked at and accepted.
SELECT review_id, account_id, kind, subject_key, activity_id, day_on, state, reasons_json,
       opened_at, decided_at, decided_by_id, decision_reason, appealed_at, appeal_text
  FROM reviews
 WHERE account_id = :account_id
   AND day_on >= :first_on
   AND state = 'accepted'
 ORDER BY day_on, review_id
