-- name: find_play_limits
-- What a member has set; no row where nothing was ever set.
SELECT account_id, monthly_limit_points, pending_limit_points, raise_from_at, excluded_until_on, updated_at
  FROM play_limits
 WHERE account_id = :account_id

-- name: update_play_limits
-- Keep what a member sets; the member's points are held.
UPDATE play_limits
   SET monthly_limit_points = :monthly_limit_points,
       pending_limit_points = :pending_limit_points,
       raise_from_at = :raise_from_at,
       excluded_until_on = :excluded_until_on,
       updated_at = :updated_at
 WHERE account_id = :account_id

-- name: insert_play_limits
-- Keep what a member sets for the first time.
INSERT INTO play_limits
       (account_id, monthly_limit_points, pending_limit_points, raise_from_at, excluded_until_on, updated_at)
VALUES (:account_id, :monthly_limit_points, :pending_limit_points, :raise_from_at, :excluded_until_on, :updated_at)

-- name: erase_play_limits
-- Forget what an erased member had set.
DELETE FROM play_limits
 WHERE account_id = :account_id

-- name: get_spent_points
-- What tickets entered in a span of time cost a member; what was given back does not count. An entry
-- that was carried over bears the purchase and the time of the first.
SELECT NVL(SUM(p.price_points), 0) AS spent_points
  FROM (SELECT e.purchase_id, MAX(e.price_points) AS price_points
          FROM entries e
         WHERE e.account_id = :account_id
           AND e.entered_at >= :from_at
           AND e.entered_at < :until_at
           AND e.kind = 'paid'
         GROUP BY e.purchase_id
        HAVING COUNT(e.refunded_at) = 0) p

-- name: list_excluded_holders
-- The members of a drawing who have excluded themselves, in the order of their ids.
SELECT h.account_id
  FROM drawing_holders h
  JOIN play_limits p ON p.account_id = h.account_id
 WHERE h.drawing_id = :drawing_id
   AND p.excluded_until_on >= :today_on
 ORDER BY h.account_id

-- name: find_email_key
-- Under which key a member's address is compared.
SELECT email_key
  FROM accounts
 WHERE account_id = :account_id

-- name: list_email_keys
-- Under which keys a member's addresses are compared, those of the latest changes too.
SELECT email_key
  FROM accounts
 WHERE account_id = :account_id
 UNION
SELECT former_email_key AS email_key
  FROM email_changes
 WHERE account_id = :account_id
   AND former_email_key IS NOT NULL

-- name: find_lasting_exclusion
-- Until when whoever has an address has excluded oneself, who deleted an account since.
SELECT excluded_until_on
  FROM lasting_exclusions
 WHERE email_mac = :email_mac

-- name: update_lasting_exclusion
-- Let an exclusion that is kept last longer.
UPDATE lasting_exclusions
   SET excluded_until_on = :excluded_until_on
 WHERE email_mac = :email_mac

-- name: insert_lasting_exclusion
-- Keep an exclusion of somebody who deletes the account.
INSERT INTO lasting_exclusions (email_mac, excluded_until_on)
VALUES (:email_mac, :excluded_until_on)

-- name: delete_over_exclusions
-- Forget exclusions that are over.
DELETE FROM lasting_exclusions
 WHERE excluded_until_on < :today_on
