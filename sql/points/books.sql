-- name: find_booked_transaction
-- One transaction as admins and auditors read it.
SELECT t.sequence_no, t.transaction_id, t.kind, t.account_id,
       (SELECT NVL(SUM(p.amount_points), 0)
          FROM ledger_postings p
          JOIN ledger_accounts l ON l.ledger_account_id = p.ledger_account_id
         WHERE p.sequence_no = t.sequence_no
           AND l.account_id = t.account_id) AS amount_points,
       t.reference_id, t.reverses_no,
       (SELECT MIN(r.sequence_no) FROM ledger_transactions r WHERE r.reverses_no = t.sequence_no) AS reversed_by_no,
       t.idempotency_key, t.request_hash, t.description,
       (SELECT a.reason FROM point_adjustments a WHERE a.adjustment_id = t.reference_id) AS reason,
       t.actor, t.rules_version, t.day_on, t.created_at, t.previous_hash, t.content_hash
  FROM ledger_transactions t
 WHERE t.transaction_id = :transaction_id

-- name: list_booked
-- All members' transactions, newest first, before a sequence number.
SELECT t.sequence_no, t.transaction_id, t.kind, t.account_id,
       (SELECT NVL(SUM(p.amount_points), 0)
          FROM ledger_postings p
          JOIN ledger_accounts l ON l.ledger_account_id = p.ledger_account_id
         WHERE p.sequence_no = t.sequence_no
           AND l.account_id = t.account_id) AS amount_points,
       t.reference_id, t.reverses_no,
       (SELECT MIN(r.sequence_no) FROM ledger_transactions r WHERE r.reverses_no = t.sequence_no) AS reversed_by_no,
       t.idempotency_key, t.request_hash, t.description,
       (SELECT a.reason FROM point_adjustments a WHERE a.adjustment_id = t.reference_id) AS reason,
       t.actor, t.rules_version, t.day_on, t.created_at, t.previous_hash, t.content_hash
  FROM ledger_transactions t
 WHERE t.sequence_no < :before_no
   AND (:from_on IS NULL OR t.day_on >= :from_on)
   AND (:to_on IS NULL OR t.day_on <= :to_on)
 ORDER BY t.sequence_no DESC
 FETCH FIRST :row_limit ROWS ONLY

-- name: list_booked_of_account
-- One member's transactions in the same order.
SELECT t.sequence_no, t.transaction_id, t.kind, t.account_id,
       (SELECT NVL(SUM(p.amount_points), 0)
          FROM ledger_postings p
          JOIN ledger_accounts l ON l.ledger_account_id = p.ledger_account_id
         WHERE p.sequence_no = t.sequence_no
           AND l.account_id = t.account_id) AS amount_points,
       t.reference_id, t.reverses_no,
       (SELECT MIN(r.sequence_no) FROM ledger_transactions r WHERE r.reverses_no = t.sequence_no) AS reversed_by_no,
       t.idempotency_key, t.request_hash, t.description,
       (SELECT a.reason FROM point_adjustments a WHERE a.adjustment_id = t.reference_id) AS reason,
       t.actor, t.rules_version, t.day_on, t.created_at, t.previous_hash, t.content_hash
  FROM ledger_transactions t
 WHERE t.account_id = :account_id
   AND (:kind IS NULL OR t.kind = :kind)
   AND t.sequence_no < :before_no
   AND (:from_on IS NULL OR t.day_on >= :from_on)
   AND (:to_on IS NULL OR t.day_on <= :to_on)
 ORDER BY t.sequence_no DESC
 FETCH FIRST :row_limit ROWS ONLY

-- name: list_booked_of_kind
-- All members' transactions of one kind in the same order.
SELECT t.sequence_no, t.transaction_id, t.kind, t.account_id,
       (SELECT NVL(SUM(p.amount_points), 0)
          FROM ledger_postings p
          JOIN ledger_accounts l ON l.ledger_account_id = p.ledger_account_id
         WHERE p.sequence_no = t.sequence_no
           AND l.account_id = t.account_id) AS amount_points,
       t.reference_id, t.reverses_no,
       (SELECT MIN(r.sequence_no) FROM ledger_transactions r WHERE r.reverses_no = t.sequence_no) AS reversed_by_no,
       t.idempotency_key, t.request_hash, t.description,
       (SELECT a.reason FROM point_adjustments a WHERE a.adjustment_id = t.reference_id) AS reason,
       t.actor, t.rules_version, t.day_on, t.created_at, t.previous_hash, t.content_hash
  FROM ledger_transactions t
 WHERE t.kind = :kind
   AND t.sequence_no < :before_no
   AND (:from_on IS NULL OR t.day_on >= :from_on)
   AND (:to_on IS NULL OR t.day_on <= :to_on)
 ORDER BY t.sequence_no DESC
 FETCH FIRST :row_limit ROWS ONLY

-- name: list_booked_numbers
-- The numbers of a page of some days' transactions, by the index of days alone: `+ 0` bars the way by number.
SELECT t.sequence_no
  FROM ledger_transactions t
 WHERE t.day_on BETWEEN :from_on AND :to_on
   AND (:kind IS NULL OR t.kind = :kind)
   AND t.sequence_no + 0 < :before_no
 ORDER BY t.sequence_no + 0 DESC
 FETCH FIRST :row_limit ROWS ONLY

-- name: list_booked_of_days
-- All members' transactions of some days, of one kind or of all, in the same order, from a number on.
SELECT t.sequence_no, t.transaction_id, t.kind, t.account_id,
       (SELECT NVL(SUM(p.amount_points), 0)
          FROM ledger_postings p
          JOIN ledger_accounts l ON l.ledger_account_id = p.ledger_account_id
         WHERE p.sequence_no = t.sequence_no
           AND l.account_id = t.account_id) AS amount_points,
       t.reference_id, t.reverses_no,
       (SELECT MIN(r.sequence_no) FROM ledger_transactions r WHERE r.reverses_no = t.sequence_no) AS reversed_by_no,
       t.idempotency_key, t.request_hash, t.description,
       (SELECT a.reason FROM point_adjustments a WHERE a.adjustment_id = t.reference_id) AS reason,
       t.actor, t.rules_version, t.day_on, t.created_at, t.previous_hash, t.content_hash
  FROM ledger_transactions t
 WHERE t.day_on BETWEEN :from_on AND :to_on
   AND (:kind IS NULL OR t.kind = :kind)
   AND t.sequence_no + 0 >= :first_no
   AND t.sequence_no + 0 < :before_no
 ORDER BY t.sequence_no + 0 DESC
