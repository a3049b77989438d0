-- name: lock_totp_factor
-- A member's authenticator app, confirmed or not, held until the transaction ends.
SELECT account_id, secret_bytes, created_at, confirmed_at, last_used_step
  FROM totp_factors
 WHERE account_id = :account_id
   FOR UPDATE WAIT 3

-- name: insert_totp_factor
INSERT INTO totp_factors (account_id, secret_bytes, created_at, confirmed_at, last_used_step)
VALUES (:account_id, :secret_bytes, :created_at, :confirmed_at, :last_used_step)

-- name: replace_totp_factor
-- Start an enrolment over, unless it was confirmed meanwhile.
UPDATE totp_factors
   SET secret_bytes = :secret_bytes,
       created_at = :created_at,
       last_used_step = NULL
 WHERE account_id = :account_id
   AND confirmed_at IS NULL

-- name: confirm_totp_factor
-- Let an authenticator app count from now on.
UPDATE totp_factors
   SET confirmed_at = :confirmed_at
 WHERE account_id = :account_id
   AND confirmed_at IS NULL

-- name: use_totp_step
-- Take a time step, so that its code and all older ones are worthless.
UPDATE totp_factors
   SET last_used_step = :used_step
 WHERE account_id = :account_id
   AND (last_used_step IS NULL OR last_used_step < :used_step)

-- name: delete_totp_factor
-- Take a member's confirmed authenticator app away.
DELETE FROM totp_factors
 WHERE account_id = :account_id
   AND confirmed_at IS NOT NULL

-- name: delete_any_totp_factor
-- Take a member's authenticator app away, confirmed or not.
DELETE FROM totp_factors
 WHERE account_id = :account_id

-- name: delete_totp_factor_since
-- Take a member's authenticator app away that counts since an instant, or not yet.
DELETE FROM totp_factors
 WHERE account_id = :account_id
   AND (confirmed_at IS NULL OR confirmed_at >= :since_at)

-- name: count_totp_factors
-- How many secrets of authenticator apps are kept.
SELECT COUNT(*) AS factor_count
  FROM totp_factors

-- name: list_totp_accounts
-- Who has an authenticator app, in order.
SELECT account_id
  FROM totp_factors
 WHERE account_id > :after_id
 ORDER BY account_id
 FETCH FIRST :row_limit ROWS ONLY

-- name: reseal_totp_secret
-- Keep the same secret under another key.
UPDATE totp_factors
   SET secret_bytes = :secret_bytes
 WHERE account_id = :account_id
