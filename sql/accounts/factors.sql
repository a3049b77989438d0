-- name: get_factors
-- What a member has to show besides the password.
SELECT (SELECT t.confirmed_at
          FROM totp_factors t
         WHERE t.account_id = a.account_id) AS totp_confirmed_at,
       (SELECT COUNT(*)
          FROM recovery_codes r
         WHERE r.account_id = a.account_id) AS recovery_codes_left,
       (SELECT COUNT(*)
          FROM passkeys p
         WHERE p.account_id = a.account_id) AS passkeys
  FROM accounts a
 WHERE a.account_id = :account_id

-- name: forget_step_ups
-- Let what other sessions showed no longer do, for it was less than is asked for from now on.
UPDATE sessions
   SET stepped_up_at = NULL
 WHERE account_id = :account_id
   AND session_id <> :kept_session_id
   AND stepped_up_at IS NOT NULL
   AND ended_at IS NULL
