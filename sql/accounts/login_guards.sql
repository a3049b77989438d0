-- name: lock_login_guard
-- How guessing at one secret of an account stands, held until the transaction ends.
SELECT account_id, kind, failures, lock_count, locked_until_at, attempted_at
  FROM login_guards
 WHERE account_id = :account_id
   AND kind = :kind
   FOR UPDATE WAIT 3

-- name: insert_login_guard
INSERT INTO login_guards (account_id, kind, failures, lock_count, locked_until_at, attempted_at)
VALUES (:account_id, :kind, :failures, :lock_count, :locked_until_at, :attempted_at)

-- name: update_login_guard
UPDATE login_guards
   SET failures = :failures,
       lock_count = :lock_count,
       locked_until_at = :locked_until_at,
       attempted_at = :attempted_at
 WHERE account_id = :account_id
   AND kind = :kind

-- name: delete_login_guards
-- Forget all guesses at an account's secrets.
DELETE FROM login_guards
 WHERE account_id = :account_id

-- name: add_decoy_guess
-- Write about as much for an unknown address as a wrong password of a known one does.
UPDATE login_decoys
   SET guesses = guesses + 1,
       attempted_at = :attempted_at
 WHERE slot_no = :slot_no

-- name: insert_decoy
INSERT INTO login_decoys (slot_no, guesses, attempted_at)
VALUES (:slot_no, 1, :attempted_at)
