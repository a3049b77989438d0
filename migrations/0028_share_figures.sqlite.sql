-- What others see of an activity where something is cut out for them, so that lists need not cut
-- anew. `hiding_key` is a hash of all that decided the cut: under another one it is none.
CREATE TABLE shared_figures (
    activity_id   TEXT  NOT NULL CHECK (length(activity_id) <= 36),
    hiding_key    TEXT  NOT NULL CHECK (length(hiding_key) <= 64),
    figures_json  TEXT  NOT NULL CHECK (json_valid(figures_json)),
    CONSTRAINT shared_figures_pk PRIMARY KEY (activity_id),
    CONSTRAINT shared_figures_samples_fk FOREIGN KEY (activity_id)
        REFERENCES activity_samples (activity_id) ON DELETE CASCADE
) STRICT
/
