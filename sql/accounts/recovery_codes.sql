-- name: delete_recovery_codes
-- Make all of a member's recovery codes worthless.
DELETE FROM recovery_codes
 WHERE account_id = :account_id

-- name: delete_recovery_codes_since
-- Make those of a member's recovery codes worthless that were made since an instant.
DELETE FROM recovery_codes
 WHERE account_id = :account_id
   AND created_at >= :since_at

-- name: insert_recovery_code
INSERT INTO recovery_codes (account_id, code_hash, created_at)
VALUES (:account_id, :code_hash, :created_at)

-- name: use_recovery_code
-- Take a code; of two who present it at the same time, one deletes the row.
DELETE FROM recovery_codes
 WHERE account_id = :account_id
   AND code_hash = :code_hash
