-- name: claim_periodic_run
-- Take a run that is due, or whose time can't be right, and set the next.
UPDATE periodic_runs
   SET due_at = :due_at
 WHERE name = :name
   AND (due_at <= :now_at OR due_at > :latest_at)

-- name: get_due_at
SELECT due_at
  FROM periodic_runs
 WHERE name = :name

-- name: insert_periodic_run
INSERT INTO periodic_runs (name, due_at)
VALUES (:name, :due_at)
