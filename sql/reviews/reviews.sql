-- name: insert_review
-- A new review; its subject has one.
INSERT INTO reviews
       (review_id, account_id, kind, subject_key, activity_id, state, reasons_json, opened_at,
        decided_at, decided_by_id, decision_reason, appealed_at, appeal_text)
VALUES (:review_id, :account_id, :kind, :subject_key, :activity_id, :state, :reasons_json, :opened_at,
        :decided_at, :decided_by_id, :decision_reason, :appealed_at, :appeal_text)

-- name: find_review_of
-- The review of a subject, if it ever was held.
SELECT review_id, account_id, kind, subject_key, activity_id, state, reasons_json, opened_at,
       decided_at, decided_by_id, decision_reason, appealed_at, appeal_text
  FROM reviews
 WHERE subject_key = :subject_key

-- name: get_review
-- One review, not held.
SELECT review_id, account_id, kind, subject_key, activity_id, state, reasons_json, opened_at,
       decided_at, decided_by_id, decision_reason, appealed_at, appeal_text
  FROM reviews
 WHERE review_id = :review_id

-- name: lock_review
-- One review, held until the transaction ends.
SELECT review_id, account_id, kind, subject_key, activity_id, state, reasons_json, opened_at,
       decided_at, decided_by_id, decision_reason, appealed_at, appeal_text
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
SELECT review_id, account_id, kind, subject_key, activity_id, state, reasons_json, opened_at,
       decided_at, decided_by_id, decision_reason, appealed_at, appeal_text
  FROM reviews
 WHERE account_id = :account_id
   AND review_id < :before_id
 ORDER BY review_id DESC
 FETCH FIRST :row_limit ROWS ONLY

-- name: list_reviews
-- Reviews of one state, oldest first, after :after_id.
SELECT review_id, account_id, kind, subject_key, activity_id, state, reasons_json, opened_at,
       decided_at, decided_by_id, decision_reason, appealed_at, appeal_text
  FROM reviews
 WHERE state = :state
   AND review_id > :after_id
   AND (:kind IS NULL OR kind = :kind)
 ORDER BY review_id
 FETCH FIRST :row_limit ROWS ONLY

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
