-- name: insert_export
-- Ask for an archive of everything about a member.
INSERT INTO exports
       (export_id, account_id, state, progress_percent, attempt_no, byte_count, chunk_count, asked_at,
        expires_at)
VALUES (:export_id, :account_id, 'queued', 0, 0, 0, 0, :asked_at, :expires_at)

-- name: count_exports
-- How many exports a member asked for after an instant, and when the first of them was.
SELECT COUNT(*) AS asked, MIN(asked_at) AS first_asked_at
  FROM exports
 WHERE account_id = :account_id
   AND asked_at > :since_at

-- name: find_running_export
-- The export that is being made for a member.
SELECT export_id
  FROM exports
 WHERE CASE WHEN state IN ('queued', 'running') THEN account_id END = :account_id

-- name: find_export
-- One export; an erased member has none.
SELECT e.export_id, e.account_id, e.state, e.progress_percent, e.attempt_no, e.byte_count, e.chunk_count,
       e.content_sha256, e.asked_at, e.finished_at, e.expires_at
  FROM exports e
  JOIN accounts a ON a.account_id = e.account_id
 WHERE e.export_id = :export_id
   AND a.status <> 'erased'

-- name: start_export
-- Let an attempt be the one whose pieces count, unless a newer one is or the export has ended.
UPDATE exports
   SET state = 'running',
       attempt_no = :attempt_no,
       progress_percent = 0
 WHERE export_id = :export_id
   AND attempt_no <= :attempt_no
   AND state IN ('queued', 'running')

-- name: add_export_progress
-- Note how far an export is, and that its attempt still is the one that counts.
UPDATE exports
   SET progress_percent = :progress_percent
 WHERE export_id = :export_id
   AND attempt_no = :attempt_no
   AND state = 'running'

-- name: insert_export_chunk
-- The next piece of an archive.
INSERT INTO export_chunks (export_id, attempt_no, chunk_no, content_bytes)
VALUES (:export_id, :attempt_no, :chunk_no, :content_bytes)

-- name: finish_export
-- Let a whole archive be had.
UPDATE exports
   SET state = 'ready',
       progress_percent = 100,
       byte_count = :byte_count,
       chunk_count = :chunk_count,
       content_sha256 = :content_sha256,
       finished_at = :finished_at,
       expires_at = :expires_at
 WHERE export_id = :export_id
   AND attempt_no = :attempt_no
   AND state = 'running'

-- name: find_export_chunk
-- One piece of an archive.
SELECT content_bytes
  FROM export_chunks
 WHERE export_id = :export_id
   AND attempt_no = :attempt_no
   AND chunk_no = :chunk_no

-- name: list_stale_chunks
-- Pieces that nobody can have: of other attempts, or of exports that are not ready.
SELECT c.export_id, c.attempt_no, c.chunk_no
  FROM export_chunks c
  JOIN exports e ON e.export_id = c.export_id
 WHERE c.export_id = :export_id
   AND (e.state <> 'ready' OR c.attempt_no <> e.attempt_no)
 ORDER BY c.attempt_no, c.chunk_no
 FETCH FIRST :row_limit ROWS ONLY

-- name: delete_export_chunks
DELETE FROM export_chunks
 WHERE export_id = :export_id
   AND attempt_no = :attempt_no
   AND chunk_no = :chunk_no

-- name: fail_stalled_exports
-- Give up what has been in the making for too long, so that another can be asked for.
UPDATE exports
   SET state = 'failed',
       finished_at = :now_at
 WHERE state IN ('queued', 'running')
   AND asked_at <= :before_at

-- name: expire_exports
-- Let nobody have an archive after its time.
UPDATE exports
   SET state = 'expired'
 WHERE state = 'ready'
   AND expires_at <= :now_at

-- name: list_dead_chunks
-- Pieces of archives that were given up or whose time is over.
SELECT c.export_id, c.attempt_no, c.chunk_no
  FROM exports e
  JOIN export_chunks c ON c.export_id = e.export_id
 WHERE e.state IN ('failed', 'expired')
 ORDER BY c.export_id, c.attempt_no, c.chunk_no
 FETCH FIRST :row_limit ROWS ONLY

-- name: delete_old_exports
-- Forget that there were exports, long after their pieces are gone.
DELETE FROM exports
 WHERE expires_at <= :before_at
   AND state IN ('failed', 'expired')
   AND NOT EXISTS (SELECT 1 FROM export_chunks c WHERE c.export_id = exports.export_id)

-- name: end_exports
-- Let nobody have an erased member's archives.
UPDATE exports
   SET state = 'expired'
 WHERE account_id = :account_id

-- name: list_erasable_chunks
-- Pieces of an erased member's archives.
SELECT c.export_id, c.attempt_no, c.chunk_no
  FROM exports e
  JOIN export_chunks c ON c.export_id = e.export_id
 WHERE e.account_id = :account_id
 ORDER BY c.export_id, c.attempt_no, c.chunk_no
 FETCH FIRST :row_limit ROWS ONLY

-- name: erase_exports
-- Forget an erased member's exports, once their pieces are gone.
DELETE FROM exports
 WHERE account_id = :account_id

-- name: export_account
-- A member's own account, as taken along.
SELECT account_id, email, display_name, role, status, date_of_birth_on, state_code, created_at,
       email_verified_at, premium_until_at
  FROM accounts
 WHERE account_id = :account_id

-- name: export_profile
-- A member's profile and preferences.
SELECT sex, fitness_level, fitness_level_changed_at, bio, goals_json, height_mm, weight_g, max_hr_bpm,
       resting_hr_bpm, tier_code, is_in_open, time_zone, mass_unit, length_unit, distance_unit, energy_unit,
       profile_privacy, activities_privacy, leaderboards_privacy, start_end_hidden_m, updated_at
  FROM profiles
 WHERE account_id = :account_id

-- name: export_profile_image
-- A member's picture.
SELECT image_bytes
  FROM profile_images
 WHERE account_id = :account_id

-- name: export_acceptances
-- What a member accepted, the oldest first.
SELECT document, version, accepted_at
  FROM acceptances
 WHERE account_id = :account_id
 ORDER BY accepted_at, acceptance_id

-- name: export_sessions
-- A member's devices, the first first, after :after_id.
SELECT session_id, device_name, device_platform, remote_address, started_at, last_seen_at, expires_at,
       ended_at, end_reason
  FROM sessions
 WHERE account_id = :account_id
   AND session_id > :after_id
 ORDER BY session_id
 FETCH FIRST :row_limit ROWS ONLY

-- name: export_security_events
-- What happened to a member's account, the first first, after :after_id.
SELECT event_id, session_id, kind, remote_address, happened_at
  FROM security_events
 WHERE account_id = :account_id
   AND event_id > :after_id
 ORDER BY event_id
 FETCH FIRST :row_limit ROWS ONLY

-- name: export_passkeys
-- A member's passkeys, without what they are recognised by.
SELECT passkey_id, name, created_at, last_used_at
  FROM passkeys
 WHERE account_id = :account_id
 ORDER BY passkey_id

-- name: export_identities
-- The providers that a member signs in with.
SELECT provider, subject, email, linked_at, last_used_at
  FROM external_identities
 WHERE account_id = :account_id
 ORDER BY provider

-- name: export_totp_factor
-- Since when a member has an authenticator app.
SELECT created_at, confirmed_at
  FROM totp_factors
 WHERE account_id = :account_id

-- name: export_email_changes
-- Changes of the address that a member asked for.
SELECT new_email, former_email, asked_at, confirmed_at
  FROM email_changes
 WHERE account_id = :account_id
 ORDER BY asked_at, change_id

-- name: export_suspensions
-- Why and how long a member was kept out.
SELECT suspension_id, reason, suspended_at, lifted_at
  FROM suspensions
 WHERE account_id = :account_id
 ORDER BY suspension_id

-- name: export_appeals
-- What a member said against it.
SELECT appeal_id, suspension_id, state, appeal_text, appealed_at, decision_reason, decided_at
  FROM appeals
 WHERE account_id = :account_id
 ORDER BY appeal_id

-- name: export_factor_resets
-- When the removal of a member's second factors was asked for.
SELECT reset_id, state, reason, opened_at, completable_at, closed_at
  FROM factor_resets
 WHERE account_id = :account_id
 ORDER BY reset_id
