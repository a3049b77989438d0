-- name: list_candidates
-- A member's workouts and days of steps that have an instant within a stretch of time; tombstones hold
-- groups together.
SELECT a.activity_id, a.type, a.file_format, a.state, a.duplicate_of_id, a.sport, a.source_kind, a.origin_key,
       f.content_sha256, a.started_at, a.ended_at, a.day_on, a.elapsed_s, a.moving_s,
       a.distance_cm, a.ascent_m, a.calories_kcal, a.steps, a.avg_hr_bpm, a.avg_cadence_rpm,
       a.avg_power_w, a.lap_count, a.position_count
  FROM activities a
  LEFT JOIN original_files f ON f.original_file_id = a.original_file_id
 WHERE a.account_id = :account_id
   AND a.started_at >= :reach_at
   AND a.started_at <= :until_at
   AND a.ended_at >= :since_at
   AND a.type IN ('workout', 'steps')
 ORDER BY a.started_at, a.activity_id

-- name: find_primary_connection
-- The connection whose records a member prefers, also where it has ended since.
SELECT connection_id
  FROM connections
 WHERE account_id = :account_id
   AND is_primary = 1

-- name: update_duplicate_of
-- The record that counts instead of this one, if any.
UPDATE activities
   SET duplicate_of_id = :duplicate_of_id
 WHERE activity_id = :activity_id

-- name: list_counted_days
-- The points days on which an activity counts: where it started, and those of its minutes.
SELECT day_on
  FROM activities
 WHERE activity_id = :activity_id
 UNION
SELECT day_on
  FROM activity_minutes
 WHERE activity_id = :activity_id

-- name: list_duplicates
-- The records that one replaces.
SELECT activity_id
  FROM activities
 WHERE duplicate_of_id = :activity_id
 ORDER BY started_at, activity_id
