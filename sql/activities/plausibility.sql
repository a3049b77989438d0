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

-- name: list_tiers
-- What the members of each tier were awarded on the days of a range: for its mean and deviation.
SELECT p.tier_code, COUNT(*) AS day_count, SUM(d.awarded_points) AS sum_points,
       SUM(d.awarded_points * d.awarded_points) AS sum_squares
  FROM day_awards d
  JOIN profiles p ON p.account_id = d.account_id
 WHERE d.day_on BETWEEN :first_on AND :last_on
   AND d.awarded_points > 0
 GROUP BY p.tier_code
 ORDER BY p.tier_code

-- name: list_far_days
-- Days of a range for which members of a tier were awarded more than :most_points.
SELECT d.account_id, d.day_on, d.awarded_points
  FROM day_awards d
  JOIN profiles p ON p.account_id = d.account_id
 WHERE d.day_on BETWEEN :first_on AND :last_on
   AND d.awarded_points > :most_points
   AND p.tier_code = :tier_code
 ORDER BY d.day_on, d.account_id
 FETCH FIRST :row_limit ROWS ONLY

-- name: list_counting
-- What counts of a member's activities of one points day.
SELECT activity_id
  FROM activities
 WHERE account_id = :account_id
   AND day_on = :day_on
   AND state = 'accepted'
   AND duplicate_of_id IS NULL
 ORDER BY activity_id
