-- name: find_audience
-- What decides who else may see an activity, and how much of it.
SELECT a.activity_id, a.account_id, a.source_kind, a.state, a.duplicate_of_id, a.visibility,
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
-- The activities of a member that everybody may see, newest first, after (:before_at, :before_id).
SELECT activity_id, account_id, type, sport, source_kind, origin_key, original_file_id,
       file_format, state, reason_code, duplicate_of_id, started_at, ended_at, day_on,
       utc_offset_s, elapsed_s, moving_s, distance_cm, track_distance_cm, ascent_m, descent_m,
       calories_kcal, steps, avg_hr_bpm, max_hr_bpm, avg_cadence_rpm, max_cadence_rpm,
       avg_power_w, max_power_w, avg_speed_mmps, max_speed_mmps, name, notes_text, device,
       warnings_json, lap_count, sample_count, position_count, created_at, updated_at, revision,
       intensity, visibility, polyline
  FROM activities
 WHERE account_id = :account_id
   AND started_at <= :before_at
   AND (started_at < :before_at OR activity_id < :before_id)
   AND state = 'accepted'
   AND duplicate_of_id IS NULL
   AND source_kind <> 'connection'
   AND NVL(visibility, :usual_visibility) = 'public'
 ORDER BY started_at DESC, activity_id DESC
 FETCH FIRST :row_limit ROWS ONLY
