-- name: ping_database
-- The least that a database can answer.
SELECT 1 AS answer
  FROM dual
