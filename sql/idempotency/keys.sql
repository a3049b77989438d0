-- name: lock_key
-- A key's row, held until the transaction ends.
SELECT state, request_hash, lease_token, leased_until_at, expires_at, response_status, response_text
  FROM idempotency_keys
 WHERE scope_hash = :scope_hash
   FOR UPDATE WAIT 3

-- name: insert_key
-- Mark a key's first request as running.
INSERT INTO idempotency_keys
       (scope_hash, request_hash, state, lease_token, leased_until_at, created_at, expires_at,
        account_id)
VALUES (:scope_hash, :request_hash, 'running', :lease_token, :leased_until_at, :created_at, :expires_at,
        :account_id)

-- name: take_over_key
-- Take the lease of a request that died.
UPDATE idempotency_keys
   SET lease_token = :lease_token,
       leased_until_at = :leased_until_at
 WHERE scope_hash = :scope_hash
   AND request_hash = :request_hash
   AND state = 'running'
   AND leased_until_at <= :now_at

-- name: finish_key
-- Store the answer, if the lease is still held.
UPDATE idempotency_keys
   SET state = 'done',
       response_status = :response_status,
       response_text = :response_text
 WHERE scope_hash = :scope_hash
   AND lease_token = :lease_token
   AND state = 'running'

-- name: delete_running_key
-- Forget a key whose request was refused.
DELETE FROM idempotency_keys
 WHERE scope_hash = :scope_hash
   AND lease_token = :lease_token
   AND state = 'running'

-- name: delete_expired_key
-- Forget one key that is used again after its life.
DELETE FROM idempotency_keys
 WHERE scope_hash = :scope_hash
   AND expires_at <= :now_at

-- name: delete_expired_keys
-- Forget what is older than a key's life.
DELETE FROM idempotency_keys
 WHERE expires_at <= :now_at

-- name: erase_keys
-- Forget what an erased member was answered.
DELETE FROM idempotency_keys
 WHERE account_id = :account_id
