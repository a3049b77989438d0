-- name: insert_profile
INSERT INTO profiles
       (account_id, sex, fitness_level, max_hr_bpm, resting_hr_bpm, tier_code, tier_review_on,
        time_zone, updated_at)
VALUES (:account_id, :sex, :fitness_level, :max_hr_bpm, :resting_hr_bpm, :tier_code, :tier_review_on,
        :time_zone, :updated_at)
