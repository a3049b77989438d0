-- name: insert_inventory_prize
-- A prize that is offered.
INSERT INTO inventory_prizes
       (inventory_prize_id, sponsor_id, name, description, value_cents, kind, image_url, offered_units,
        reserved_units, awarded_units, is_active, revision, created_at, updated_at)
VALUES (:inventory_prize_id, :sponsor_id, :name, :description, :value_cents, :kind, :image_url, :offered_units,
        :reserved_units, :awarded_units, :is_active, :revision, :created_at, :updated_at)

-- name: find_inventory_prize
-- One prize of an inventory.
SELECT inventory_prize_id, sponsor_id, name, description, value_cents, kind, image_url, offered_units,
       reserved_units, awarded_units, is_active, revision, created_at, updated_at
  FROM inventory_prizes
 WHERE inventory_prize_id = :inventory_prize_id

-- name: lock_inventory_prize
-- Hold one prize of an inventory until the transaction ends; wait 5 s for another holder.
SELECT inventory_prize_id, sponsor_id, name, description, value_cents, kind, image_url, offered_units,
       reserved_units, awarded_units, is_active, revision, created_at, updated_at
  FROM inventory_prizes
 WHERE inventory_prize_id = :inventory_prize_id
   FOR UPDATE WAIT 5

-- name: list_inventory_prizes
-- Prizes that are offered, newest first; withdrawn ones of all, or of :own_sponsor_id, on demand.
SELECT inventory_prize_id, sponsor_id, name, description, value_cents, kind, image_url, offered_units,
       reserved_units, awarded_units, is_active, revision, created_at, updated_at
  FROM inventory_prizes
 WHERE (is_active = 1 OR :with_withdrawn = 1 OR sponsor_id = :own_sponsor_id)
   AND (:sponsor_id IS NULL OR sponsor_id = :sponsor_id)
   AND (:kind IS NULL OR kind = :kind)
   AND (:before_id IS NULL OR inventory_prize_id < :before_id)
 ORDER BY inventory_prize_id DESC
 FETCH FIRST :row_limit ROWS ONLY

-- name: update_inventory_prize
-- Edit a prize of an inventory that is held.
UPDATE inventory_prizes
   SET name = :name,
       description = :description,
       value_cents = :value_cents,
       kind = :kind,
       image_url = :image_url,
       offered_units = :offered_units,
       is_active = :is_active,
       updated_at = :updated_at,
       revision = revision + 1
 WHERE inventory_prize_id = :inventory_prize_id
   AND revision = :revision

-- name: list_scheduled_units
-- What the prizes of a drawing take out of inventories, in the order in which those are held.
SELECT p.inventory_prize_id, p.prize_id, p.quantity, p.rank_no
  FROM prizes p
 WHERE p.drawing_id = :drawing_id
   AND p.inventory_prize_id IS NOT NULL
 ORDER BY p.inventory_prize_id, p.prize_id

-- name: find_inventory_of
-- The inventory that a drawing's prize is from.
SELECT p.inventory_prize_id
  FROM prizes p
 WHERE p.prize_id = :prize_id

-- name: add_reserved_units
-- Reserve units as long as they are left.
UPDATE inventory_prizes
   SET reserved_units = reserved_units + :units
 WHERE inventory_prize_id = :inventory_prize_id
   AND is_active = 1
   AND offered_units - reserved_units - awarded_units >= :units

-- name: subtract_reserved_units
-- Give back units that a drawing had reserved.
UPDATE inventory_prizes
   SET reserved_units = reserved_units - :units
 WHERE inventory_prize_id = :inventory_prize_id

-- name: add_awarded_units
-- Of the units that a drawing had reserved some were won.
UPDATE inventory_prizes
   SET reserved_units = reserved_units - :reserved_units,
       awarded_units = awarded_units + :awarded_units
 WHERE inventory_prize_id = :inventory_prize_id

-- name: subtract_awarded_units
-- A unit that was won returns.
UPDATE inventory_prizes
   SET awarded_units = awarded_units - 1
 WHERE inventory_prize_id = :inventory_prize_id

-- name: add_returned_unit
-- A unit that had returned is given away after all, as long as one is left.
UPDATE inventory_prizes
   SET awarded_units = awarded_units + 1
 WHERE inventory_prize_id = :inventory_prize_id
   AND offered_units - reserved_units - awarded_units >= 1

-- name: audit_inventories
-- Counters beside what drawings hold and what was won, in the order of the ids.
SELECT i.inventory_prize_id, i.reserved_units, i.awarded_units,
       NVL((SELECT SUM(p.quantity)
              FROM prizes p
              JOIN drawings d ON d.drawing_id = p.drawing_id
             WHERE p.inventory_prize_id = i.inventory_prize_id
               AND d.status IN ('scheduled', 'open', 'closed')), 0) AS scheduled_units,
       (SELECT COUNT(*)
          FROM fulfilments f
          JOIN prizes q ON q.prize_id = f.prize_id
         WHERE q.inventory_prize_id = i.inventory_prize_id
           AND f.state <> 'forfeited') AS delivered_units
  FROM inventory_prizes i
 WHERE i.inventory_prize_id > :after_id
 ORDER BY i.inventory_prize_id
 FETCH FIRST :row_limit ROWS ONLY
