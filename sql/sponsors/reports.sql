-- name: get_sponsored_sums
-- What a sponsor's published drawings (its own, or with a prize of its) come to, void entries left out.
SELECT COUNT(DISTINCT d.drawing_id) AS drawings,
       COUNT(DISTINCT CASE WHEN d.status = 'completed' THEN d.drawing_id END) AS completed,
       COUNT(e.entry_id) AS entries,
       NVL(SUM(e.units), 0) AS tickets,
       COUNT(DISTINCT e.account_id) AS reach
  FROM drawings d
  LEFT JOIN entries e ON e.drawing_id = d.drawing_id
                     AND e.void_reason IS NULL
 WHERE d.sequence_no IS NOT NULL
   AND d.status NOT IN ('cancelled', 'aborted')
   AND (d.sponsor_id = :sponsor_id
        OR EXISTS (SELECT 1
                     FROM prizes p
                    WHERE p.drawing_id = d.drawing_id
                      AND p.sponsor_id = :sponsor_id))

-- name: list_winners_by_state
-- How many members of each state hold a prize of a sponsor's, or of a drawing of its.
SELECT NVL(a.state_code, '??') AS state_code, COUNT(DISTINCT f.account_id) AS winners
  FROM fulfilments f
  JOIN prizes p ON p.prize_id = f.prize_id
  JOIN drawings d ON d.drawing_id = f.drawing_id
  JOIN accounts a ON a.account_id = f.account_id
 WHERE f.state <> 'forfeited'
   AND NVL(p.sponsor_id, d.sponsor_id) = :sponsor_id
 GROUP BY NVL(a.state_code, '??')
 ORDER BY NVL(a.state_code, '??')

-- name: get_inventory_sums
-- What has become of the units that a sponsor offers.
SELECT NVL(SUM(offered_units), 0) AS offered, NVL(SUM(reserved_units), 0) AS reserved,
       NVL(SUM(awarded_units), 0) AS awarded
  FROM inventory_prizes
 WHERE sponsor_id = :sponsor_id
