-- name: list_duties
-- Drawings that a sponsor witnesses and that are not over, the next draw first, after one of them.
SELECT d.drawing_id, d.name, d.status, d.template_id, d.opens_at, d.closes_at, d.draws_at, d.reveal_deadline_at,
       b.genesis_s + (b.round_no - 1) * b.period_s AS emission_s,
       NVL(s.commitment, d.sponsor_commitment) AS commitment, s.custody, r.revealed_at
  FROM drawings d
  LEFT JOIN drawing_sources s ON s.drawing_id = d.drawing_id AND s.sponsor_id = d.sponsor_id
  LEFT JOIN drawing_reveals r ON r.drawing_id = s.drawing_id AND r.source_id = s.source_id
  LEFT JOIN drawing_beacons b ON b.drawing_id = d.drawing_id
 WHERE d.sponsor_id = :sponsor_id
   AND d.status IN ('draft', 'scheduled', 'open', 'closed')
   AND (d.draws_at > :after_at
        OR (d.draws_at = :after_at AND d.drawing_id > :after_id))
 ORDER BY d.draws_at, d.drawing_id
 FETCH FIRST :row_limit ROWS ONLY

-- name: list_awaited
-- Drawings whose sponsors have to reveal by themselves and have not yet, by an index of what is not over.
SELECT d.drawing_id, s.sponsor_id, d.name, d.status, d.draws_at, d.reveal_deadline_at,
       b.genesis_s + (b.round_no - 1) * b.period_s AS emission_s,
       CASE WHEN EXISTS (SELECT 1
                           FROM drawing_history h
                          WHERE h.drawing_id = d.drawing_id
                            AND h.action = 'reminded_of_draw')
            THEN 1 ELSE 0 END AS is_told_of_draw,
       CASE WHEN EXISTS (SELECT 1
                           FROM drawing_history h
                          WHERE h.drawing_id = d.drawing_id
                            AND h.action = 'reminded_of_deadline')
            THEN 1 ELSE 0 END AS is_told_of_deadline
  FROM drawings d
  JOIN drawing_sources s ON s.drawing_id = d.drawing_id
  JOIN sponsors p ON p.sponsor_id = s.sponsor_id
  LEFT JOIN drawing_beacons b ON b.drawing_id = d.drawing_id
 WHERE d.due_at <= :due_by
   AND d.draws_at <= :draws_by
   AND d.status IN ('open', 'closed')
   AND (s.custody = 'sponsor' OR p.is_revealing_by_itself = 0)
   AND NOT EXISTS (SELECT 1
                     FROM drawing_reveals r
                    WHERE r.drawing_id = s.drawing_id
                      AND r.source_id = s.source_id)
 ORDER BY d.draws_at, d.drawing_id
 FETCH FIRST :row_limit ROWS ONLY

-- name: find_event
-- Whether a drawing's history has an action.
SELECT MIN(event_no) AS event_no
  FROM drawing_history
 WHERE drawing_id = :drawing_id
   AND action = :action
