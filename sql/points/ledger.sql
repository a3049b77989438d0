-- name: insert_ledger_account
-- Open one of a member's two accounts, empty.
INSERT INTO ledger_accounts (ledger_account_id, account_id, kind, balance_points, opened_at)
VALUES (:ledger_account_id, :account_id, :kind, 0, :opened_at)

-- name: lock_member_accounts
-- A member's debt and spendable accounts, in the order of their ids, held until the transaction ends.
SELECT ledger_account_id, balance_points
  FROM ledger_accounts
 WHERE account_id = :account_id
 ORDER BY ledger_account_id
   FOR UPDATE WAIT 10

-- name: move_balance
-- Move an account's balance by an amount, but never below its floor.
UPDATE ledger_accounts
   SET balance_points = balance_points + :amount_points
 WHERE ledger_account_id = :ledger_account_id
   AND balance_points + :amount_points >= :floor_points
RETURNING balance_points INTO :out_balance_points

-- name: find_posted
-- The transaction that stands under a key.
SELECT sequence_no, request_hash
  FROM ledger_transactions
 WHERE idempotency_key = :idempotency_key

-- name: lock_head
-- The last link of the chain, held until the transaction ends.
SELECT sequence_no, content_hash
  FROM ledger_head
 WHERE head_no = 1
   FOR UPDATE WAIT 10

-- name: move_head
-- Make a new transaction the last link, if its predecessor still is.
UPDATE ledger_head
   SET sequence_no = :sequence_no,
       content_hash = :content_hash
 WHERE head_no = 1
   AND content_hash = :previous_hash

-- name: insert_ledger_transaction
INSERT INTO ledger_transactions
       (sequence_no, transaction_id, kind, account_id, reference_id, reverses_no, idempotency_key,
        request_hash, description, actor, rules_version, day_on, created_at, previous_hash, content_hash)
VALUES (:sequence_no, :transaction_id, :kind, :account_id, :reference_id, :reverses_no, :idempotency_key,
        :request_hash, :description, :actor, :rules_version, :day_on, :created_at, :previous_hash, :content_hash)

-- name: insert_ledger_postings
INSERT INTO ledger_postings (sequence_no, ledger_account_id, amount_points, balance_after_points)
VALUES (:sequence_no, :ledger_account_id, :amount_points, :balance_after_points)

-- name: list_postings
-- How one transaction moved its accounts.
SELECT ledger_account_id, amount_points, balance_after_points
  FROM ledger_postings
 WHERE sequence_no = :sequence_no
 ORDER BY ledger_account_id

-- name: get_ledger_transaction
-- One transaction's own row.
SELECT transaction_id, kind, account_id, reference_id, reverses_no, idempotency_key, request_hash,
       description, actor, rules_version, day_on, created_at
  FROM ledger_transactions
 WHERE sequence_no = :sequence_no

-- name: list_member_accounts
-- A member's debt and spendable balances.
SELECT ledger_account_id, balance_points
  FROM ledger_accounts
 WHERE account_id = :account_id
 ORDER BY ledger_account_id

-- name: find_sequence_no
-- Where a transaction stands in the ledger.
SELECT sequence_no
  FROM ledger_transactions
 WHERE transaction_id = :transaction_id

-- name: find_debt_reason
-- Why a member's debt last grew: in an admin's words where it was one.
SELECT NVL(a.reason, t.description) AS reason
  FROM ledger_transactions t
  JOIN ledger_postings p ON p.sequence_no = t.sequence_no
  LEFT JOIN point_adjustments a ON a.adjustment_id = t.reference_id
 WHERE t.account_id = :account_id
   AND p.ledger_account_id = :debt_account_id
   AND p.amount_points < 0
 ORDER BY t.sequence_no DESC
 FETCH FIRST 1 ROWS ONLY

-- name: list_transactions
-- A member's statement, newest first, before a sequence number; adjustments in the admin's words.
SELECT t.sequence_no,
       t.transaction_id,
       t.kind,
       NVL(s.amount_points, 0) AS amount_points,
       0 - NVL(d.amount_points, 0) AS debt_change_points,
       s.balance_after_points,
       NVL(a.reason, t.description) AS description,
       t.reference_id,
       t.reverses_no,
       t.day_on,
       t.created_at
  FROM ledger_transactions t
  LEFT JOIN ledger_postings s ON s.sequence_no = t.sequence_no
   AND s.ledger_account_id = :spendable_account_id
  LEFT JOIN ledger_postings d ON d.sequence_no = t.sequence_no
   AND d.ledger_account_id = :debt_account_id
  LEFT JOIN point_adjustments a ON a.adjustment_id = t.reference_id
 WHERE t.account_id = :account_id
   AND t.sequence_no < :before_no
   AND (:kind IS NULL OR t.kind = :kind)
   AND (:from_on IS NULL OR t.day_on >= :from_on)
   AND (:to_on IS NULL OR t.day_on <= :to_on)
 ORDER BY t.sequence_no DESC
 FETCH FIRST :row_limit ROWS ONLY
