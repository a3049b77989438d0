-- name: insert_account
INSERT INTO accounts
       (account_id, email, email_key, display_name, display_name_key, password_hash, role, status,
        date_of_birth_on, state_code, created_at, email_verified_at)
VALUES (:account_id, :email, :email_key, :display_name, :display_name_key, :password_hash, :role, :status,
        :date_of_birth_on, :state_code, :created_at, :email_verified_at)

-- name: lock_account
-- One account, held until the transaction ends; it is held before whatever belongs to it.
SELECT account_id, email, email_key, display_name, display_name_key, password_hash, role, status,
       date_of_birth_on, state_code, created_at, email_verified_at
  FROM accounts
 WHERE account_id = :account_id
   FOR UPDATE WAIT 3

-- name: lock_account_by_email
-- The account that an address belongs to, held until the transaction ends.
SELECT account_id, email, email_key, display_name, display_name_key, password_hash, role, status,
       date_of_birth_on, state_code, created_at, email_verified_at
  FROM accounts
 WHERE email_key = :email_key
   FOR UPDATE WAIT 3

-- name: find_account_id
-- Whose address this is.
SELECT account_id
  FROM accounts
 WHERE email_key = :email_key

-- name: find_first_account_id
-- The oldest account there is.
SELECT MIN(account_id) AS account_id
  FROM accounts

-- name: list_name_holders
-- Who has a display name: an account, or a registration whose address was taken.
SELECT status, email_key
  FROM accounts
 WHERE display_name_key = :display_name_key
 UNION ALL
SELECT 'pending' AS status, email_key
  FROM display_name_holds
 WHERE display_name_key = :display_name_key

-- name: insert_name_hold
INSERT INTO display_name_holds (display_name_key, email_key, held_at)
VALUES (:display_name_key, :email_key, :held_at)

-- name: replace_registration
-- Let a newer registration take the place of one that was never verified.
UPDATE accounts
   SET email = :email,
       display_name = :display_name,
       display_name_key = :display_name_key,
       password_hash = :password_hash,
       date_of_birth_on = :date_of_birth_on,
       state_code = :state_code,
       created_at = :created_at
 WHERE account_id = :account_id
   AND status = 'pending'
   AND password_hash IS NOT NULL

-- name: activate_account
-- Let a member in, once.
UPDATE accounts
   SET status = 'active',
       email_verified_at = :email_verified_at
 WHERE account_id = :account_id
   AND status = 'pending'

-- name: set_password
-- Give an account another password, or none; the account is held.
UPDATE accounts
   SET password_hash = :password_hash
 WHERE account_id = :account_id

-- name: update_password_hash
-- Store a stronger hash of the same password, unless the password was changed meanwhile.
UPDATE accounts
   SET password_hash = :password_hash
 WHERE account_id = :account_id
   AND password_hash = :former_hash

-- name: get_member
-- What a member sees of the own account.
SELECT a.account_id,
       a.email,
       a.display_name,
       a.role,
       a.status,
       a.date_of_birth_on,
       a.state_code,
       p.tier_code,
       p.time_zone,
       a.created_at,
       a.email_verified_at,
       (SELECT c.version
          FROM acceptances c
         WHERE c.acceptance_id = (SELECT MAX(x.acceptance_id)
                                    FROM acceptances x
                                   WHERE x.account_id = a.account_id
                                     AND x.document = 'terms')) AS terms_version,
       (SELECT c.version
          FROM acceptances c
         WHERE c.acceptance_id = (SELECT MAX(x.acceptance_id)
                                    FROM acceptances x
                                   WHERE x.account_id = a.account_id
                                     AND x.document = 'rules')) AS rules_version,
       CASE
         WHEN t.confirmed_at IS NOT NULL
           OR EXISTS (SELECT 1 FROM passkeys k WHERE k.account_id = a.account_id)
         THEN 1
         ELSE 0
       END AS is_second_factor_confirmed
  FROM accounts a
  JOIN profiles p ON p.account_id = a.account_id
  LEFT JOIN totp_factors t ON t.account_id = a.account_id
 WHERE a.account_id = :account_id

-- name: update_state
-- Let a member live in another state from now on.
UPDATE accounts
   SET state_code = :state_code
 WHERE account_id = :account_id
