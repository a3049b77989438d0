-- name: find_recipient
-- Whom a mail is for, at the moment of sending.
SELECT email, display_name
  FROM accounts
 WHERE account_id = :account_id

-- name: find_changing_recipient
-- Both addresses of a change, which the account has before or after.
SELECT c.new_email, c.former_email, a.display_name
  FROM email_changes c
  JOIN accounts a ON a.account_id = c.account_id
 WHERE c.change_id = :change_id
   AND c.account_id = :account_id
   AND a.status <> 'erased'

-- name: find_token_hash
-- What is stored of the token that a mail brings.
SELECT token_hash
  FROM mailed_tokens
 WHERE token_id = :token_id
