-- name: find_identity
-- Who has signed in as this subject of a provider.
SELECT provider, subject, account_id, email, linked_at, last_used_at
  FROM external_identities
 WHERE provider = :provider
   AND subject = :subject

-- name: list_identities
-- The providers that a member signs in with; one identity of each at most.
SELECT provider, subject, account_id, email, linked_at, last_used_at
  FROM external_identities
 WHERE account_id = :account_id
 ORDER BY provider

-- name: insert_identity
INSERT INTO external_identities (provider, subject, account_id, email, linked_at, last_used_at)
VALUES (:provider, :subject, :account_id, :email, :linked_at, :last_used_at)

-- name: use_identity
-- Note that an identity signed in, and which address its provider has for it now.
UPDATE external_identities
   SET email = :email,
       last_used_at = :last_used_at
 WHERE provider = :provider
   AND subject = :subject
   AND account_id = :account_id

-- name: delete_identity
-- Let a provider no longer sign a member in.
DELETE FROM external_identities
 WHERE account_id = :account_id
   AND provider = :provider

-- name: erase_identities
DELETE FROM external_identities
 WHERE account_id = :account_id

-- name: count_ways_in
-- How many ways into an account there are: password, passkeys, providers.
SELECT (SELECT COUNT(*) FROM accounts a
         WHERE a.account_id = :account_id AND a.password_hash IS NOT NULL)
     + (SELECT COUNT(*) FROM passkeys p WHERE p.account_id = :account_id)
     + (SELECT COUNT(*) FROM external_identities i
         WHERE i.account_id = :account_id) AS ways
  FROM dual
