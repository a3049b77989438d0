-- name: update_activity
-- Another version of an activity: what its member or its source changed of it.
UPDATE activities
   SET type = :type,
       sport = :sport,
       original_file_id = :original_file_id,
       file_format = :file_format,
       started_at = :started_at,
       ended_at = :ended_at,
       day_on = :day_on,
       utc_offset_s = :utc_offset_s,
       elapsed_s = :elapsed_s,
       moving_s = :moving_s,
       distance_cm = :distance_cm,
       track_distance_cm = :track_distance_cm,
       ascent_m = :ascent_m,
       descent_m = :descent_m,
       calories_kcal = :calories_kcal,
       steps = :steps,
       avg_hr_bpm = :avg_hr_bpm,
       max_hr_bpm = :max_hr_bpm,
       avg_cadence_rpm = :avg_cadence_rpm,
       max_cadence_rpm = :max_cadence_rpm,
       avg_power_w = :avg_power_w,
       max_power_w = :max_power_w,
       avg_speed_mmps = :avg_speed_mmps,
       max_speed_mmps = :max_speed_mmps,
       intensity = :intensity,
       visibility = :visibility,
       is_owner_only = :is_owner_only,
       polyline = :polyline,
       name = :name,
       notes_text = :notes_text,
       search_text = :search_text,
       device = :device,
       warnings_json = :warnings_json,
       lap_count = :lap_count,
       sample_count = :sample_count,
       position_count = :position_count,
       revision = :revision,
       updated_at = :updated_at
 WHERE activity_id = :activity_id

-- name: insert_edit
-- What a member changed of an activity, field by field.
INSERT INTO activity_edits (activity_id, revision, edited_at, changes_json)
VALUES (:activity_id, :revision, :edited_at, :changes_json)

-- name: list_edits
-- All that was changed of an activity, in order.
SELECT activity_id, revision, edited_at, changes_json
  FROM activity_edits
 WHERE activity_id = :activity_id
 ORDER BY revision

-- name: delete_edits
-- What was changed of an activity, gone with it.
DELETE FROM activity_edits
 WHERE activity_id = :activity_id

-- name: lock_standing
-- What stands at a place of a member's source, deleted ones too, held until the transaction ends.
SELECT activity_id, state
  FROM activities
 WHERE account_id = :account_id
   AND origin_key = :origin_key
   FOR UPDATE WAIT 3
