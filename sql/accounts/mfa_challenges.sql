-- name: insert_mfa_challenge
INSERT INTO mfa_challenges (token_hash, account_id, device_name, device_platform, attempts, expires_at)
VALUES (:token_hash, :account_id, :device_name, :device_platform, :attempts, :expires_at)

-- name: find_mfa_challenge
-- A log-in that awaits its second factor, not held: its account is, before an attempt is counted.
SELECT token_hash, account_id, device_name, device_platform, attempts, expires_at
  FROM mfa_challenges
 WHERE token_hash = :token_hash

-- name: add_mfa_attempt
-- Count an attempt, where one is left and time is.
UPDATE mfa_challenges
   SET attempts = attempts + 1
 WHERE token_hash = :token_hash
   AND attempts < :most_attempts
   AND expires_at > :now_at

-- name: delete_mfa_challenge
-- A challenge is met once.
DELETE FROM mfa_challenges
 WHERE token_hash = :token_hash

-- name: delete_expired_challenges
-- Forget log-ins that were never completed.
DELETE FROM mfa_challenges
 WHERE expires_at <= :now_at

-- name: delete_mfa_challenges
-- Let no log-in of a member that was begun before be completed.
DELETE FROM mfa_challenges
 WHERE account_id = :account_id
