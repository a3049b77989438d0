-- name: insert_acceptance
INSERT INTO acceptances (acceptance_id, account_id, document, version, accepted_at)
VALUES (:acceptance_id, :account_id, :document, :version, :accepted_at)
