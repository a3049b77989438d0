-- name: insert_beacon
-- The round of a drand chain that a drawing's terms name; never again for the same drawing.
INSERT INTO drawing_beacons (drawing_id, source_id, position, chain_hash, public_key, genesis_s, period_s, round_no)
VALUES (:drawing_id, :source_id, :position, :chain_hash, :public_key, :genesis_s, :period_s, :round_no)

-- name: find_beacon
-- The round that a drawing's terms name.
SELECT drawing_id, source_id, position, chain_hash, public_key, genesis_s, period_s, round_no
  FROM drawing_beacons
 WHERE drawing_id = :drawing_id

-- name: insert_round
-- A round as it came from a relay; never again for the same drawing.
INSERT INTO beacon_rounds (drawing_id, source_id, position, body_text, revealed_at)
VALUES (:drawing_id, :source_id, :position, :body_text, :revealed_at)
