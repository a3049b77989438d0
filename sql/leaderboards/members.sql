-- name: hold_boards
-- Hold all boards until the transaction ends, by what everyone who awards points holds: the head of
-- the ledger's chain.
SELECT head_no
  FROM ledger_head
 WHERE head_no = 1
   FOR UPDATE WAIT 10

-- name: list_ranked
-- A range of accounts as they are now, and as boards know them.
SELECT a.account_id, a.status, p.tier_code, p.is_in_open, b.is_listed, b.counted_at
  FROM accounts a
  LEFT JOIN profiles p ON p.account_id = a.account_id
  LEFT JOIN board_members b ON b.account_id = a.account_id
 WHERE a.account_id BETWEEN :first_id AND :last_id
 ORDER BY a.account_id

-- name: list_ranked_ids
-- Accounts in the order of their ids, after one of them.
SELECT account_id
  FROM accounts
 WHERE account_id > :after_id
 ORDER BY account_id
 FETCH FIRST :row_limit ROWS ONLY

-- name: count_ranked
SELECT COUNT(*) AS accounts
  FROM accounts

-- name: list_moves
-- The moves between boards of a range of members, in their order.
SELECT account_id, move_no, from_at, tier_code, is_in_open
  FROM board_moves
 WHERE account_id BETWEEN :first_id AND :last_id
 ORDER BY account_id, move_no

-- name: list_earnings
-- What a range of members earned by their days, and what was corrected, as the ledger has it.
SELECT t.account_id, t.day_on, 0 - p.amount_points AS points, t.created_at
  FROM ledger_transactions t
  JOIN ledger_postings p ON p.sequence_no = t.sequence_no
   AND p.ledger_account_id = 'house/issued'
 WHERE t.account_id BETWEEN :first_id AND :last_id
   AND t.kind IN ('award', 'award_correction')
 ORDER BY t.account_id, t.sequence_no

-- name: insert_board_members
INSERT INTO board_members (account_id, is_listed, counted_at)
VALUES (:account_id, :is_listed, :counted_at)

-- name: update_board_members
UPDATE board_members
   SET is_listed = :is_listed,
       counted_at = :counted_at
 WHERE account_id = :account_id

-- name: insert_board_moves
INSERT INTO board_moves (account_id, move_no, from_at, tier_code, is_in_open)
VALUES (:account_id, :move_no, :from_at, :tier_code, :is_in_open)

-- name: update_board_moves
UPDATE board_moves
   SET from_at = :from_at,
       tier_code = :tier_code,
       is_in_open = :is_in_open
 WHERE account_id = :account_id
   AND move_no = :move_no

-- name: erase_board_member
-- Forget that an erased member stood on boards.
DELETE FROM board_members
 WHERE account_id = :account_id

-- name: erase_board_moves
-- Forget which boards an erased member belonged to.
DELETE FROM board_moves
 WHERE account_id = :account_id
