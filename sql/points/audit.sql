-- name: audit_postings
-- Every posting with its transaction, in the order of the chain.
SELECT t.sequence_no, t.transaction_id, t.kind, t.account_id, t.reference_id, t.reverses_no,
       t.idempotency_key, t.request_hash, t.description, t.actor, t.rules_version, t.day_on,
       t.created_at, t.previous_hash, t.content_hash,
       p.ledger_account_id, p.amount_points, p.balance_after_points
  FROM ledger_transactions t
  LEFT JOIN ledger_postings p ON p.sequence_no = t.sequence_no
 WHERE t.sequence_no >= :since_no
 ORDER BY t.sequence_no, p.ledger_account_id NULLS FIRST

-- name: audit_opening_sums
-- What the postings before a sequence number come to, per account.
SELECT ledger_account_id, SUM(amount_points) AS balance_points
  FROM ledger_postings
 WHERE sequence_no < :since_no
 GROUP BY ledger_account_id

-- name: audit_balances
-- The stored balance of every account.
SELECT ledger_account_id, balance_points
  FROM ledger_accounts
 ORDER BY ledger_account_id

-- name: find_link
-- Where one transaction stands in the chain.
SELECT sequence_no, previous_hash, content_hash
  FROM ledger_transactions
 WHERE sequence_no = :sequence_no

-- name: find_head
-- The last link of the chain as stored.
SELECT sequence_no, content_hash
  FROM ledger_head
 WHERE head_no = 1

-- name: audit_lost_postings
-- Postings whose transaction is not there.
SELECT p.sequence_no, p.ledger_account_id AS subject
  FROM ledger_postings p
  LEFT JOIN ledger_transactions t ON t.sequence_no = p.sequence_no
 WHERE t.sequence_no IS NULL
 ORDER BY p.sequence_no, p.ledger_account_id

-- name: audit_repeated_keys
-- Idempotency keys that stand for more than one transaction.
SELECT MAX(sequence_no) AS sequence_no, idempotency_key AS subject
  FROM ledger_transactions
 GROUP BY idempotency_key
HAVING COUNT(*) > 1
 ORDER BY idempotency_key

-- name: audit_repeated_reversals
-- Transactions that were reversed more than once.
SELECT MAX(sequence_no) AS sequence_no, TO_CHAR(reverses_no) AS subject
  FROM ledger_transactions
 WHERE reverses_no IS NOT NULL
 GROUP BY reverses_no
HAVING COUNT(*) > 1
 ORDER BY reverses_no

-- name: audit_bad_mirrors
-- Reversals that leave something of their target on an account. A refund mirrors each account; of
-- other reversals the member's two count as one, for debt may have been paid since.
SELECT m.sequence_no, m.subject
  FROM (SELECT r.sequence_no, p.amount_points,
               CASE
                   WHEN r.kind = 'reversal' AND a.account_id = r.account_id THEN r.account_id
                   ELSE p.ledger_account_id
               END AS subject
          FROM ledger_transactions r
          JOIN ledger_postings p ON p.sequence_no IN (r.sequence_no, r.reverses_no)
          LEFT JOIN ledger_accounts a ON a.ledger_account_id = p.ledger_account_id
         WHERE r.reverses_no IS NOT NULL) m
 GROUP BY m.sequence_no, m.subject
HAVING SUM(m.amount_points) <> 0
 ORDER BY m.sequence_no, m.subject

-- name: audit_day_sums
-- Days whose stored award is not what was posted for them.
SELECT d.account_id, d.day_on, SUM(d.points) AS points
  FROM (SELECT account_id, day_on, awarded_points AS points
          FROM day_awards
         UNION ALL
        SELECT t.account_id, t.day_on, p.amount_points AS points
          FROM ledger_transactions t
          JOIN ledger_postings p ON p.sequence_no = t.sequence_no
           AND p.ledger_account_id = 'house/issued'
         WHERE t.kind IN ('award', 'award_correction')) d
 GROUP BY d.account_id, d.day_on
HAVING SUM(d.points) <> 0
 ORDER BY d.account_id, d.day_on

-- name: audit_days_over_cap
-- Days awarded above the cap of their version of the rules.
SELECT account_id, day_on, awarded_points AS points
  FROM day_awards
 WHERE rules_version = :rules_version
   AND awarded_points > :cap_points
 ORDER BY account_id, day_on

-- name: audit_purchases
-- Purchases without their entry, with one of another member or price, or not paid to the house.
SELECT t.sequence_no, t.reference_id AS subject
  FROM ledger_transactions t
  LEFT JOIN ledger_postings p ON p.sequence_no = t.sequence_no
   AND p.ledger_account_id = 'house/tickets'
  LEFT JOIN entries e ON e.purchase_id = t.reference_id
   AND e.carried_from_id IS NULL
   AND e.kind = 'paid'
 WHERE t.kind = 'ticket_purchase'
   AND (e.entry_id IS NULL OR e.account_id <> t.account_id
     OR p.amount_points IS NULL OR e.price_points <> p.amount_points)
 ORDER BY t.sequence_no

-- name: audit_entries
-- Paid entries without a purchase, or that share one; carried ones count with their first.
SELECT e.purchase_id AS subject, MAX(t.sequence_no) AS sequence_no
  FROM entries e
  LEFT JOIN ledger_transactions t ON t.reference_id = e.purchase_id
   AND t.kind = 'ticket_purchase'
 WHERE e.kind = 'paid'
   AND e.carried_from_id IS NULL
 GROUP BY e.purchase_id
HAVING COUNT(t.sequence_no) <> 1
 ORDER BY e.purchase_id

-- name: audit_refunds
-- Purchases that were refunded but not reversed, or reversed but not refunded.
SELECT t.sequence_no, t.reference_id AS subject
  FROM ledger_transactions t
  LEFT JOIN ledger_transactions r ON r.reverses_no = t.sequence_no
  LEFT JOIN (SELECT purchase_id, MAX(refunded_at) AS refunded_at
               FROM entries
              GROUP BY purchase_id) e ON e.purchase_id = t.reference_id
 WHERE t.kind = 'ticket_purchase'
   AND ((r.sequence_no IS NULL AND e.refunded_at IS NOT NULL)
     OR (r.sequence_no IS NOT NULL AND e.refunded_at IS NULL))
 ORDER BY t.sequence_no

-- name: audit_outbox
-- Each kind of job in the outbox, and since when the oldest of it is due.
SELECT job_name, MIN(CASE WHEN state = 'pending' THEN due_at END) AS oldest_due_at
  FROM outbox
 GROUP BY job_name
 ORDER BY job_name

-- name: audit_members
-- Everyone whose days can be recomputed: an erased member's activities are gone.
SELECT a.account_id
  FROM accounts a
 WHERE a.status <> 'erased'
   AND a.account_id > :after_id
   AND (EXISTS (SELECT 1 FROM activities x WHERE x.account_id = a.account_id)
     OR EXISTS (SELECT 1 FROM day_awards d WHERE d.account_id = a.account_id))
 ORDER BY a.account_id
 FETCH FIRST :row_limit ROWS ONLY

-- name: list_activity_days
-- Every points day on which a member has an accepted activity or minutes of one.
SELECT day_on
  FROM activities
 WHERE account_id = :account_id
 UNION
SELECT day_on
  FROM activity_minutes
 WHERE account_id = :account_id
