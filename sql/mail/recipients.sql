-- name: find_recipient
-- Whom a mail is for, at the moment of sending.
SELECT email, display_name
  FROM accounts
 WHERE account_id = :account_id

-- name: find_token_hash
-- What is stored of the token that a mail brings.
SELECT token_hash
  FROM mailed_tokens
 WHERE token_id = :token_id
