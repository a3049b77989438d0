-- name: find_login
-- What a log-in must know of the account that an address belongs to.
SELECT a.account_id,
       a.role,
       a.status,
       a.password_hash,
       CASE
         WHEN t.confirmed_at IS NOT NULL
           OR EXISTS (SELECT 1 FROM passkeys k WHERE k.account_id = a.account_id)
         THEN 1
         ELSE 0
       END AS is_second_factor_confirmed
  FROM accounts a
  LEFT JOIN totp_factors t ON t.account_id = a.account_id
 WHERE a.email_key = :email_key

-- name: lock_login
-- The same by the account's id, held until the transaction ends.
SELECT a.account_id,
       a.role,
       a.status,
       a.password_hash,
       CASE
         WHEN t.confirmed_at IS NOT NULL
           OR EXISTS (SELECT 1 FROM passkeys k WHERE k.account_id = a.account_id)
         THEN 1
         ELSE 0
       END AS is_second_factor_confirmed
  FROM accounts a
  LEFT JOIN totp_factors t ON t.account_id = a.account_id
 WHERE a.account_id = :account_id
   FOR UPDATE OF a.account_id WAIT 3

-- name: get_login
-- The same by the account's id, not held.
SELECT a.account_id,
       a.role,
       a.status,
       a.password_hash,
       CASE
         WHEN t.confirmed_at IS NOT NULL
           OR EXISTS (SELECT 1 FROM passkeys k WHERE k.account_id = a.account_id)
         THEN 1
         ELSE 0
       END AS is_second_factor_confirmed
  FROM accounts a
  LEFT JOIN totp_factors t ON t.account_id = a.account_id
 WHERE a.account_id = :account_id

-- name: insert_session
INSERT INTO sessions
       (session_id, account_id, device_name, device_platform, remote_address, started_at, last_seen_at,
        expires_at, stepped_up_at)
VALUES (:session_id, :account_id, :device_name, :device_platform, :remote_address, :started_at, :last_seen_at,
        :expires_at, :stepped_up_at)

-- name: list_sessions
-- A member's live sessions, newest first, before :before_id.
SELECT session_id, account_id, device_name, device_platform, remote_address, started_at, last_seen_at,
       expires_at, stepped_up_at
  FROM sessions
 WHERE account_id = :account_id
   AND session_id < :before_id
   AND ended_at IS NULL
   AND expires_at > :now_at
 ORDER BY session_id DESC
 FETCH FIRST :row_limit ROWS ONLY

-- name: touch_session
-- A device came back for fresh tokens.
UPDATE sessions
   SET last_seen_at = :last_seen_at,
       expires_at = :expires_at,
       remote_address = :remote_address
 WHERE session_id = :session_id
   AND ended_at IS NULL

-- name: end_session
-- End one live session of a member.
UPDATE sessions
   SET ended_at = :ended_at,
       end_reason = :end_reason
 WHERE session_id = :session_id
   AND account_id = :account_id
   AND ended_at IS NULL
   AND expires_at > :ended_at

-- name: end_sessions
-- End all live sessions of a member but one, or without exception where none is kept.
UPDATE sessions
   SET ended_at = :ended_at,
       end_reason = :end_reason
 WHERE account_id = :account_id
   AND (:kept_session_id IS NULL OR session_id <> :kept_session_id)
   AND ended_at IS NULL

-- name: step_up_session
-- A second factor was shown in this session.
UPDATE sessions
   SET stepped_up_at = :stepped_up_at
 WHERE session_id = :session_id
   AND ended_at IS NULL
