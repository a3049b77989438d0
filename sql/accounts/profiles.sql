-- name: insert_profile
INSERT INTO profiles
       (account_id, sex, fitness_level, max_hr_bpm, resting_hr_bpm, tier_code, tier_review_on,
        time_zone, updated_at)
VALUES (:account_id, :sex, :fitness_level, :max_hr_bpm, :resting_hr_bpm, :tier_code, :tier_review_on,
        :time_zone, :updated_at)

-- name: find_profile
-- A profile with what it is read together with; its picture's bytes stay where they are.
SELECT p.account_id,
       a.email_key,
       a.display_name,
       a.display_name_key,
       a.date_of_birth_on,
       p.bio,
       p.sex,
       p.fitness_level,
       p.fitness_level_changed_at,
       p.goals_json,
       p.height_mm,
       p.weight_g,
       p.max_hr_bpm,
       p.resting_hr_bpm,
       p.tier_code,
       p.time_zone,
       p.mass_unit,
       p.length_unit,
       p.distance_unit,
       p.energy_unit,
       i.content_sha256 AS image_sha256,
       p.revision,
       p.updated_at
  FROM profiles p
  JOIN accounts a ON a.account_id = p.account_id
  LEFT JOIN profile_images i ON i.account_id = p.account_id
 WHERE p.account_id = :account_id
   AND a.status <> 'erased'

-- name: update_profile
-- Store all that a profile's editor may change, and the tier that follows from it.
UPDATE profiles
   SET bio = :bio,
       sex = :sex,
       fitness_level = :fitness_level,
       fitness_level_changed_at = :fitness_level_changed_at,
       goals_json = :goals_json,
       height_mm = :height_mm,
       weight_g = :weight_g,
       max_hr_bpm = :max_hr_bpm,
       resting_hr_bpm = :resting_hr_bpm,
       tier_code = :tier_code,
       tier_review_on = :tier_review_on,
       time_zone = :time_zone,
       updated_at = :updated_at,
       revision = revision + 1
 WHERE account_id = :account_id

-- name: update_display_name
UPDATE accounts
   SET display_name = :display_name,
       display_name_key = :display_name_key
 WHERE account_id = :account_id
   AND status <> 'erased'

-- name: update_place
-- Store the tier that follows from the profile now.
UPDATE profiles
   SET tier_code = :tier_code,
       tier_review_on = :tier_review_on,
       updated_at = :updated_at,
       revision = revision + 1
 WHERE account_id = :account_id

-- name: find_preferences
-- What a member has chosen; NULL for one who is erased.
SELECT p.account_id,
       p.mass_unit,
       p.length_unit,
       p.distance_unit,
       p.energy_unit,
       p.profile_privacy,
       p.activities_privacy,
       p.leaderboards_privacy,
       p.start_end_hidden_m,
       p.is_in_open,
       p.preferences_revision
  FROM profiles p
  JOIN accounts a ON a.account_id = p.account_id
 WHERE p.account_id = :account_id
   AND a.status <> 'erased'

-- name: update_preferences
UPDATE profiles
   SET mass_unit = :mass_unit,
       length_unit = :length_unit,
       distance_unit = :distance_unit,
       energy_unit = :energy_unit,
       profile_privacy = :profile_privacy,
       activities_privacy = :activities_privacy,
       leaderboards_privacy = :leaderboards_privacy,
       start_end_hidden_m = :start_end_hidden_m,
       is_in_open = :is_in_open,
       preferences_revision = preferences_revision + 1
 WHERE account_id = :account_id
   AND preferences_revision = :preferences_revision

-- name: find_owner
-- Whom a public profile is of, with what decides who may see it.
SELECT a.account_id,
       a.status,
       a.display_name,
       p.bio,
       p.tier_code,
       p.fitness_level,
       CASE WHEN i.account_id IS NULL THEN 0 ELSE 1 END AS is_pictured,
       p.profile_privacy,
       p.activities_privacy,
       p.leaderboards_privacy
  FROM accounts a
  JOIN profiles p ON p.account_id = a.account_id
  LEFT JOIN profile_images i ON i.account_id = a.account_id
 WHERE a.account_id = :account_id

-- name: get_activity_totals
-- What a member's activities come to; those that are held, or that another one replaces, left out.
SELECT COUNT(*) AS activity_count,
       NVL(SUM(distance_cm), 0) AS distance_cm,
       NVL(SUM(moving_s), 0) AS moving_s
  FROM activities
 WHERE account_id = :account_id
   AND type = 'workout'
   AND state = 'accepted'
   AND duplicate_of_id IS NULL

-- name: get_points_earned
-- All points that a member's days were awarded.
SELECT NVL(SUM(awarded_points), 0) AS points_earned
  FROM day_awards
 WHERE account_id = :account_id

-- name: find_profile_image
SELECT account_id, content_sha256, image_bytes, updated_at
  FROM profile_images
 WHERE account_id = :account_id

-- name: insert_profile_image
INSERT INTO profile_images (account_id, content_sha256, image_bytes, updated_at)
VALUES (:account_id, :content_sha256, :image_bytes, :updated_at)

-- name: update_profile_image
UPDATE profile_images
   SET content_sha256 = :content_sha256,
       image_bytes = :image_bytes,
       updated_at = :updated_at
 WHERE account_id = :account_id

-- name: delete_profile_image
DELETE FROM profile_images
 WHERE account_id = :account_id
