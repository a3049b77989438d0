-- What a series of drawings is made from. terms_json holds the fields of a draft as the API takes
-- them, but for type, sponsor and times; sale_days is NULL where sales begin with the draw before.
CREATE TABLE drawing_templates (
    template_id           VARCHAR2(36 CHAR)            NOT NULL,
    type                  VARCHAR2(10 CHAR)            NOT NULL,
    is_paused             NUMBER(1)                    NOT NULL,
    sale_days             NUMBER(3),
    made_ahead_days       NUMBER(3)                    NOT NULL,
    close_lead_s          NUMBER(6)                    NOT NULL,
    is_commitment_needed  NUMBER(1)                    NOT NULL,
    sponsor_id            VARCHAR2(36 CHAR),
    terms_json            JSON                         NOT NULL,
    revision              NUMBER(9)                    NOT NULL,
    created_by_id         VARCHAR2(36 CHAR)            NOT NULL,
    created_at            TIMESTAMP(6) WITH TIME ZONE  NOT NULL,
    updated_at            TIMESTAMP(6) WITH TIME ZONE  NOT NULL,
    deleted_at            TIMESTAMP(6) WITH TIME ZONE,
    CONSTRAINT drawing_templates_pk PRIMARY KEY (template_id),
    CONSTRAINT drawing_templates_sponsor_fk FOREIGN KEY (sponsor_id) REFERENCES sponsors (sponsor_id),
    CONSTRAINT drawing_templates_type_ck CHECK (type IN ('daily', 'weekly', 'monthly', 'annual')),
    CONSTRAINT drawing_templates_paused_ck CHECK (is_paused IN (0, 1)),
    CONSTRAINT drawing_templates_needs_ck CHECK (is_commitment_needed IN (0, 1)),
    CONSTRAINT drawing_templates_sale_ck CHECK (sale_days BETWEEN 1 AND 366),
    CONSTRAINT drawing_templates_ahead_ck CHECK (made_ahead_days BETWEEN 1 AND 366),
    CONSTRAINT drawing_templates_lead_ck CHECK (close_lead_s BETWEEN 0 AND 86400)
)
/
-- Serves the foreign key of sponsors.
CREATE INDEX drawing_templates_sponsor_ix ON drawing_templates (sponsor_id)
/
-- The drawing that a template brought for a day, once; without drawing_id the draft was deleted.
-- refusal_code is why its terms were not signed yet, is_by_hand that an admin has taken it over.
CREATE TABLE template_drawings (
    template_id   VARCHAR2(36 CHAR)            NOT NULL,
    draw_on       DATE                         NOT NULL,
    drawing_id    VARCHAR2(36 CHAR),
    refusal_code  VARCHAR2(64 CHAR),
    is_by_hand    NUMBER(1)                    NOT NULL,
    made_at       TIMESTAMP(6) WITH TIME ZONE  NOT NULL,
    CONSTRAINT template_drawings_pk PRIMARY KEY (template_id, draw_on),
    CONSTRAINT template_drawings_template_fk FOREIGN KEY (template_id) REFERENCES drawing_templates (template_id),
    CONSTRAINT template_drawings_drawing_fk FOREIGN KEY (drawing_id) REFERENCES drawings (drawing_id),
    CONSTRAINT template_drawings_by_hand_ck CHECK (is_by_hand IN (0, 1))
)
/
-- Serves the foreign key of drawings, and the look from a drawing at what made it.
CREATE INDEX template_drawings_drawing_ix ON template_drawings (drawing_id)
/
-- What else a drawing says: the template that it was made from, the tiers that may enter (NULL: all),
-- the least ages of some states, who gets an unclaimed prize, and the official rules in force.
ALTER TABLE drawings ADD (
    template_id    VARCHAR2(36 CHAR)
        CONSTRAINT drawings_template_fk REFERENCES drawing_templates (template_id),
    tiers_json     JSON,
    min_ages_json  JSON,
    unclaimed_to   VARCHAR2(9 CHAR)  DEFAULT 'alternate'  NOT NULL
        CONSTRAINT drawings_unclaimed_ck CHECK (unclaimed_to IN ('alternate', 'sponsor')),
    rules_version  VARCHAR2(20 CHAR),
    rules_sha256   VARCHAR2(64 CHAR)
)
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
-- Signed terms stay as they were signed. (LOB and JSON columns can't be named here.)
CREATE TRIGGER drawings_keep_rules BEFORE UPDATE OF template_id, unclaimed_to, rules_version, rules_sha256 ON drawings
  FOR EACH ROW WHEN (OLD.sequence_no IS NOT NULL)
BEGIN
    RAISE_APPLICATION_ERROR(-20001, 'a scheduled drawing is append-only');
END;
/
