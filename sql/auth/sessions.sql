-- name: find_live_session
-- One session with what its account may do now; ended ones say so.
SELECT s.session_id,
       s.account_id,
       CASE WHEN a.role = 'premium' AND a.premium_until_at <= :now_at THEN 'user' ELSE a.role END AS role,
       a.status,
       CASE WHEN s.ended_at IS NOT NULL OR s.expires_at <= :now_at THEN 1 ELSE 0 END AS is_ended,
       CASE
         WHEN t.account_id IS NOT NULL
           OR EXISTS (SELECT 1 FROM passkeys k WHERE k.account_id = s.account_id)
         THEN 1
         ELSE 0
       END AS has_second_factor,
       s.started_at,
       s.stepped_up_at,
       c.stamp
  FROM sessions s
  JOIN accounts a ON a.account_id = s.account_id
  LEFT JOIN cache_stamps c ON c.account_id = s.account_id
  LEFT JOIN totp_factors t ON t.account_id = s.account_id AND t.confirmed_at IS NOT NULL
 WHERE s.session_id = :session_id

-- name: find_suspension_reason
-- Why an account is kept out at present.
SELECT reason
  FROM suspensions
 WHERE CASE WHEN lifted_at IS NULL THEN account_id END = :account_id
