-- name: insert_drawing
-- A new draft.
INSERT INTO drawings
       (drawing_id, type, name, description, image_url, status, ticket_price_points, ticket_limit,
        alternates, distinct_by, audience, min_account_age_days, min_age_years, excluded_states_json,
        registered_states_json, sponsor_id, sponsor_commitment, opens_at, closes_at, draws_at,
        reveal_deadline_at, sequence_no, units_sold, entry_count, drawn_at, due_at, carried_from_id,
        revision, created_by_id, created_at, updated_at, template_id, tiers_json, min_ages_json, unclaimed_to,
        rules_version, rules_sha256)
VALUES (:drawing_id, :type, :name, :description, :image_url, :status, :ticket_price_points, :ticket_limit,
        :alternates, :distinct_by, :audience, :min_account_age_days, :min_age_years, :excluded_states_json,
        :registered_states_json, :sponsor_id, :sponsor_commitment, :opens_at, :closes_at, :draws_at,
        :reveal_deadline_at, :sequence_no, :units_sold, :entry_count, :drawn_at, :due_at, :carried_from_id,
        :revision, :created_by_id, :created_at, :updated_at, :template_id, :tiers_json, :min_ages_json, :unclaimed_to,
        :rules_version, :rules_sha256)

-- name: find_drawing
-- One drawing.
SELECT drawing_id, type, name, description, image_url, status, ticket_price_points, ticket_limit,
       alternates, distinct_by, audience, min_account_age_days, min_age_years, excluded_states_json,
       registered_states_json, sponsor_id, sponsor_commitment, opens_at, closes_at, draws_at,
       reveal_deadline_at, sequence_no, units_sold, entry_count, drawn_at, due_at, carried_from_id,
       revision, created_by_id, created_at, updated_at, template_id, tiers_json, min_ages_json, unclaimed_to,
       rules_version, rules_sha256
  FROM drawings
 WHERE drawing_id = :drawing_id

-- name: lock_drawing
-- Hold one drawing's row until the transaction ends; wait 5 s for another holder.
SELECT drawing_id, type, name, description, image_url, status, ticket_price_points, ticket_limit,
       alternates, distinct_by, audience, min_account_age_days, min_age_years, excluded_states_json,
       registered_states_json, sponsor_id, sponsor_commitment, opens_at, closes_at, draws_at,
       reveal_deadline_at, sequence_no, units_sold, entry_count, drawn_at, due_at, carried_from_id,
       revision, created_by_id, created_at, updated_at, template_id, tiers_json, min_ages_json, unclaimed_to,
       rules_version, rules_sha256
  FROM drawings
 WHERE drawing_id = :drawing_id
   FOR UPDATE WAIT 5

-- name: list_drawings
-- Drawings, the latest draw first; drafts only where they are asked for.
SELECT drawing_id, type, name, description, image_url, status, ticket_price_points, ticket_limit,
       alternates, distinct_by, audience, min_account_age_days, min_age_years, excluded_states_json,
       registered_states_json, sponsor_id, sponsor_commitment, opens_at, closes_at, draws_at,
       reveal_deadline_at, sequence_no, units_sold, entry_count, drawn_at, due_at, carried_from_id,
       revision, created_by_id, created_at, updated_at, template_id, tiers_json, min_ages_json, unclaimed_to,
       rules_version, rules_sha256
  FROM drawings
 WHERE (:status IS NULL OR status = :status)
   AND (:type IS NULL OR type = :type)
   AND (:with_drafts = 1 OR sequence_no IS NOT NULL OR carried_from_id IS NOT NULL)
   AND draws_at <= :before_at
   AND (draws_at < :before_at OR (draws_at = :before_at AND drawing_id < :before_id))
 ORDER BY draws_at DESC, drawing_id DESC
 FETCH FIRST :row_limit ROWS ONLY

-- name: update_draft
-- Edit a draft.
UPDATE drawings
   SET type = :type,
       name = :name,
       description = :description,
       image_url = :image_url,
       ticket_price_points = :ticket_price_points,
       ticket_limit = :ticket_limit,
       alternates = :alternates,
       distinct_by = :distinct_by,
       audience = :audience,
       min_account_age_days = :min_account_age_days,
       min_age_years = :min_age_years,
       excluded_states_json = :excluded_states_json,
       registered_states_json = :registered_states_json,
       tiers_json = :tiers_json,
       min_ages_json = :min_ages_json,
       unclaimed_to = :unclaimed_to,
       rules_version = :rules_version,
       sponsor_id = :sponsor_id,
       sponsor_commitment = :sponsor_commitment,
       opens_at = :opens_at,
       closes_at = :closes_at,
       draws_at = :draws_at,
       revision = revision + 1,
       updated_at = :updated_at
 WHERE drawing_id = :drawing_id
   AND status = 'draft'
   AND revision = :revision

-- name: update_appearance
-- Change what a scheduled drawing may still change.
UPDATE drawings
   SET description = :description,
       image_url = :image_url,
       revision = revision + 1,
       updated_at = :updated_at
 WHERE drawing_id = :drawing_id
   AND revision = :revision

-- name: delete_drawing
-- Forget a draft.
DELETE FROM drawings
 WHERE drawing_id = :drawing_id
   AND status = 'draft'

-- name: update_scheduled
-- Freeze a draft under its sequence number.
UPDATE drawings
   SET status = 'scheduled',
       sequence_no = :sequence_no,
       reveal_deadline_at = :reveal_deadline_at,
       rules_version = :rules_version,
       rules_sha256 = :rules_sha256,
       due_at = :due_at,
       revision = revision + 1,
       updated_at = :updated_at
 WHERE drawing_id = :drawing_id
   AND status = 'draft'

-- name: update_status
-- Take one step of the life of a drawing, if it still stands where the step begins.
UPDATE drawings
   SET status = :status,
       due_at = :due_at,
       revision = revision + 1,
       updated_at = :updated_at
 WHERE drawing_id = :drawing_id
   AND status = :from_status

-- name: update_due_at
-- Say when a drawing next needs the scheduler.
UPDATE drawings
   SET due_at = :due_at
 WHERE drawing_id = :drawing_id

-- name: update_reveal_deadline
-- Say by when the values of a drawing must be revealed.
UPDATE drawings
   SET reveal_deadline_at = :reveal_deadline_at
 WHERE drawing_id = :drawing_id

-- name: update_drawn_at
-- Fix the time of the draw before anything is computed; the first time counts.
UPDATE drawings
   SET drawn_at = :drawn_at,
       revision = revision + 1
 WHERE drawing_id = :drawing_id
   AND status = 'closed'
   AND drawn_at IS NULL

-- name: list_due_drawings
-- What needs the scheduler, the oldest first.
SELECT drawing_id
  FROM drawings
 WHERE due_at <= :now_at
 ORDER BY due_at NULLS LAST, drawing_id
 FETCH FIRST :row_limit ROWS ONLY

-- name: insert_prize
-- A prize of a drawing.
INSERT INTO prizes (prize_id, drawing_id, rank_no, name, description, value_cents, quantity, kind, sponsor_id, image_url,
                    inventory_prize_id)
VALUES (:prize_id, :drawing_id, :rank_no, :name, :description, :value_cents, :quantity, :kind, :sponsor_id, :image_url,
        :inventory_prize_id)

-- name: list_prizes
-- The prizes of a drawing in the order in which they are drawn.
SELECT prize_id, drawing_id, rank_no, name, description, value_cents, quantity, kind, sponsor_id, image_url,
       inventory_prize_id
  FROM prizes
 WHERE drawing_id = :drawing_id
 ORDER BY rank_no

-- name: list_prizes_of_page
-- The prizes of the drawings whose draws lie between the first and the last on a page of the list.
SELECT p.prize_id, p.drawing_id, p.rank_no, p.name, p.description, p.value_cents, p.quantity, p.kind,
       p.sponsor_id, p.image_url, p.inventory_prize_id
  FROM prizes p
 WHERE p.drawing_id IN (SELECT d.drawing_id
                          FROM drawings d
                         WHERE d.draws_at BETWEEN :first_draw_at AND :last_draw_at
                           AND (:status IS NULL OR d.status = :status)
                           AND (:type IS NULL OR d.type = :type))
 ORDER BY p.drawing_id, p.rank_no

-- name: delete_prizes
-- Forget the prizes of a draft.
DELETE FROM prizes
 WHERE drawing_id = :drawing_id

-- name: insert_source
-- A source as the terms name it.
INSERT INTO drawing_sources (drawing_id, source_id, position, kind, custody, sponsor_id, commitment, sealed_bytes)
VALUES (:drawing_id, :source_id, :position, :kind, :custody, :sponsor_id, :commitment, :sealed_bytes)

-- name: list_sources
-- The sources of a drawing, in order, without their values.
SELECT drawing_id, source_id, position, kind, custody, sponsor_id, commitment
  FROM drawing_sources
 WHERE drawing_id = :drawing_id
 ORDER BY position

-- name: get_sealed_value
-- The one statement that touches a kept value; its reading is logged before.
SELECT sealed_bytes
  FROM drawing_sources
 WHERE drawing_id = :drawing_id
   AND source_id = :source_id

-- name: record_event
-- Add to the public history of a drawing that is held.
INSERT INTO drawing_history (drawing_id, event_no, action, actor_role, actor_id, details_json, happened_at)
SELECT :drawing_id, NVL(MAX(event_no), 0) + 1, :action, :actor_role, :actor_id, :details_json, :happened_at
  FROM drawing_history
 WHERE drawing_id = :drawing_id

-- name: list_events
-- A drawing's history, oldest first, without who it was.
SELECT event_no, action, actor_role, details_json, happened_at
  FROM drawing_history
 WHERE drawing_id = :drawing_id
   AND event_no > :after_no
 ORDER BY event_no
 FETCH FIRST :row_limit ROWS ONLY

-- name: list_prize_events
-- What became of a drawing's prizes, as its history tells it, oldest first.
SELECT event_no, action, actor_role, details_json, happened_at
  FROM drawing_history
 WHERE drawing_id = :drawing_id
   AND action IN ('prize_forfeited', 'prize_passed_on', 'prize_returned')
 ORDER BY event_no
 FETCH FIRST :row_limit ROWS ONLY

-- name: find_other_asker
-- Another account that is on record for the same action.
SELECT MIN(actor_id) AS actor_id
  FROM drawing_history
 WHERE drawing_id = :drawing_id
   AND action = :action
   AND actor_id <> :actor_id
