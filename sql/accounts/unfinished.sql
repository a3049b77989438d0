-- name: list_unfinished
-- Registrations from before an instant that were never finished and that no mail can finish any more,
-- the oldest first, after one of them.
SELECT a.account_id, a.created_at
  FROM accounts a
 WHERE a.status = 'pending'
   AND a.created_at < :before_at
   AND (a.created_at > :after_at OR (a.created_at = :after_at AND a.account_id > :after_id))
   AND NOT EXISTS (SELECT 1
                     FROM mailed_tokens t
                    WHERE t.account_id = a.account_id
                      AND t.used_at IS NULL
                      AND t.expires_at > :now_at)
 ORDER BY a.created_at, a.account_id
 FETCH FIRST :row_limit ROWS ONLY

-- name: count_live_tokens
-- How many mails can still finish a registration.
SELECT COUNT(*) AS live
  FROM mailed_tokens
 WHERE account_id = :account_id
   AND used_at IS NULL
   AND expires_at > :now_at

-- name: delete_unfinished_profile
DELETE FROM profiles
 WHERE account_id = :account_id

-- name: delete_unfinished_acceptances
DELETE FROM acceptances
 WHERE account_id = :account_id

-- name: delete_unfinished_tokens
DELETE FROM mailed_tokens
 WHERE account_id = :account_id

-- name: delete_unfinished_events
DELETE FROM security_events
 WHERE account_id = :account_id

-- name: delete_unfinished_account
DELETE FROM accounts
 WHERE account_id = :account_id
   AND status = 'pending'

-- name: list_old_name_holds
-- Names held since before an instant, the oldest first.
SELECT display_name_key
  FROM display_name_holds
 WHERE held_at < :before_at
 ORDER BY held_at, display_name_key
 FETCH FIRST :row_limit ROWS ONLY

-- name: delete_name_holds
-- Let a name go, unless it was asked for again meanwhile; run once for each.
DELETE FROM display_name_holds
 WHERE display_name_key = :display_name_key
   AND held_at < :before_at

-- name: renew_name_hold
-- The same address asked for the same name again: it is kept as long as a new registration's.
UPDATE display_name_holds
   SET held_at = :held_at
 WHERE display_name_key = :display_name_key
   AND email_key = :email_key
