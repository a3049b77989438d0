-- name: insert_sponsor
-- A new sponsor.
INSERT INTO sponsors
       (sponsor_id, name, contact_email, website, logo_url, notes, is_active, is_revealing_by_itself,
        barred_at, created_at, updated_at, contact_name, contact_phone, revision)
VALUES (:sponsor_id, :name, :contact_email, :website, :logo_url, :notes, :is_active, :is_revealing_by_itself,
        :barred_at, :created_at, :updated_at, :contact_name, :contact_phone, :revision)

-- name: find_sponsor
-- One sponsor.
SELECT sponsor_id, name, contact_email, website, logo_url, notes, is_active, is_revealing_by_itself,
       barred_at, created_at, updated_at, contact_name, contact_phone, revision
  FROM sponsors
 WHERE sponsor_id = :sponsor_id

-- name: lock_sponsor
-- Hold one sponsor's row until the transaction ends; wait 5 s for another holder.
SELECT sponsor_id, name, contact_email, website, logo_url, notes, is_active, is_revealing_by_itself,
       barred_at, created_at, updated_at, contact_name, contact_phone, revision
  FROM sponsors
 WHERE sponsor_id = :sponsor_id
   FOR UPDATE WAIT 5

-- name: list_sponsors
-- Sponsors, newest first.
SELECT sponsor_id, name, contact_email, website, logo_url, notes, is_active, is_revealing_by_itself,
       barred_at, created_at, updated_at, contact_name, contact_phone, revision
  FROM sponsors
 WHERE (:before_id IS NULL OR sponsor_id < :before_id)
 ORDER BY sponsor_id DESC
 FETCH FIRST :row_limit ROWS ONLY

-- name: update_sponsor
-- Edit a sponsor.
UPDATE sponsors
   SET name = :name,
       contact_name = :contact_name,
       contact_email = :contact_email,
       contact_phone = :contact_phone,
       website = :website,
       logo_url = :logo_url,
       notes = :notes,
       is_active = :is_active,
       is_revealing_by_itself = :is_revealing_by_itself,
       updated_at = :updated_at,
       revision = revision + 1
 WHERE sponsor_id = :sponsor_id
   AND revision = :revision

-- name: update_barred_at
-- Accept a sponsor as a source no more; the first time counts.
UPDATE sponsors
   SET barred_at = :barred_at
 WHERE sponsor_id = :sponsor_id
   AND barred_at IS NULL

-- name: find_standing_witness
-- The longest-known sponsor that reveals by itself and may be a source.
SELECT sponsor_id, name, contact_email, website, logo_url, notes, is_active, is_revealing_by_itself,
       barred_at, created_at, updated_at, contact_name, contact_phone, revision
  FROM sponsors
 WHERE is_active = 1
   AND is_revealing_by_itself = 1
   AND barred_at IS NULL
 ORDER BY sponsor_id
 FETCH FIRST 1 ROWS ONLY

-- name: insert_sponsor_account
-- Make an account one of a sponsor's people.
INSERT INTO sponsor_accounts (account_id, sponsor_id, added_at)
VALUES (:account_id, :sponsor_id, :added_at)

-- name: list_sponsor_accounts
-- A sponsor's people.
SELECT account_id
  FROM sponsor_accounts
 WHERE sponsor_id = :sponsor_id
 ORDER BY account_id

-- name: find_sponsor_of
-- The sponsor that an account belongs to.
SELECT sponsor_id
  FROM sponsor_accounts
 WHERE account_id = :account_id

-- name: erase_sponsor_account
-- Let an erased account be nobody's of a sponsor.
DELETE FROM sponsor_accounts
 WHERE account_id = :account_id
