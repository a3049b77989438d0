-- name: find_audience
-- What decides who else may see an activity, and how much of it.
SELECT a.activity_id, a.account_id, a.is_owner_only, a.state, a.duplicate_of_id, a.visibility,
       m.status, p.activities_privacy, p.start_end_hidden_m
  FROM activities a
  JOIN accounts m ON m.account_id = a.account_id
  JOIN profiles p ON p.account_id = a.account_id
 WHERE a.activity_id = :activity_id

-- name: find_sharer
-- What decides who else may see a member's activities, and how much of them.
SELECT m.account_id, m.status, p.profile_privacy, p.activities_privacy, p.start_end_hidden_m
  FROM accounts m
  JOIN profiles p ON p.account_id = m.account_id
 WHERE m.account_id = :account_id

-- name: find_start
-- When an activity of a member started, deleted or not: the place of a page's end.
SELECT started_at
  FROM activities
 WHERE activity_id = :activity_id
   AND account_id = :account_id

-- name: list_shared_activities
-- The activities of a member that everybody may see, newest first, after (:before_at, :before_id),
-- with what is kept of the cuts under :hiding_key.
SELECT a.activity_id, a.account_id, a.type, a.sport, a.source_kind, a.origin_key,
       a.original_file_id, a.file_format, a.state, a.reason_code, a.duplicate_of_id, a.started_at,
       a.ended_at, a.day_on, a.utc_offset_s, a.elapsed_s, a.moving_s, a.distance_cm,
       a.track_distance_cm, a.ascent_m, a.descent_m, a.calories_kcal, a.steps, a.avg_hr_bpm,
       a.max_hr_bpm, a.avg_cadence_rpm, a.max_cadence_rpm, a.avg_power_w, a.max_power_w,
       a.avg_speed_mmps, a.max_speed_mmps, a.name, a.notes_text, a.device, a.warnings_json,
       a.lap_count, a.sample_count, a.position_count, a.created_at, a.updated_at, a.revision,
       a.intensity, a.visibility, a.polyline, a.is_owner_only, s.figures_json
  FROM activities a
  LEFT JOIN shared_figures s ON s.activity_id = a.activity_id AND s.hiding_key = :hiding_key
 WHERE a.account_id = :account_id
   AND a.started_at <= :before_at
   AND (a.started_at < :before_at OR a.activity_id < :before_id)
   AND a.state = 'accepted'
   AND a.duplicate_of_id IS NULL
   AND a.is_owner_only = 0
   AND NVL(a.visibility, :usual_visibility) = 'public'
 ORDER BY a.started_at DESC, a.activity_id DESC
 FETCH FIRST :row_limit ROWS ONLY

-- name: sum_shared
-- What the workouts of a member that everybody may see come to, of cut ones what is left; those that
-- were not cut yet under :hiding_key are counted only.
SELECT COUNT(*) AS activity_count,
       NVL(SUM(CASE
           WHEN a.sample_count = 0 THEN a.distance_cm
           WHEN s.activity_id IS NULL THEN 0
           WHEN JSON_EXISTS(s.figures_json, '$.distance_cm')
           THEN TO_NUMBER(JSON_VALUE(s.figures_json, '$.distance_cm'))
           ELSE a.distance_cm
       END), 0) AS distance_cm,
       NVL(SUM(CASE
           WHEN a.sample_count = 0 THEN a.moving_s
           WHEN s.activity_id IS NULL THEN 0
           WHEN JSON_EXISTS(s.figures_json, '$.moving_s')
           THEN TO_NUMBER(JSON_VALUE(s.figures_json, '$.moving_s'))
           ELSE a.moving_s
       END), 0) AS moving_s
  FROM activities a
  LEFT JOIN shared_figures s ON s.activity_id = a.activity_id AND s.hiding_key = :hiding_key
 WHERE a.account_id = :account_id
   AND a.type = 'workout'
   AND a.state = 'accepted'
   AND a.duplicate_of_id IS NULL
   AND a.is_owner_only = 0
   AND NVL(a.visibility, :usual_visibility) = 'public'

-- name: list_uncut
-- Workouts of a member that everybody may see and that were not cut yet, the newest first.
SELECT a.activity_id
  FROM activities a
  LEFT JOIN shared_figures s ON s.activity_id = a.activity_id AND s.hiding_key = :hiding_key
 WHERE a.account_id = :account_id
   AND a.type = 'workout'
   AND a.state = 'accepted'
   AND a.duplicate_of_id IS NULL
   AND a.is_owner_only = 0
   AND NVL(a.visibility, :usual_visibility) = 'public'
   AND a.sample_count > 0
   AND s.activity_id IS NULL
 ORDER BY a.started_at DESC, a.activity_id DESC
 FETCH FIRST :row_limit ROWS ONLY

-- name: lock_samples
-- The block of an activity's samples, held until the transaction ends.
SELECT block_bytes
  FROM activity_samples
 WHERE activity_id = :activity_id
   FOR UPDATE WAIT 3

-- name: find_shared_figures
-- What is kept of an activity's cut under :hiding_key.
SELECT figures_json
  FROM shared_figures
 WHERE activity_id = :activity_id
   AND hiding_key = :hiding_key

-- name: delete_shared_figures
-- What others saw of an activity, gone.
DELETE FROM shared_figures
 WHERE activity_id = :activity_id

-- name: insert_shared_figures
INSERT INTO shared_figures (activity_id, hiding_key, figures_json)
VALUES (:activity_id, :hiding_key, :figures_json)
