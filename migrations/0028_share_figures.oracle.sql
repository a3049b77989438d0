-- What others see of an activity where something is cut out for them, so that lists need not cut
-- anew. `hiding_key` is a hash of all that decided the cut: under another one it is none.
CREATE TABLE shared_figures (
    activity_id   VARCHAR2(36 CHAR)  NOT NULL,
    hiding_key    VARCHAR2(64 CHAR)  NOT NULL,
    figures_json  JSON               NOT NULL,
    CONSTRAINT shared_figures_pk PRIMARY KEY (activity_id),
    CONSTRAINT shared_figures_samples_fk FOREIGN KEY (activity_id)
        REFERENCES activity_samples (activity_id) ON DELETE CASCADE
)
/
