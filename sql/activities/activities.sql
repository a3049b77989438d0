-- name: insert_activity
-- A new activity; its origin key makes it the only one of its place in its source.
INSERT INTO activities
       (activity_id, account_id, type, sport, source_kind, origin_key, original_file_id,
        file_format, state, reason_code, duplicate_of_id, started_at, ended_at, day_on,
        utc_offset_s, elapsed_s, moving_s, distance_cm, track_distance_cm, ascent_m, descent_m,
        calories_kcal, steps, avg_hr_bpm, max_hr_bpm, avg_cadence_rpm, max_cadence_rpm,
        avg_power_w, max_power_w, avg_speed_mmps, max_speed_mmps, name, notes_text, device,
        warnings_json, lap_count, sample_count, position_count, created_at, updated_at, revision,
        intensity, visibility, polyline, search_text, is_owner_only)
VALUES (:activity_id, :account_id, :type, :sport, :source_kind, :origin_key, :original_file_id,
        :file_format, :state, :reason_code, :duplicate_of_id, :started_at, :ended_at, :day_on,
        :utc_offset_s, :elapsed_s, :moving_s, :distance_cm, :track_distance_cm, :ascent_m, :descent_m,
        :calories_kcal, :steps, :avg_hr_bpm, :max_hr_bpm, :avg_cadence_rpm, :max_cadence_rpm,
        :avg_power_w, :max_power_w, :avg_speed_mmps, :max_speed_mmps, :name, :notes_text, :device,
        :warnings_json, :lap_count, :sample_count, :position_count, :created_at, :updated_at, :revision,
        :intensity, :visibility, :polyline, :search_text, :is_owner_only)

-- name: list_activities
-- One member's activities, newest first, after (:before_at, :before_id), with optional filters.
SELECT activity_id, account_id, type, sport, source_kind, origin_key, original_file_id,
       file_format, state, reason_code, duplicate_of_id, started_at, ended_at, day_on,
       utc_offset_s, elapsed_s, moving_s, distance_cm, track_distance_cm, ascent_m, descent_m,
       calories_kcal, steps, avg_hr_bpm, max_hr_bpm, avg_cadence_rpm, max_cadence_rpm,
       avg_power_w, max_power_w, avg_speed_mmps, max_speed_mmps, name, notes_text, device,
       warnings_json, lap_count, sample_count, position_count, created_at, updated_at, revision,
       intensity, visibility, polyline, is_owner_only
  FROM activities
 WHERE account_id = :account_id
   AND started_at <= :before_at
   AND (started_at < :before_at OR activity_id < :before_id)
   AND started_at >= :since_at
   AND state <> 'deleted'
   AND (:type IS NULL OR type = :type)
   AND (:sport IS NULL OR sport = :sport)
   AND (:source_kind IS NULL OR source_kind = :source_kind)
   AND (:is_once IS NULL OR duplicate_of_id IS NULL)
   AND (:words IS NULL OR INSTR(search_text, :words) > 0)
 ORDER BY started_at DESC, activity_id DESC
 FETCH FIRST :row_limit ROWS ONLY

-- name: get_activity
-- One activity of its owner; a deleted one is gone.
SELECT activity_id, account_id, type, sport, source_kind, origin_key, original_file_id,
       file_format, state, reason_code, duplicate_of_id, started_at, ended_at, day_on,
       utc_offset_s, elapsed_s, moving_s, distance_cm, track_distance_cm, ascent_m, descent_m,
       calories_kcal, steps, avg_hr_bpm, max_hr_bpm, avg_cadence_rpm, max_cadence_rpm,
       avg_power_w, max_power_w, avg_speed_mmps, max_speed_mmps, name, notes_text, device,
       warnings_json, lap_count, sample_count, position_count, created_at, updated_at, revision,
       intensity, visibility, polyline, is_owner_only
  FROM activities
 WHERE activity_id = :activity_id
   AND account_id = :account_id
   AND state <> 'deleted'

-- name: lock_activity
-- One activity of its owner, held until the transaction ends.
SELECT activity_id, account_id, type, sport, source_kind, origin_key, original_file_id,
       file_format, state, reason_code, duplicate_of_id, started_at, ended_at, day_on,
       utc_offset_s, elapsed_s, moving_s, distance_cm, track_distance_cm, ascent_m, descent_m,
       calories_kcal, steps, avg_hr_bpm, max_hr_bpm, avg_cadence_rpm, max_cadence_rpm,
       avg_power_w, max_power_w, avg_speed_mmps, max_speed_mmps, name, notes_text, device,
       warnings_json, lap_count, sample_count, position_count, created_at, updated_at, revision,
       intensity, visibility, polyline, is_owner_only
  FROM activities
 WHERE activity_id = :activity_id
   AND account_id = :account_id
   AND state <> 'deleted'
   FOR UPDATE WAIT 3

-- name: update_activity_deleted
-- Leave a tombstone that says nothing but that there was something, and when.
UPDATE activities
   SET state = 'deleted',
       reason_code = NULL,
       duplicate_of_id = NULL,
       origin_key = :origin_key,
       original_file_id = NULL,
       utc_offset_s = NULL,
       distance_cm = NULL,
       track_distance_cm = NULL,
       ascent_m = NULL,
       descent_m = NULL,
       calories_kcal = NULL,
       steps = NULL,
       avg_hr_bpm = NULL,
       max_hr_bpm = NULL,
       avg_cadence_rpm = NULL,
       max_cadence_rpm = NULL,
       avg_power_w = NULL,
       max_power_w = NULL,
       avg_speed_mmps = NULL,
       max_speed_mmps = NULL,
       intensity = NULL,
       visibility = NULL,
       polyline = NULL,
       name = NULL,
       notes_text = NULL,
       search_text = NULL,
       device = NULL,
       updated_at = :updated_at
 WHERE activity_id = :activity_id
   AND state <> 'deleted'

-- name: list_origin_keys
-- The places of a file that have an activity.
SELECT origin_key
  FROM activities
 WHERE original_file_id = :original_file_id

-- name: insert_minutes
-- The active minutes of an activity on one points day.
INSERT INTO activity_minutes (activity_id, day_on, account_id, minutes_json)
VALUES (:activity_id, :day_on, :account_id, :minutes_json)

-- name: list_minute_days
-- The points days on which an activity has active minutes.
SELECT day_on
  FROM activity_minutes
 WHERE activity_id = :activity_id
 ORDER BY day_on

-- name: delete_minutes
-- An activity's active minutes, gone.
DELETE FROM activity_minutes
 WHERE activity_id = :activity_id

-- name: insert_lap
-- One lap as the device marked it.
INSERT INTO activity_laps (activity_id, lap_no, started_at, elapsed_s, distance_cm)
VALUES (:activity_id, :lap_no, :started_at, :elapsed_s, :distance_cm)

-- name: list_laps
-- An activity's laps in order.
SELECT activity_id, lap_no, started_at, elapsed_s, distance_cm
  FROM activity_laps
 WHERE activity_id = :activity_id
 ORDER BY lap_no

-- name: delete_laps
-- An activity's laps, gone.
DELETE FROM activity_laps
 WHERE activity_id = :activity_id

-- name: insert_samples
-- All samples of an activity, in one block.
INSERT INTO activity_samples (activity_id, block_bytes)
VALUES (:activity_id, :block_bytes)

-- name: find_samples
-- The block of an activity's samples.
SELECT block_bytes
  FROM activity_samples
 WHERE activity_id = :activity_id

-- name: delete_samples
-- An activity's samples, gone.
DELETE FROM activity_samples
 WHERE activity_id = :activity_id

-- name: list_erasable_activities
-- Everything that an erased member did, tombstones too.
SELECT activity_id
  FROM activities
 WHERE account_id = :account_id
 ORDER BY started_at, activity_id
 FETCH FIRST :row_limit ROWS ONLY

-- name: erase_duplicate_links
-- Let no other record be a duplicate of this one, which goes.
UPDATE activities
   SET duplicate_of_id = NULL
 WHERE duplicate_of_id = :activity_id

-- name: erase_activities
DELETE FROM activities
 WHERE activity_id = :activity_id
