-- name: insert_mailed_token
INSERT INTO mailed_tokens (token_id, token_hash, account_id, purpose, created_at, expires_at, used_at)
VALUES (:token_id, :token_hash, :account_id, :purpose, :created_at, :expires_at, :used_at)

-- name: lock_mailed_token
-- A token that came back, held until the transaction ends.
SELECT token_id, token_hash, account_id, purpose, created_at, expires_at, used_at
  FROM mailed_tokens
 WHERE token_hash = :token_hash
   AND purpose = :purpose
   FOR UPDATE WAIT 3

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
