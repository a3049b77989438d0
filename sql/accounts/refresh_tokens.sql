-- name: insert_refresh_token
INSERT INTO refresh_tokens (token_hash, session_id, issued_at, expires_at)
VALUES (:token_hash, :session_id, :issued_at, :expires_at)

-- name: lock_refresh_token
-- A token that was presented, with its session and account, held until the transaction ends.
SELECT r.token_hash,
       r.session_id,
       r.expires_at,
       r.used_at,
       s.account_id,
       s.started_at AS session_started_at,
       s.ended_at AS session_ended_at,
       a.role,
       a.status
  FROM refresh_tokens r
  JOIN sessions s ON s.session_id = r.session_id
  JOIN accounts a ON a.account_id = s.account_id
 WHERE r.token_hash = :token_hash
   FOR UPDATE OF r.token_hash WAIT 3

-- name: use_refresh_token
-- Rotate a token, once.
UPDATE refresh_tokens
   SET used_at = :used_at
 WHERE token_hash = :token_hash
   AND used_at IS NULL

-- name: list_expired_refresh_tokens
-- Tokens that would be refused anyway, the oldest first.
SELECT token_hash
  FROM refresh_tokens
 WHERE expires_at <= :now_at
 ORDER BY expires_at, token_hash
 FETCH FIRST :row_limit ROWS ONLY

-- name: delete_refresh_tokens
-- Forget one token; run once for each.
DELETE FROM refresh_tokens
 WHERE token_hash = :token_hash
