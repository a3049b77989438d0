-- name: insert_mark
-- One mark of a recording's shape.
INSERT INTO activity_marks (activity_id, kind, mark_no)
VALUES (:activity_id, :kind, :mark_no)

-- name: list_alike
-- Recordings that share at least :least_count marks of a kind with one, those with the most first.
SELECT s.kind, s.alike_count, a.activity_id, a.account_id, a.state, a.started_at, a.ended_at
  FROM (SELECT o.activity_id, o.kind, COUNT(*) AS alike_count
          FROM activity_marks m
          JOIN activity_marks o ON o.kind = m.kind AND o.mark_no = m.mark_no
         WHERE m.activity_id = :activity_id
           AND o.activity_id <> :activity_id
         GROUP BY o.activity_id, o.kind
        HAVING COUNT(*) >= :least_count) s
  JOIN activities a ON a.activity_id = s.activity_id
 ORDER BY s.alike_count DESC, a.activity_id, s.kind
 FETCH FIRST :row_limit ROWS ONLY

-- name: delete_marks
-- An activity's marks, gone.
DELETE FROM activity_marks
 WHERE activity_id = :activity_id

-- name: update_activity_state
-- What is thought of an activity that is not deleted.
UPDATE activities
   SET state = :state,
       reason_code = :reason_code,
       updated_at = :updated_at
 WHERE activity_id = :activity_id
   AND state <> 'deleted'

-- name: list_long_days
-- Points days on which a member's workouts add up to more than :most_s; none counts for more itself.
SELECT day_on, SUM(CASE WHEN moving_s > :most_s THEN :most_s ELSE moving_s END) AS moving_s
  FROM activities
 WHERE account_id = :account_id
   AND day_on BETWEEN :first_on AND :last_on
   AND type = 'workout'
   AND state IN ('accepted', 'held')
   AND duplicate_of_id IS NULL
 GROUP BY day_on
HAVING SUM(CASE WHEN moving_s > :most_s THEN :most_s ELSE moving_s END) > :most_s
 ORDER BY day_on
