-- name: insert_passkey
INSERT INTO passkeys
       (passkey_id, account_id, credential_hash, credential_bytes, public_key_bytes, sign_count, transports,
        name, is_backed_up, created_at, last_used_at)
VALUES (:passkey_id, :account_id, :credential_hash, :credential_bytes, :public_key_bytes, :sign_count, :transports,
        :name, :is_backed_up, :created_at, :last_used_at)

-- name: list_passkeys
-- A member's passkeys, oldest first; there are at most 20.
SELECT passkey_id, account_id, credential_hash, credential_bytes, public_key_bytes, sign_count, transports,
       name, is_backed_up, created_at, last_used_at
  FROM passkeys
 WHERE account_id = :account_id
 ORDER BY passkey_id

-- name: find_passkey
-- The passkey of a credential; its account's row is held where its counter shall rise.
SELECT passkey_id, account_id, credential_hash, credential_bytes, public_key_bytes, sign_count, transports,
       name, is_backed_up, created_at, last_used_at
  FROM passkeys
 WHERE credential_hash = :credential_hash

-- name: use_passkey
-- Note that a passkey signed.
UPDATE passkeys
   SET sign_count = :sign_count,
       is_backed_up = :is_backed_up,
       last_used_at = :last_used_at
 WHERE passkey_id = :passkey_id

-- name: delete_passkey
-- Take one of a member's passkeys away.
DELETE FROM passkeys
 WHERE passkey_id = :passkey_id
   AND account_id = :account_id

-- name: delete_passkeys
-- Take all of a member's passkeys away.
DELETE FROM passkeys
 WHERE account_id = :account_id

-- name: delete_passkeys_since
-- Take those of a member's passkeys away that were added since an instant.
DELETE FROM passkeys
 WHERE account_id = :account_id
   AND created_at >= :since_at

-- name: find_user_handle
-- The name by which authenticators know an account.
SELECT user_handle
  FROM passkey_users
 WHERE account_id = :account_id

-- name: insert_user_handle
INSERT INTO passkey_users (account_id, user_handle, created_at)
VALUES (:account_id, :user_handle, :created_at)

-- name: insert_passkey_challenge
INSERT INTO passkey_challenges (challenge_hash, purpose, bound_to, expires_at)
VALUES (:challenge_hash, :purpose, :bound_to, :expires_at)

-- name: take_passkey_challenge
-- Use a challenge up; of many who answer the same one, one deletes the row.
DELETE FROM passkey_challenges
 WHERE challenge_hash = :challenge_hash
   AND purpose = :purpose
   AND bound_to = :bound_to
   AND expires_at > :now_at

-- name: delete_expired_passkey_challenges
-- Forget challenges that nobody answered.
DELETE FROM passkey_challenges
 WHERE expires_at <= :now_at
