-- What members type in and change. `revision` counts an activity's versions, `intensity` is the
-- member's own word, `search_text` is name and notes in small letters, for the search alone.
ALTER TABLE activities ADD COLUMN revision INTEGER DEFAULT 1 NOT NULL
/
ALTER TABLE activities ADD COLUMN intensity TEXT CHECK (length(intensity) <= 10)
    CONSTRAINT activities_intensity_ck CHECK (intensity IN ('light', 'moderate', 'vigorous'))
/
ALTER TABLE activities ADD COLUMN search_text TEXT
/
UPDATE activities
   SET search_text = LOWER(COALESCE(name, ' ') || ' ' || COALESCE(notes_text, ' '))
 WHERE name IS NOT NULL
    OR notes_text IS NOT NULL
/
-- Each change that a member made of an activity: {field: [before, after]}.
CREATE TABLE activity_edits (
    activity_id        TEXT     NOT NULL CHECK (length(activity_id) <= 36),
    revision           INTEGER  NOT NULL,
    edited_at          TEXT     NOT NULL,
    changes_json       TEXT     NOT NULL CHECK (json_valid(changes_json)),
    CONSTRAINT activity_edits_pk PRIMARY KEY (activity_id, revision),
    CONSTRAINT activity_edits_activity_fk FOREIGN KEY (activity_id)
        REFERENCES activities (activity_id)
) STRICT
/
