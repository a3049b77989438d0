-- name: find_live_session
-- One session with what its account may do now; ended ones say so.
SELECT s.session_id,
       s.account_id,
       a.role,
       a.status,
       CASE WHEN s.ended_at IS NOT NULL OR s.expires_at <= :now_at THEN 1 ELSE 0 END AS is_ended,
       CASE WHEN t.account_id IS NULL THEN 0 ELSE 1 END AS has_second_factor,
       s.stepped_up_at
  FROM sessions s
  JOIN accounts a ON a.account_id = s.account_id
  LEFT JOIN totp_factors t ON t.account_id = s.account_id AND t.confirmed_at IS NOT NULL
 WHERE s.session_id = :session_id
