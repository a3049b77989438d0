-- name: find_member
-- What the rules read of a member; the profile may not exist yet, an erased member has none.
SELECT a.date_of_birth_on, p.max_hr_bpm
  FROM accounts a
  LEFT JOIN profiles p ON p.account_id = a.account_id
 WHERE a.account_id = :account_id
   AND a.status <> 'erased'

-- name: list_max_hr_values
-- A member's maximum heart rates in the order of the days they hold from; none if it never changed.
SELECT from_on, max_hr_bpm
  FROM max_hr_values
 WHERE account_id = :account_id
 ORDER BY from_on

-- name: insert_max_hr_value
INSERT INTO max_hr_values (account_id, from_on, max_hr_bpm)
VALUES (:account_id, :from_on, :max_hr_bpm)

-- name: update_max_hr_value
UPDATE max_hr_values
   SET max_hr_bpm = :max_hr_bpm
 WHERE account_id = :account_id
   AND from_on = :from_on

-- name: list_day_activities
-- Accepted activities that started on the days of a range; replaced ones left out, and what an
-- engine or the wind did.
SELECT activity_id, day_on, type, source_kind, moving_s, steps
  FROM activities
 WHERE account_id = :account_id
   AND day_on BETWEEN :first_on AND :last_on
   AND state = 'accepted'
   AND duplicate_of_id IS NULL
   AND sport NOT IN ('motor_sport', 'air_sport')
 ORDER BY day_on, activity_id

-- name: list_day_minutes
-- The active minutes of a range of days, of the same activities.
SELECT m.day_on, a.source_kind, m.minutes_json
  FROM activity_minutes m
  JOIN activities a ON a.activity_id = m.activity_id
 WHERE m.account_id = :account_id
   AND m.day_on BETWEEN :first_on AND :last_on
   AND a.state = 'accepted'
   AND a.duplicate_of_id IS NULL
   AND a.sport NOT IN ('motor_sport', 'air_sport')
 ORDER BY m.day_on, m.activity_id

-- name: list_held_days
-- A member's days whose review is open or came out against them: they earn nothing.
SELECT day_on, review_id
  FROM reviews
 WHERE account_id = :account_id
   AND day_on IS NOT NULL
   AND state IN ('open', 'rejected')
 ORDER BY day_on, review_id

-- name: list_day_states
-- Every stored day of a member, as the run of active days sees it.
SELECT day_on, active_minutes, run_days
  FROM day_awards
 WHERE account_id = :account_id
 ORDER BY day_on

-- name: list_day_awards
-- The stored days of a range.
SELECT account_id, day_on, rules_version, generation, awarded_points, forfeited_points,
       active_minutes, run_days, tally_json, receipt_json, computed_at
  FROM day_awards
 WHERE account_id = :account_id
   AND day_on BETWEEN :first_on AND :last_on
 ORDER BY day_on

-- name: insert_day_awards
INSERT INTO day_awards
       (account_id, day_on, rules_version, generation, awarded_points, forfeited_points,
        active_minutes, run_days, tally_json, receipt_json, computed_at)
VALUES (:account_id, :day_on, :rules_version, :generation, :awarded_points, :forfeited_points,
        :active_minutes, :run_days, :tally_json, :receipt_json, :computed_at)

-- name: update_day_awards
UPDATE day_awards
   SET rules_version = :rules_version,
       generation = :generation,
       awarded_points = :awarded_points,
       forfeited_points = :forfeited_points,
       active_minutes = :active_minutes,
       run_days = :run_days,
       tally_json = :tally_json,
       receipt_json = :receipt_json,
       computed_at = :computed_at
 WHERE account_id = :account_id
   AND day_on = :day_on

-- name: list_erasable_days
-- Days of an erased member that still tell what was done on them.
SELECT day_on
  FROM day_awards
 WHERE account_id = :account_id
   AND computed_at > :blank_at
 ORDER BY day_on
 FETCH FIRST :row_limit ROWS ONLY

-- name: erase_days
-- Leave of a day what the ledger has of it: how many points.
UPDATE day_awards
   SET forfeited_points = 0,
       active_minutes = 0,
       run_days = 0,
       tally_json = :tally_json,
       receipt_json = :receipt_json,
       computed_at = :blank_at
 WHERE account_id = :account_id
   AND day_on = :day_on

-- name: erase_max_hr_values
-- Forget an erased member's heart rates.
DELETE FROM max_hr_values
 WHERE account_id = :account_id

-- name: list_days_after
-- A member's stored days in order, after one of them.
SELECT account_id, day_on, rules_version, generation, awarded_points, forfeited_points,
       active_minutes, run_days, tally_json, receipt_json, computed_at
  FROM day_awards
 WHERE account_id = :account_id
   AND day_on > :after_on
 ORDER BY day_on
 FETCH FIRST :row_limit ROWS ONLY

-- name: list_rules_in_use
-- What the versions of the rules said that have awarded points.
SELECT rules_version, content_hash
  FROM rules_in_use

-- name: insert_rules_in_use
INSERT INTO rules_in_use (rules_version, content_hash, first_used_at)
VALUES (:rules_version, :content_hash, :first_used_at)

-- name: count_members_with_days
-- How many members have days that can be recomputed.
SELECT COUNT(*)
  FROM accounts a
 WHERE a.status <> 'erased'
   AND (EXISTS (SELECT 1 FROM activities x WHERE x.account_id = a.account_id)
     OR EXISTS (SELECT 1 FROM day_awards d WHERE d.account_id = a.account_id))
