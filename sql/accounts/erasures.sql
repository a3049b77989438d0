-- name: erase_account
-- Leave of an account its id, a pseudonym, its role and when it began.
UPDATE accounts
   SET email = NULL,
       email_key = :email_key,
       display_name = :display_name,
       display_name_key = :display_name_key,
       password_hash = NULL,
       status = 'erased',
       date_of_birth_on = NULL,
       state_code = NULL,
       email_verified_at = NULL,
       premium_until_at = NULL
 WHERE account_id = :account_id
   AND status <> 'erased'

-- name: list_addresses_of
-- Every address that mails of an account went to.
SELECT email
  FROM accounts
 WHERE account_id = :account_id
   AND email IS NOT NULL
 UNION
SELECT new_email AS email
  FROM email_changes
 WHERE account_id = :account_id
   AND new_email IS NOT NULL
 UNION
SELECT former_email AS email
  FROM email_changes
 WHERE account_id = :account_id

-- name: erase_name_holds
-- Free the names that a member's address asked for, or one that was theirs until lately.
DELETE FROM display_name_holds
 WHERE email_key = :email_key
    OR email_key IN (SELECT c.former_email_key
                       FROM email_changes c
                      WHERE c.account_id = :account_id)

-- name: erase_profile
DELETE FROM profiles
 WHERE account_id = :account_id

-- name: erase_profile_image
DELETE FROM profile_images
 WHERE account_id = :account_id

-- name: erase_mailed_tokens
DELETE FROM mailed_tokens
 WHERE account_id = :account_id

-- name: erase_email_changes
DELETE FROM email_changes
 WHERE account_id = :account_id

-- name: erase_login_guards
DELETE FROM login_guards
 WHERE account_id = :account_id

-- name: erase_mfa_challenges
DELETE FROM mfa_challenges
 WHERE account_id = :account_id

-- name: erase_totp_factor
DELETE FROM totp_factors
 WHERE account_id = :account_id

-- name: erase_recovery_codes
DELETE FROM recovery_codes
 WHERE account_id = :account_id

-- name: erase_factor_resets
DELETE FROM factor_resets
 WHERE account_id = :account_id

-- name: erase_passkeys
DELETE FROM passkeys
 WHERE account_id = :account_id

-- name: erase_passkey_user
DELETE FROM passkey_users
 WHERE account_id = :account_id

-- name: erase_appeals
DELETE FROM appeals
 WHERE account_id = :account_id

-- name: erase_suspensions
DELETE FROM suspensions
 WHERE account_id = :account_id

-- name: end_erased_sessions
-- End a member's sessions, so that none of them gets another token while they go.
UPDATE sessions
   SET ended_at = :ended_at
 WHERE account_id = :account_id

-- name: erase_refresh_tokens
-- Forget the tokens of a member's sessions.
DELETE FROM refresh_tokens
 WHERE session_id IN (SELECT s.session_id FROM sessions s WHERE s.account_id = :account_id)

-- name: erase_sessions
-- Forget a member's devices and addresses.
DELETE FROM sessions
 WHERE account_id = :account_id

-- name: list_erasable_events
-- Security events of an erased member.
SELECT event_id
  FROM security_events
 WHERE account_id = :account_id
 ORDER BY event_id
 FETCH FIRST :row_limit ROWS ONLY

-- name: erase_security_events
DELETE FROM security_events
 WHERE event_id = :event_id

-- name: insert_erasure
-- Note that an account was erased, and on whose behalf.
INSERT INTO erasures (account_id, actor_id, erased_at)
VALUES (:account_id, :actor_id, :erased_at)

-- name: lock_erasure
-- That an account was erased, held until the transaction ends.
SELECT account_id, actor_id, erased_at, finished_at
  FROM erasures
 WHERE account_id = :account_id
   FOR UPDATE WAIT 3

-- name: finish_erasure
-- Note that nothing of an erased member is left; the first time counts.
UPDATE erasures
   SET finished_at = :finished_at
 WHERE account_id = :account_id
   AND finished_at IS NULL
