-- name: insert_oidc_attempt
INSERT INTO oidc_attempts
       (state_hash, token_hash, provider, intent, account_id, session_id, return_to, expires_at)
VALUES (:state_hash, :token_hash, :provider, :intent, :account_id, :session_id, :return_to, :expires_at)

-- name: find_oidc_attempt
-- A visit to a provider that was begun here.
SELECT state_hash, token_hash, provider, intent, account_id, session_id, return_to, expires_at
  FROM oidc_attempts
 WHERE state_hash = :state_hash
   AND provider = :provider
   AND expires_at > :now_at

-- name: take_oidc_attempt
-- Use a visit up; of many who come back from the same one, one deletes the row.
DELETE FROM oidc_attempts
 WHERE state_hash = :state_hash
   AND token_hash = :token_hash
   AND provider = :provider

-- name: delete_expired_oidc_attempts
-- Forget visits from which nobody came back.
DELETE FROM oidc_attempts
 WHERE expires_at <= :now_at

-- name: erase_oidc_attempts
DELETE FROM oidc_attempts
 WHERE account_id = :account_id

-- name: insert_oidc_proof
INSERT INTO oidc_proofs
       (token_hash, purpose, provider, subject, email, email_key, account_id, expires_at)
VALUES (:token_hash, :purpose, :provider, :subject, :email, :email_key, :account_id, :expires_at)

-- name: find_oidc_proof
-- What a provider has proved of somebody a moment ago.
SELECT token_hash, purpose, provider, subject, email, email_key, account_id, expires_at
  FROM oidc_proofs
 WHERE token_hash = :token_hash
   AND purpose = :purpose
   AND expires_at > :now_at

-- name: take_oidc_proof
-- Use a proof up; of many who come with the same one, one deletes the row.
DELETE FROM oidc_proofs
 WHERE token_hash = :token_hash

-- name: delete_expired_oidc_proofs
-- Forget proofs that nobody made use of.
DELETE FROM oidc_proofs
 WHERE expires_at <= :now_at

-- name: erase_oidc_proofs
-- Forget what a provider has proved of a member or of an address.
DELETE FROM oidc_proofs
 WHERE account_id = :account_id
    OR email_key = :email_key
