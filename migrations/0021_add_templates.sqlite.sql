-- What a series of drawings is made from. terms_json holds the fields of a draft as the API takes
-- them, but for type, sponsor and times; sale_days is NULL where sales begin with the draw before.
CREATE TABLE drawing_templates (
    template_id           TEXT     NOT NULL CHECK (length(template_id) <= 36),
    type                  TEXT     NOT NULL CHECK (length(type) <= 10),
    is_paused             INTEGER  NOT NULL,
    sale_days             INTEGER,
    made_ahead_days       INTEGER  NOT NULL,
    close_lead_s          INTEGER  NOT NULL,
    is_commitment_needed  INTEGER  NOT NULL,
    sponsor_id            TEXT     CHECK (length(sponsor_id) <= 36),
    terms_json            TEXT     NOT NULL CHECK (json_valid(terms_json)),
    revision              INTEGER  NOT NULL,
    created_by_id         TEXT     NOT NULL CHECK (length(created_by_id) <= 36),
    created_at            TEXT     NOT NULL,
    updated_at            TEXT     NOT NULL,
    deleted_at            TEXT,
    CONSTRAINT drawing_templates_pk PRIMARY KEY (template_id),
    CONSTRAINT drawing_templates_sponsor_fk FOREIGN KEY (sponsor_id) REFERENCES sponsors (sponsor_id),
    CONSTRAINT drawing_templates_type_ck CHECK (type IN ('daily', 'weekly', 'monthly', 'annual')),
    CONSTRAINT drawing_templates_paused_ck CHECK (is_paused IN (0, 1)),
    CONSTRAINT drawing_templates_needs_ck CHECK (is_commitment_needed IN (0, 1)),
    CONSTRAINT drawing_templates_sale_ck CHECK (sale_days BETWEEN 1 AND 366),
    CONSTRAINT drawing_templates_ahead_ck CHECK (made_ahead_days BETWEEN 1 AND 366),
    CONSTRAINT drawing_templates_lead_ck CHECK (close_lead_s BETWEEN 0 AND 86400)
) STRICT
/
-- Serves the foreign key of sponsors.
CREATE INDEX drawing_templates_sponsor_ix ON drawing_templates (sponsor_id)
/
-- The drawing that a template brought for a day, once; without drawing_id the draft was deleted.
-- refusal_code is why its terms were not signed yet, is_by_hand that an admin has taken it over.
CREATE TABLE template_drawings (
    template_id   TEXT     NOT NULL CHECK (length(template_id) <= 36),
    draw_on       TEXT     NOT NULL,
    drawing_id    TEXT     CHECK (length(drawing_id) <= 36),
    refusal_code  TEXT     CHECK (length(refusal_code) <= 64),
    is_by_hand    INTEGER  NOT NULL,
    made_at       TEXT     NOT NULL,
    CONSTRAINT template_drawings_pk PRIMARY KEY (template_id, draw_on),
    CONSTRAINT template_drawings_template_fk FOREIGN KEY (template_id) REFERENCES drawing_templates (template_id),
    CONSTRAINT template_drawings_drawing_fk FOREIGN KEY (drawing_id) REFERENCES drawings (drawing_id),
    CONSTRAINT template_drawings_by_hand_ck CHECK (is_by_hand IN (0, 1))
) STRICT
/
-- Serves the foreign key of drawings, and the look from a drawing at what made it.
CREATE INDEX template_drawings_drawing_ix ON template_drawings (drawing_id)
/
-- What else a drawing says: the template that it was made from, the tiers that may enter (NULL: all),
-- the least ages of some states, who gets an unclaimed prize, and the official rules in force.
ALTER TABLE drawings ADD COLUMN template_id TEXT CHECK (length(template_id) <= 36)
    CONSTRAINT drawings_template_fk REFERENCES drawing_templates (template_id)
/
ALTER TABLE drawings ADD COLUMN tiers_json TEXT CHECK (tiers_json IS NULL OR json_valid(tiers_json))
/
ALTER TABLE drawings ADD COLUMN min_ages_json TEXT CHECK (min_ages_json IS NULL OR json_valid(min_ages_json))
/
ALTER TABLE drawings ADD COLUMN unclaimed_to TEXT DEFAULT 'alternate' NOT NULL CHECK (length(unclaimed_to) <= 9)
    CONSTRAINT drawings_unclaimed_ck CHECK (unclaimed_to IN ('alternate', 'sponsor'))
/
ALTER TABLE drawings ADD COLUMN rules_version TEXT CHECK (length(rules_version) <= 20)
/
ALTER TABLE drawings ADD COLUMN rules_sha256 TEXT CHECK (length(rules_sha256) <= 64)
/
-- Serves the foreign key of templates.
CREATE INDEX drawings_template_ix ON drawings (template_id)
/
-- Until now the ages stood in the application.
UPDATE drawings
   SET min_ages_json = '{"AL": 19, "MS": 21, "NE": 19}'
/
UPDATE drawings
   SET rules_version = '2026-11',
       rules_sha256 = (SELECT d.body_hash
                         FROM drawing_documents d
                        WHERE d.drawing_id = drawings.drawing_id
                          AND d.kind = 'rules')
 WHERE sequence_no IS NOT NULL
/
-- Signed terms stay as they were signed.
CREATE TRIGGER drawings_keep_rules BEFORE UPDATE OF template_id, tiers_json, min_ages_json, unclaimed_to, rules_version,
    rules_sha256 ON drawings
  WHEN OLD.sequence_no IS NOT NULL
BEGIN
    SELECT RAISE(ABORT, 'a scheduled drawing is append-only');
END
/
