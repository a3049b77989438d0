-- name: insert_template
-- A new template.
INSERT INTO drawing_templates
       (template_id, type, is_paused, sale_days, made_ahead_days, close_lead_s, is_commitment_needed, sponsor_id,
        terms_json, revision, created_by_id, created_at, updated_at, deleted_at)
VALUES (:template_id, :type, :is_paused, :sale_days, :made_ahead_days, :close_lead_s, :is_commitment_needed, :sponsor_id,
        :terms_json, :revision, :created_by_id, :created_at, :updated_at, :deleted_at)

-- name: get_template
-- One template.
SELECT template_id, type, is_paused, sale_days, made_ahead_days, close_lead_s, is_commitment_needed, sponsor_id,
       terms_json, revision, created_by_id, created_at, updated_at, deleted_at
  FROM drawing_templates
 WHERE template_id = :template_id
   AND deleted_at IS NULL

-- name: lock_template
-- Hold one template until the transaction ends; wait 5 s for another holder.
SELECT template_id, type, is_paused, sale_days, made_ahead_days, close_lead_s, is_commitment_needed, sponsor_id,
       terms_json, revision, created_by_id, created_at, updated_at, deleted_at
  FROM drawing_templates
 WHERE template_id = :template_id
   AND deleted_at IS NULL
   FOR UPDATE WAIT 5

-- name: list_templates
-- Templates, newest first.
SELECT template_id, type, is_paused, sale_days, made_ahead_days, close_lead_s, is_commitment_needed, sponsor_id,
       terms_json, revision, created_by_id, created_at, updated_at, deleted_at
  FROM drawing_templates
 WHERE deleted_at IS NULL
   AND (:type IS NULL OR type = :type)
   AND (:before_id IS NULL OR template_id < :before_id)
 ORDER BY template_id DESC
 FETCH FIRST :row_limit ROWS ONLY

-- name: list_running_templates
-- All from which drawings are made.
SELECT template_id, type, is_paused, sale_days, made_ahead_days, close_lead_s, is_commitment_needed, sponsor_id,
       terms_json, revision, created_by_id, created_at, updated_at, deleted_at
  FROM drawing_templates
 WHERE deleted_at IS NULL
   AND is_paused = 0
 ORDER BY template_id

-- name: update_template
-- Edit, pause or delete a template that is held.
UPDATE drawing_templates
   SET type = :type,
       is_paused = :is_paused,
       sale_days = :sale_days,
       made_ahead_days = :made_ahead_days,
       close_lead_s = :close_lead_s,
       is_commitment_needed = :is_commitment_needed,
       sponsor_id = :sponsor_id,
       terms_json = :terms_json,
       revision = revision + 1,
       updated_at = :updated_at,
       deleted_at = :deleted_at
 WHERE template_id = :template_id

-- name: insert_made_drawing
-- Take a template's day; its drawing follows in the same transaction.
INSERT INTO template_drawings (template_id, draw_on, is_by_hand, made_at)
VALUES (:template_id, :draw_on, 0, :made_at)

-- name: update_made_drawing
-- The drawing of a day that was taken.
UPDATE template_drawings
   SET drawing_id = :drawing_id
 WHERE template_id = :template_id
   AND draw_on = :draw_on

-- name: list_made_days
-- The days for which a template has brought its drawing, from one on.
SELECT draw_on
  FROM template_drawings
 WHERE template_id = :template_id
   AND draw_on >= :first_on

-- name: list_made_drawings
-- What a template made and how it stands, the latest draw first.
SELECT m.template_id, m.draw_on, m.drawing_id, m.refusal_code, m.is_by_hand, m.made_at, d.status
  FROM template_drawings m
  LEFT JOIN drawings d ON d.drawing_id = m.drawing_id
 WHERE m.template_id = :template_id
   AND m.draw_on < :before_on
 ORDER BY m.draw_on DESC, m.template_id
 FETCH FIRST :row_limit ROWS ONLY

-- name: list_unsigned_drawings
-- Drafts that running templates brought, that nobody edited and that could still be held.
SELECT m.template_id, m.draw_on, m.drawing_id
  FROM drawings d
  JOIN template_drawings m ON m.drawing_id = d.drawing_id
  JOIN drawing_templates t ON t.template_id = m.template_id
 WHERE d.draws_at > :now_at
   AND d.status = 'draft'
   AND m.is_by_hand = 0
   AND t.is_paused = 0
   AND t.deleted_at IS NULL
 ORDER BY m.draw_on, m.template_id

-- name: find_made_drawing
-- A drawing as one that a template brought.
SELECT m.template_id, m.draw_on, m.drawing_id, m.refusal_code, m.is_by_hand, m.made_at, d.status
  FROM template_drawings m
  JOIN drawings d ON d.drawing_id = m.drawing_id
 WHERE m.drawing_id = :drawing_id

-- name: update_refusal
-- Why the terms of a draft are not signed, where it is another reason than before.
UPDATE template_drawings
   SET refusal_code = :refusal_code
 WHERE drawing_id = :drawing_id
   AND is_by_hand = 0
   AND (refusal_code IS NULL OR refusal_code <> :refusal_code)

-- name: erase_refusal
-- The terms are signed.
UPDATE template_drawings
   SET refusal_code = NULL
 WHERE drawing_id = :drawing_id

-- name: update_taken_over
-- An admin has edited the draft.
UPDATE template_drawings
   SET is_by_hand = 1
 WHERE drawing_id = :drawing_id

-- name: erase_made_drawing
-- The draft is deleted; its day stays taken.
UPDATE template_drawings
   SET drawing_id = NULL
 WHERE drawing_id = :drawing_id

-- name: list_told_admins
-- Who is told what a drawing lacks.
SELECT account_id
  FROM accounts
 WHERE role = 'admin'
   AND status = 'active'
 ORDER BY account_id
