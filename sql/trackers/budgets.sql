-- name: lock_budget
-- Hold what was spent of a provider's limits until the transaction ends; wait 5 s for another holder.
SELECT budget_key, spent_json
  FROM provider_budgets
 WHERE budget_key = :budget_key
   FOR UPDATE WAIT 5

-- name: insert_budget
-- The first calls of a provider's limits.
INSERT INTO provider_budgets (budget_key, spent_json, changed_at)
VALUES (:budget_key, :spent_json, :changed_at)

-- name: update_budget
-- What is spent of a provider's limits now.
UPDATE provider_budgets
   SET spent_json = :spent_json,
       changed_at = :changed_at
 WHERE budget_key = :budget_key

-- name: delete_old_budgets
-- Forget limits that nobody has touched for days.
DELETE FROM provider_budgets
 WHERE changed_at < :before_at
