-- name: count_jobs
-- How many jobs stand where, and since when the oldest is due; those done are of no interest.
SELECT job_name, standing, COUNT(*) AS job_count, MIN(due_at) AS oldest_due_at
  FROM (SELECT job_name, due_at,
               CASE WHEN state = 'dead' THEN 'dead'
                    WHEN leased_until_at > :now_at THEN 'running'
                    WHEN due_at <= :now_at THEN 'due'
                    ELSE 'waiting'
               END AS standing
          FROM outbox
         WHERE state IN ('pending', 'dead'))
 GROUP BY job_name, standing

-- name: count_drawings
-- How many drawings stand where.
SELECT status, COUNT(*) AS drawing_count
  FROM drawings
 GROUP BY status

-- name: find_last_audit
-- What the newest audit of the ledger came to.
SELECT finished_at, transactions, findings
  FROM ledger_audits
 ORDER BY finished_at DESC, audit_id DESC
 FETCH FIRST 1 ROWS ONLY
