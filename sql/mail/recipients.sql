-- name: find_recipient
-- Whom a mail is for, at the moment of sending.
SELECT email, display_name
  FROM accounts
 WHERE account_id = :account_id
