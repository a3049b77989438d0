-- name: list_places_of
-- The places of a list of members in a period, whatever their boards, best first.
SELECT s.account_id, a.display_name, NVL(p.leaderboards_privacy, 'private') AS leaderboards_privacy,
       s.tier_code, s.points, s.active_days, s.place_key
  FROM json_each(:ids_json) c
  JOIN standings s ON s.account_id = c.value
  JOIN accounts a ON a.account_id = s.account_id
  LEFT JOIN profiles p ON p.account_id = s.account_id
 WHERE s.starts_on = :starts_on
   AND s.period = :period
   AND s.board_code = s.tier_code
   AND s.place_key IS NOT NULL
 ORDER BY s.place_key
