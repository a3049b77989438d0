-- name: list_users
-- Accounts of a range of days, newest first, from (:until_at, :before_id) down.
SELECT account_id, display_name, display_name_key, role, status, created_at, email_verified_at,
       premium_until_at
  FROM accounts
 WHERE created_at >= :from_at
   AND created_at <= :until_at
   AND (created_at < :until_at OR account_id < :before_id)
 ORDER BY created_at DESC, account_id DESC
 FETCH FIRST :row_limit ROWS ONLY

-- name: list_users_of_role
-- The same of one role.
SELECT account_id, display_name, display_name_key, role, status, created_at, email_verified_at,
       premium_until_at
  FROM accounts
 WHERE role = :role
   AND created_at >= :from_at
   AND created_at <= :until_at
   AND (created_at < :until_at OR account_id < :before_id)
 ORDER BY created_at DESC, account_id DESC
 FETCH FIRST :row_limit ROWS ONLY

-- name: list_users_of_status
-- The same of one status.
SELECT account_id, display_name, display_name_key, role, status, created_at, email_verified_at,
       premium_until_at
  FROM accounts
 WHERE status = :status
   AND created_at >= :from_at
   AND created_at <= :until_at
   AND (created_at < :until_at OR account_id < :before_id)
 ORDER BY created_at DESC, account_id DESC
 FETCH FIRST :row_limit ROWS ONLY

-- name: list_users_of_role_and_status
-- The same of one role and one status.
SELECT account_id, display_name, display_name_key, role, status, created_at, email_verified_at,
       premium_until_at
  FROM accounts
 WHERE role = :role
   AND status = :status
   AND created_at >= :from_at
   AND created_at <= :until_at
   AND (created_at < :until_at OR account_id < :before_id)
 ORDER BY created_at DESC, account_id DESC
 FETCH FIRST :row_limit ROWS ONLY

-- name: list_users_of_name
-- Accounts whose names lie in a range, in its order; the other filters look only within it.
SELECT account_id, display_name, display_name_key, role, status, created_at, email_verified_at,
       premium_until_at
  FROM accounts
 WHERE display_name_key >= :from_key
   AND display_name_key < :end_key
   AND (:after_key IS NULL OR display_name_key > :after_key)
   AND (:role IS NULL OR role = :role)
   AND (:status IS NULL OR status = :status)
   AND created_at >= :from_at
   AND created_at <= :until_at
 ORDER BY display_name_key
 FETCH FIRST :row_limit ROWS ONLY

-- name: list_users_of_email
-- The account of one address, if the other filters let it through.
SELECT account_id, display_name, display_name_key, role, status, created_at, email_verified_at,
       premium_until_at
  FROM accounts
 WHERE email_key = :email_key
   AND (:role IS NULL OR role = :role)
   AND (:status IS NULL OR status = :status)
   AND created_at >= :from_at
   AND created_at <= :until_at

-- name: get_user
-- One account with all that admins and auditors may know of it.
SELECT a.account_id,
       a.email,
       a.display_name,
       a.role,
       a.status,
       a.date_of_birth_on,
       a.state_code,
       a.created_at,
       a.email_verified_at,
       a.premium_until_at,
       (SELECT o.sponsor_id FROM sponsor_accounts o WHERE o.account_id = a.account_id) AS sponsor_id,
       (SELECT p.tier_code FROM profiles p WHERE p.account_id = a.account_id) AS tier_code,
       CASE WHEN a.password_hash IS NULL THEN 0 ELSE 1 END AS is_password_set,
       (SELECT t.confirmed_at FROM totp_factors t WHERE t.account_id = a.account_id) AS totp_confirmed_at,
       (SELECT COUNT(*) FROM passkeys k WHERE k.account_id = a.account_id) AS passkeys,
       (SELECT COUNT(*) FROM recovery_codes c WHERE c.account_id = a.account_id) AS recovery_codes_left,
       (SELECT COUNT(*)
          FROM sessions s
         WHERE s.account_id = a.account_id
           AND s.ended_at IS NULL
           AND s.expires_at > :now_at) AS live_sessions,
       (SELECT MAX(s.started_at) FROM sessions s WHERE s.account_id = a.account_id) AS last_login_at
  FROM accounts a
 WHERE a.account_id = :account_id

-- name: lock_user
-- What an admin may change of an account, held until the transaction ends.
SELECT a.account_id,
       a.role,
       a.status,
       a.date_of_birth_on,
       a.state_code,
       a.email_verified_at,
       a.premium_until_at,
       (SELECT o.sponsor_id FROM sponsor_accounts o WHERE o.account_id = a.account_id) AS sponsor_id
  FROM accounts a
 WHERE a.account_id = :account_id
   FOR UPDATE OF a.account_id WAIT 3

-- name: lock_admins
-- All active admins, held until the transaction ends, so that nobody takes the last one away.
SELECT account_id
  FROM accounts
 WHERE role = 'admin'
   AND status = 'active'
 ORDER BY account_id
   FOR UPDATE WAIT 3

-- name: count_other_admins
-- How many admins there are besides one who can act now: active, and with a second factor.
SELECT COUNT(*) AS others
  FROM accounts a
 WHERE a.role = 'admin'
   AND a.status = 'active'
   AND a.account_id <> :account_id
   AND (EXISTS (SELECT 1
                  FROM totp_factors t
                 WHERE t.account_id = a.account_id
                   AND t.confirmed_at IS NOT NULL)
        OR EXISTS (SELECT 1 FROM passkeys k WHERE k.account_id = a.account_id))

-- name: update_account_status
-- Keep an account out, or let it in again.
UPDATE accounts
   SET status = :status
 WHERE account_id = :account_id

-- name: update_standing
-- Give an account a role, and premium its end.
UPDATE accounts
   SET role = :role,
       premium_until_at = :premium_until_at
 WHERE account_id = :account_id

-- name: update_person
-- Correct what a member can't change.
UPDATE accounts
   SET date_of_birth_on = :date_of_birth_on,
       state_code = :state_code,
       email_verified_at = :email_verified_at
 WHERE account_id = :account_id

-- name: list_ended_premiums
-- Accounts whose premium has ended and that still say otherwise.
SELECT account_id, premium_until_at
  FROM accounts
 WHERE premium_until_at <= :now_at
   AND role = 'premium'
 ORDER BY premium_until_at, account_id
 FETCH FIRST :row_limit ROWS ONLY

-- name: end_premium
-- Make an ordinary account of one whose premium has ended, once.
UPDATE accounts
   SET role = 'user',
       premium_until_at = NULL
 WHERE account_id = :account_id
   AND role = 'premium'
   AND premium_until_at <= :now_at

-- name: insert_admin_action
INSERT INTO admin_actions (action_id, account_id, actor_id, kind, before_json, after_json, happened_at)
VALUES (:action_id, :account_id, :actor_id, :kind, :before_json, :after_json, :happened_at)

-- name: list_admin_actions
-- What was done to one account, newest first, before :before_id.
SELECT action_id, account_id, actor_id, kind, before_json, after_json, happened_at
  FROM admin_actions
 WHERE account_id = :account_id
   AND action_id < :before_id
 ORDER BY action_id DESC
 FETCH FIRST :row_limit ROWS ONLY
