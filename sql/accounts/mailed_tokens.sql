-- name: insert_mailed_token
INSERT INTO mailed_tokens (token_id, token_hash, account_id, purpose, created_at, expires_at, used_at)
VALUES (:token_id, :token_hash, :account_id, :purpose, :created_at, :expires_at, :used_at)

-- name: find_mailed_token
-- A token that came back, not held: its account is, before the token is used.
SELECT token_id, token_hash, account_id, purpose, created_at, expires_at, used_at
  FROM mailed_tokens
 WHERE token_hash = :token_hash

-- name: use_mailed_token
-- Take a token, once, while it lives.
UPDATE mailed_tokens
   SET used_at = :used_at
 WHERE token_id = :token_id
   AND used_at IS NULL
   AND expires_at > :used_at

-- name: use_mailed_tokens
-- Make all of a member's tokens of one purpose worthless.
UPDATE mailed_tokens
   SET used_at = :used_at
 WHERE account_id = :account_id
   AND purpose = :purpose
   AND used_at IS NULL

-- name: count_mailed_tokens
-- How many tokens of one purpose a member was mailed since an instant.
SELECT COUNT(*) AS mailed
  FROM mailed_tokens
 WHERE account_id = :account_id
   AND purpose = :purpose
   AND created_at > :since_at

-- name: list_old_tokens
-- Tokens that expired before an instant, the oldest first.
SELECT token_id
  FROM mailed_tokens
 WHERE expires_at < :before_at
 ORDER BY expires_at, token_id
 FETCH FIRST :row_limit ROWS ONLY

-- name: delete_tokens
-- Forget one token; run once for each.
DELETE FROM mailed_tokens
 WHERE token_id = :token_id
