-- name: insert_mfa_challenge
INSERT INTO mfa_challenges (token_hash, account_id, device_name, device_platform, attempts, expires_at)
VALUES (:token_hash, :account_id, :device_name, :device_platform, :attempts, :expires_at)

-- name: lock_mfa_challenge
-- A log-in that awaits its second factor, held until the transaction ends.
SELECT token_hash, account_id, device_name, device_platform, attempts, expires_at
  FROM mfa_challenges
 WHERE token_hash = :token_hash
   FOR UPDATE WAIT 3

-- name: add_mfa_attempt
UPDATE mfa_challenges
   SET attempts = attempts + 1
 WHERE token_hash = :token_hash

-- name: delete_mfa_challenge
-- A challenge is met once.
DELETE FROM mfa_challenges
 WHERE token_hash = :token_hash

-- name: delete_expired_challenges
-- Forget log-ins that were never completed.
DELETE FROM mfa_challenges
 WHERE expires_at <= :now_at
