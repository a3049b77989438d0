-- The figures of an activity that depend on its samples and sport alone, by the version that
-- computed them. `hr_times_json` is the lowest heart rate (bpm), then the milliseconds at it and at
-- each next one.
CREATE TABLE activity_metrics (
    activity_id          TEXT     NOT NULL CHECK (length(activity_id) <= 36),
    metrics_version      INTEGER  NOT NULL,
    hr_times_json        TEXT     NOT NULL CHECK (json_valid(hr_times_json)),
    powered_ms           INTEGER,
    normalised_power_mw  INTEGER,
    best_20min_w         INTEGER,
    metrics_json         TEXT     NOT NULL CHECK (json_valid(metrics_json)),
    CONSTRAINT activity_metrics_pk PRIMARY KEY (activity_id),
    CONSTRAINT activity_metrics_activity_fk FOREIGN KEY (activity_id)
        REFERENCES activities (activity_id)
) STRICT
/
-- Best efforts of an activity; `figure` is milliseconds, or watts below zero: the lower, the better.
CREATE TABLE activity_efforts (
    activity_id  TEXT     NOT NULL CHECK (length(activity_id) <= 36),
    effort_code  TEXT     NOT NULL CHECK (length(effort_code) <= 20),
    figure       INTEGER  NOT NULL,
    from_ms      INTEGER  NOT NULL,
    CONSTRAINT activity_efforts_pk PRIMARY KEY (activity_id, effort_code),
    CONSTRAINT activity_efforts_activity_fk FOREIGN KEY (activity_id)
        REFERENCES activities (activity_id)
) STRICT
/
