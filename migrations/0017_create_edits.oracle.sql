-- What members type in and change. `revision` counts an activity's versions, `intensity` is the
-- member's own word, `search_text` is name and notes in small letters, for the search alone.
ALTER TABLE activities ADD (
    revision     NUMBER(9)           DEFAULT 1  NOT NULL,
    intensity    VARCHAR2(10 CHAR)
        CONSTRAINT activities_intensity_ck CHECK (intensity IN ('light', 'moderate', 'vigorous')),
    search_text  CLOB
)
/
UPDATE activities
   SET search_text = LOWER(NVL(name, ' ') || ' ' || NVL(notes_text, ' '))
 WHERE name IS NOT NULL
    OR notes_text IS NOT NULL
/
-- Each change that a member made of an activity: {field: [before, after]}.
CREATE TABLE activity_edits (
    activity_id   VARCHAR2(36 CHAR)            NOT NULL,
    revision      NUMBER(9)                    NOT NULL,
    edited_at     TIMESTAMP(6) WITH TIME ZONE  NOT NULL,
    changes_json  JSON                         NOT NULL,
    CONSTRAINT activity_edits_pk PRIMARY KEY (activity_id, revision),
    CONSTRAINT activity_edits_activity_fk FOREIGN KEY (activity_id)
        REFERENCES activities (activity_id)
)
/
