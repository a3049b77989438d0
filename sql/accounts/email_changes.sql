-- name: insert_email_change
INSERT INTO email_changes
       (change_id, account_id, undo_token_id, new_email, new_email_key, former_email, former_email_key, asked_at,
        expires_at, confirmed_at)
VALUES (:change_id, :account_id, :undo_token_id, :new_email, :new_email_key, :former_email, :former_email_key, :asked_at,
        :expires_at, :confirmed_at)

-- name: find_email_change
-- A change by the id of the token that confirms it; its account is held.
SELECT change_id, account_id, undo_token_id, new_email, new_email_key, former_email, former_email_key, asked_at,
       expires_at, confirmed_at
  FROM email_changes
 WHERE change_id = :change_id

-- name: find_email_change_to_undo
-- A change by the id of the token that undoes it; its account is held.
SELECT change_id, account_id, undo_token_id, new_email, new_email_key, former_email, former_email_key, asked_at,
       expires_at, confirmed_at
  FROM email_changes
 WHERE undo_token_id = :undo_token_id

-- name: confirm_email_change
-- Note when a change took effect.
UPDATE email_changes
   SET confirmed_at = :confirmed_at
 WHERE change_id = :change_id
   AND confirmed_at IS NULL

-- name: count_email_holds
-- Whether some other account may still take this address back.
SELECT COUNT(*) AS holds
  FROM email_changes
 WHERE former_email_key = :email_key
   AND account_id <> :account_id
   AND confirmed_at IS NOT NULL
   AND expires_at > :now_at

-- name: replace_email
-- Give an account another address, unless it has another than the one that this replaces.
UPDATE accounts
   SET email = :email,
       email_key = :email_key,
       email_verified_at = :email_verified_at
 WHERE account_id = :account_id
   AND email_key = :former_email_key

-- name: use_later_undo_tokens
-- Make worthless what could undo the undoing of a change: the tokens of later changes.
UPDATE mailed_tokens
   SET used_at = :used_at
 WHERE account_id = :account_id
   AND purpose = 'undo_email'
   AND created_at >= :since_at
   AND used_at IS NULL

-- name: delete_expired_email_changes
-- Forget changes that can neither be confirmed nor undone any more.
DELETE FROM email_changes
 WHERE expires_at <= :now_at
