-- name: insert_metrics
-- What an activity's samples say, by the version that computed it.
INSERT INTO activity_metrics
       (activity_id, metrics_version, hr_times_json, powered_ms, normalised_power_mw, best_20min_w,
        metrics_json)
VALUES (:activity_id, :metrics_version, :hr_times_json, :powered_ms, :normalised_power_mw, :best_20min_w,
        :metrics_json)

-- name: update_polyline
-- The short line of an activity's route.
UPDATE activities
   SET polyline = :polyline
 WHERE activity_id = :activity_id

-- name: find_metrics
-- What was computed of an activity, None before it was.
SELECT activity_id, metrics_version, hr_times_json, powered_ms, normalised_power_mw, best_20min_w,
       metrics_json
  FROM activity_metrics
 WHERE activity_id = :activity_id

-- name: list_metrics_of
-- What was computed of a member's activities, in the order of their ids, after :after_id.
SELECT m.activity_id, m.metrics_version, m.hr_times_json, m.powered_ms, m.normalised_power_mw,
       m.best_20min_w, m.metrics_json
  FROM activities a
  JOIN activity_metrics m ON m.activity_id = a.activity_id
 WHERE a.account_id = :account_id
   AND a.activity_id > :after_id
 ORDER BY a.activity_id
 FETCH FIRST :row_limit ROWS ONLY

-- name: delete_metrics
-- An activity's figures, gone.
DELETE FROM activity_metrics
 WHERE activity_id = :activity_id

-- name: insert_effort
-- One best effort of an activity.
INSERT INTO activity_efforts (activity_id, effort_code, figure, from_ms)
VALUES (:activity_id, :effort_code, :figure, :from_ms)

-- name: list_efforts
-- An activity's best efforts.
SELECT activity_id, effort_code, figure, from_ms
  FROM activity_efforts
 WHERE activity_id = :activity_id
 ORDER BY effort_code

-- name: delete_efforts
-- An activity's best efforts, gone.
DELETE FROM activity_efforts
 WHERE activity_id = :activity_id

-- name: find_constitution
-- What of a member's profile weighs heart rates.
SELECT sex, resting_hr_bpm
  FROM profiles
 WHERE account_id = :account_id

-- name: list_best_powers
-- The best 20 minutes of a member's activities that count, from one day to another.
SELECT a.sport, m.best_20min_w
  FROM activities a
  JOIN activity_metrics m ON m.activity_id = a.activity_id
 WHERE a.account_id = :account_id
   AND a.day_on BETWEEN :from_on AND :until_on
   AND a.state = 'accepted'
   AND a.duplicate_of_id IS NULL
   AND m.best_20min_w IS NOT NULL

-- name: list_heart_rows
-- What the training impulses of all workouts that count, up to a day, are computed from.
SELECT a.day_on, m.hr_times_json
  FROM activities a
  LEFT JOIN activity_metrics m ON m.activity_id = a.activity_id
 WHERE a.account_id = :account_id
   AND a.day_on <= :until_on
   AND a.type = 'workout'
   AND a.state = 'accepted'
   AND a.duplicate_of_id IS NULL

-- name: list_power_rows
-- What the training stress of all workouts that count, up to a day, is computed from.
SELECT a.day_on, a.sport, m.powered_ms, m.normalised_power_mw, m.best_20min_w
  FROM activities a
  LEFT JOIN activity_metrics m ON m.activity_id = a.activity_id
 WHERE a.account_id = :account_id
   AND a.day_on <= :until_on
   AND a.type = 'workout'
   AND a.state = 'accepted'
   AND a.duplicate_of_id IS NULL

-- name: list_records
-- Every effort of an activity that counts, no worse than all before it in its sport, newest first.
SELECT r.sport, r.effort_code, r.figure, r.activity_id, r.started_at
  FROM (SELECT a.sport, e.effort_code, e.figure, a.activity_id, a.started_at,
               MIN(e.figure) OVER (PARTITION BY a.sport, e.effort_code
                                   ORDER BY a.started_at, a.activity_id
                                   ROWS UNBOUNDED PRECEDING) AS best_figure
          FROM activities a
          JOIN activity_efforts e ON e.activity_id = a.activity_id
         WHERE a.account_id = :account_id
           AND a.state = 'accepted'
           AND a.duplicate_of_id IS NULL
           AND (:sport IS NULL OR a.sport = :sport)) r
 WHERE r.figure = r.best_figure
 ORDER BY r.sport, r.effort_code, r.started_at DESC, r.activity_id DESC

-- name: list_due_activities
-- Activities that another version than :metrics_version computed, or none, after :after_id.
SELECT a.activity_id, a.account_id
  FROM activities a
  LEFT JOIN activity_metrics m ON m.activity_id = a.activity_id
 WHERE a.activity_id > :after_id
   AND a.state <> 'deleted'
   AND (:account_id IS NULL OR a.account_id = :account_id)
   AND (m.activity_id IS NULL OR m.metrics_version < :before_version)
 ORDER BY a.activity_id
 FETCH FIRST :row_limit ROWS ONLY

-- name: count_due_activities
-- How many activities another version than :metrics_version computed, or none.
SELECT COUNT(*) AS due_count
  FROM activities a
  LEFT JOIN activity_metrics m ON m.activity_id = a.activity_id
 WHERE a.state <> 'deleted'
   AND (:account_id IS NULL OR a.account_id = :account_id)
   AND (m.activity_id IS NULL OR m.metrics_version < :before_version)
