-- name: insert_address
-- Keep where a prize is sent, sealed.
INSERT INTO fulfilment_addresses (fulfilment_id, address_bytes, given_at)
VALUES (:fulfilment_id, :address_bytes, :given_at)

-- name: find_address
-- Where a prize is sent, sealed.
SELECT address_bytes
  FROM fulfilment_addresses
 WHERE fulfilment_id = :fulfilment_id

-- name: delete_address
-- Forget where a prize is sent.
DELETE FROM fulfilment_addresses
 WHERE fulfilment_id = :fulfilment_id

-- name: erase_addresses
-- Forget where all prizes of a member are sent.
DELETE FROM fulfilment_addresses
 WHERE fulfilment_id IN (SELECT f.fulfilment_id
                           FROM fulfilments f
                          WHERE f.account_id = :account_id)

-- name: erase_tracking
-- Forget by which number a member's parcels can be followed.
UPDATE fulfilments
   SET tracking = NULL
 WHERE account_id = :account_id
   AND tracking IS NOT NULL

-- name: delete_tracking
-- Forget by which number a parcel that arrived can be followed.
UPDATE fulfilments
   SET tracking = NULL
 WHERE fulfilment_id = :fulfilment_id

-- name: list_over_addresses
-- Deliveries whose prize arrived so long ago that address and tracking number are forgotten.
SELECT f.fulfilment_id
  FROM fulfilments f
 WHERE f.state = 'delivered'
   AND f.delivered_at <= :before_at
   AND (f.tracking IS NOT NULL
        OR EXISTS (SELECT 1
                     FROM fulfilment_addresses a
                    WHERE a.fulfilment_id = f.fulfilment_id))
 ORDER BY f.fulfilment_id
 FETCH FIRST :row_limit ROWS ONLY

-- name: record_address_reading
-- Log that somebody of the staff read a winner's address.
INSERT INTO address_readings (reading_id, fulfilment_id, actor_id, read_at)
VALUES (:reading_id, :fulfilment_id, :actor_id, :read_at)

-- name: list_address_readings
-- Who of the staff read a winner's address, the first first.
SELECT actor_id, read_at
  FROM address_readings
 WHERE fulfilment_id = :fulfilment_id
 ORDER BY reading_id
 FETCH FIRST :row_limit ROWS ONLY

-- name: count_addresses
-- How many addresses are sealed.
SELECT COUNT(*) AS sealed_count
  FROM fulfilment_addresses

-- name: list_addresses
-- The deliveries with a sealed address, in the order of their ids.
SELECT fulfilment_id
  FROM fulfilment_addresses
 WHERE fulfilment_id > :after_id
 ORDER BY fulfilment_id
 FETCH FIRST :row_limit ROWS ONLY

-- name: lock_address
-- Hold a sealed address until the transaction ends; wait 5 s for another holder.
SELECT fulfilment_id, address_bytes AS sealed_bytes
  FROM fulfilment_addresses
 WHERE fulfilment_id = :fulfilment_id
   FOR UPDATE WAIT 5

-- name: update_address
-- Put a sealed address under another key.
UPDATE fulfilment_addresses
   SET address_bytes = :address_bytes
 WHERE fulfilment_id = :fulfilment_id

-- name: insert_code
-- Keep the code of a digital prize, sealed.
INSERT INTO fulfilment_codes (fulfilment_id, code_bytes, given_at)
VALUES (:fulfilment_id, :code_bytes, :given_at)

-- name: find_code
-- The code of a digital prize, sealed.
SELECT code_bytes
  FROM fulfilment_codes
 WHERE fulfilment_id = :fulfilment_id

-- name: delete_code
-- Forget the code of a digital prize.
DELETE FROM fulfilment_codes
 WHERE fulfilment_id = :fulfilment_id

-- name: erase_codes
-- Forget the codes of all digital prizes of a member.
DELETE FROM fulfilment_codes
 WHERE fulfilment_id IN (SELECT f.fulfilment_id
                           FROM fulfilments f
                          WHERE f.account_id = :account_id)

-- name: count_codes
-- How many codes are sealed.
SELECT COUNT(*) AS sealed_count
  FROM fulfilment_codes

-- name: list_codes
-- The deliveries with a sealed code, in the order of their ids.
SELECT fulfilment_id
  FROM fulfilment_codes
 WHERE fulfilment_id > :after_id
 ORDER BY fulfilment_id
 FETCH FIRST :row_limit ROWS ONLY

-- name: lock_code
-- Hold a sealed code until the transaction ends; wait 5 s for another holder.
SELECT fulfilment_id, code_bytes AS sealed_bytes
  FROM fulfilment_codes
 WHERE fulfilment_id = :fulfilment_id
   FOR UPDATE WAIT 5

-- name: update_code
-- Put a sealed code under another key.
UPDATE fulfilment_codes
   SET code_bytes = :code_bytes
 WHERE fulfilment_id = :fulfilment_id
