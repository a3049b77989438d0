-- name: update_sleep
-- A sleep as its provider has it now.
UPDATE sleeps
   SET state = :state,
       is_nap = :is_nap,
       started_at = :started_at,
       ended_at = :ended_at,
       day_on = :day_on,
       utc_offset_s = :utc_offset_s,
       asleep_s = :asleep_s,
       awake_s = :awake_s,
       light_s = :light_s,
       deep_s = :deep_s,
       rem_s = :rem_s,
       efficiency_permille = :efficiency_permille,
       score_permille = :score_permille,
       avg_hr_bpm = :avg_hr_bpm,
       lowest_hr_bpm = :lowest_hr_bpm,
       hrv_rmssd_us = :hrv_rmssd_us,
       breaths_per_hour = :breaths_per_hour,
       device = :device,
       changed_at = :changed_at
 WHERE connection_id = :connection_id
   AND external_id = :external_id

-- name: insert_sleep
-- A sleep that is seen for the first time.
INSERT INTO sleeps
       (sleep_id, account_id, connection_id, provider, external_id, state, is_nap, started_at, ended_at, day_on,
        utc_offset_s, asleep_s, awake_s, light_s, deep_s, rem_s, efficiency_permille, score_permille, avg_hr_bpm,
        lowest_hr_bpm, hrv_rmssd_us, breaths_per_hour, device, changed_at)
VALUES (:sleep_id, :account_id, :connection_id, :provider, :external_id, :state, :is_nap, :started_at, :ended_at, :day_on,
        :utc_offset_s, :asleep_s, :awake_s, :light_s, :deep_s, :rem_s, :efficiency_permille, :score_permille, :avg_hr_bpm,
        :lowest_hr_bpm, :hrv_rmssd_us, :breaths_per_hour, :device, :changed_at)

-- name: delete_sleep
-- A sleep that its provider has no more.
DELETE FROM sleeps
 WHERE connection_id = :connection_id
   AND external_id = :external_id

-- name: delete_sleeps_of
-- All sleeps that a connection brought.
DELETE FROM sleeps
 WHERE connection_id = :connection_id

-- name: list_sleeps
-- A member's sleeps that begin before a row of the list, newest first.
SELECT sleep_id, provider, external_id, state, is_nap, started_at, ended_at, day_on, utc_offset_s, asleep_s, awake_s,
       light_s, deep_s, rem_s, efficiency_permille, score_permille, avg_hr_bpm, lowest_hr_bpm, hrv_rmssd_us,
       breaths_per_hour, device, changed_at
  FROM sleeps
 WHERE account_id = :account_id
   AND (:from_on IS NULL OR day_on >= :from_on)
   AND (:to_on IS NULL OR day_on <= :to_on)
   AND (:provider IS NULL OR provider = :provider)
   AND started_at <= :before_at
   AND (started_at < :before_at OR sleep_id < :before_id)
 ORDER BY started_at DESC, sleep_id DESC
 FETCH FIRST :row_limit ROWS ONLY

-- name: find_sleep_of_recovery
-- The sleep that a recovery hangs on, of the same connection.
SELECT s.sleep_id, s.provider, s.external_id, s.state, s.is_nap, s.started_at, s.ended_at, s.day_on, s.utc_offset_s,
       s.asleep_s, s.awake_s, s.light_s, s.deep_s, s.rem_s, s.efficiency_permille, s.score_permille, s.avg_hr_bpm,
       s.lowest_hr_bpm, s.hrv_rmssd_us, s.breaths_per_hour, s.device, s.changed_at
  FROM recoveries r
  JOIN sleeps s ON s.connection_id = r.connection_id AND s.external_id = r.sleep_external_id
 WHERE r.recovery_id = :recovery_id

-- name: list_erasable_sleeps
-- Sleeps of an erased member.
SELECT sleep_id AS record_id
  FROM sleeps
 WHERE account_id = :account_id
 ORDER BY started_at, sleep_id
 FETCH FIRST :row_limit ROWS ONLY

-- name: erase_sleeps
DELETE FROM sleeps
 WHERE sleep_id = :record_id
