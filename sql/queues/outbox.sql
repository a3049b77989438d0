-- name: insert_job
-- Decide that a job shall be done, once per name and key.
INSERT INTO outbox (outbox_id, job_name, job_key, payload_json, request_id, state, attempts, due_at, created_at,
                    account_id, traceparent)
VALUES (:outbox_id, :job_name, :job_key, :payload_json, :request_id, 'pending', 0, :due_at, :created_at,
        :account_id, :traceparent)

-- name: lock_due_job
-- A job that is due and that nobody holds, held until the transaction ends.
SELECT outbox_id, job_name, payload_json, request_id, traceparent, attempts
  FROM outbox
 WHERE outbox_id = :outbox_id
   AND state = 'pending'
   AND due_at <= :now_at
   AND (leased_until_at IS NULL OR leased_until_at <= :now_at)
   FOR UPDATE SKIP LOCKED

-- name: lease_job
-- Give a job to one worker for a while.
UPDATE outbox
   SET lease_token = :lease_token,
       leased_until_at = :leased_until_at,
       attempts = attempts + 1
 WHERE outbox_id = :outbox_id

-- name: finish_job
-- Mark a job done, if the lease is still held.
UPDATE outbox
   SET state = 'done',
       done_at = :done_at,
       lease_token = NULL,
       leased_until_at = NULL
 WHERE outbox_id = :outbox_id
   AND lease_token = :lease_token
   AND state = 'pending'

-- name: fail_job
-- Put a failed job back for later, or bury it, if the lease is still held.
UPDATE outbox
   SET state = :state,
       due_at = :due_at,
       last_error = :last_error,
       lease_token = NULL,
       leased_until_at = NULL
 WHERE outbox_id = :outbox_id
   AND lease_token = :lease_token
   AND state = 'pending'

-- name: bury_job
-- Give up a job whose attempts are used up.
UPDATE outbox
   SET state = 'dead',
       last_error = :last_error,
       lease_token = NULL,
       leased_until_at = NULL
 WHERE outbox_id = :outbox_id

-- name: list_due_jobs
-- What is due and not done, the oldest first.
SELECT outbox_id, job_name
  FROM outbox
 WHERE state = 'pending'
   AND due_at <= :now_at
   AND (leased_until_at IS NULL OR leased_until_at <= :now_at)
 ORDER BY due_at, outbox_id
 FETCH FIRST :row_limit ROWS ONLY

-- name: find_next_job
-- The oldest of a kind that is due and not done.
SELECT outbox_id
  FROM outbox
 WHERE state = 'pending'
   AND due_at <= :now_at
   AND (leased_until_at IS NULL OR leased_until_at <= :now_at)
   AND job_name = :job_name
 ORDER BY due_at, outbox_id
 FETCH FIRST 1 ROWS ONLY

-- name: redrive_dead_jobs
-- Give dead jobs another life.
UPDATE outbox
   SET state = 'pending',
       attempts = 0,
       due_at = :due_at
 WHERE state = 'dead'

-- name: delete_done_jobs
-- Forget jobs that were done long ago.
DELETE FROM outbox
 WHERE state = 'done'
   AND done_at <= :before_at

-- name: erase_jobs
-- Forget an erased member's jobs, done or not, but the one that is doing it.
DELETE FROM outbox
 WHERE account_id = :account_id
   AND (:kept_outbox_id IS NULL OR outbox_id <> :kept_outbox_id)
