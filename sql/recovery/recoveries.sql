-- name: update_recovery
-- A recovery as its provider has it now.
UPDATE recoveries
   SET state = :state,
       day_on = :day_on,
       measured_at = :measured_at,
       utc_offset_s = :utc_offset_s,
       score_permille = :score_permille,
       resting_hr_bpm = :resting_hr_bpm,
       hrv_rmssd_us = :hrv_rmssd_us,
       spo2_permille = :spo2_permille,
       skin_temperature_mc = :skin_temperature_mc,
       sleep_external_id = :sleep_external_id,
       changed_at = :changed_at
 WHERE connection_id = :connection_id
   AND external_id = :external_id

-- name: insert_recovery
-- A recovery that is seen for the first time.
INSERT INTO recoveries
       (recovery_id, account_id, connection_id, provider, external_id, state, day_on, measured_at, utc_offset_s,
        score_permille, resting_hr_bpm, hrv_rmssd_us, spo2_permille, skin_temperature_mc, sleep_external_id, changed_at)
VALUES (:recovery_id, :account_id, :connection_id, :provider, :external_id, :state, :day_on, :measured_at, :utc_offset_s,
        :score_permille, :resting_hr_bpm, :hrv_rmssd_us, :spo2_permille, :skin_temperature_mc, :sleep_external_id, :changed_at)

-- name: delete_recovery
-- A recovery that its provider has no more.
DELETE FROM recoveries
 WHERE connection_id = :connection_id
   AND external_id = :external_id

-- name: delete_recoveries_of_sleep
-- What hangs on a sleep that is no more.
DELETE FROM recoveries
 WHERE connection_id = :connection_id
   AND sleep_external_id = :sleep_external_id

-- name: delete_recoveries_of
-- All recoveries that a connection brought.
DELETE FROM recoveries
 WHERE connection_id = :connection_id

-- name: list_recoveries
-- A member's recoveries measured before a row of the list, newest first.
SELECT recovery_id, provider, external_id, state, day_on, measured_at, utc_offset_s, score_permille, resting_hr_bpm,
       hrv_rmssd_us, spo2_permille, skin_temperature_mc, sleep_external_id, changed_at
  FROM recoveries
 WHERE account_id = :account_id
   AND (:from_on IS NULL OR day_on >= :from_on)
   AND (:to_on IS NULL OR day_on <= :to_on)
   AND (:provider IS NULL OR provider = :provider)
   AND measured_at <= :before_at
   AND (measured_at < :before_at OR recovery_id < :before_id)
 ORDER BY measured_at DESC, recovery_id DESC
 FETCH FIRST :row_limit ROWS ONLY

-- name: find_latest_recovery
-- A member's newest recovery that has a score; of one day that of the connection they prefer.
SELECT r.recovery_id, r.provider, r.external_id, r.state, r.day_on, r.measured_at, r.utc_offset_s, r.score_permille,
       r.resting_hr_bpm, r.hrv_rmssd_us, r.spo2_permille, r.skin_temperature_mc, r.sleep_external_id, r.changed_at
  FROM recoveries r
  JOIN connections c ON c.connection_id = r.connection_id
 WHERE r.account_id = :account_id
   AND r.score_permille IS NOT NULL
 ORDER BY r.day_on DESC, c.is_primary DESC, r.measured_at DESC, r.recovery_id DESC
 FETCH FIRST 1 ROWS ONLY

-- name: list_erasable_recoveries
-- Recoveries of an erased member.
SELECT recovery_id AS record_id
  FROM recoveries
 WHERE account_id = :account_id
 ORDER BY measured_at, recovery_id
 FETCH FIRST :row_limit ROWS ONLY

-- name: erase_recoveries
DELETE FROM recoveries
 WHERE recovery_id = :record_id
