-- The figures of an activity that depend on its samples and sport alone, by the version that
-- computed them. `hr_times_json` is the lowest heart rate (bpm), then the milliseconds at it and at
-- each next one.
CREATE TABLE activity_metrics (
    activity_id          VARCHAR2(36 CHAR)  NOT NULL,
    metrics_version      NUMBER(6)          NOT NULL,
    hr_times_json        JSON               NOT NULL,
    powered_ms           NUMBER(12),
    normalised_power_mw  NUMBER(10),
    best_20min_w         NUMBER(6),
    metrics_json         JSON               NOT NULL,
    CONSTRAINT activity_metrics_pk PRIMARY KEY (activity_id),
    CONSTRAINT activity_metrics_activity_fk FOREIGN KEY (activity_id)
        REFERENCES activities (activity_id)
)
/
-- Best efforts of an activity; `figure` is milliseconds, or watts below zero: the lower, the better.
CREATE TABLE activity_efforts (
    activity_id  VARCHAR2(36 CHAR)  NOT NULL,
    effort_code  VARCHAR2(20 CHAR)  NOT NULL,
    figure       NUMBER(16)         NOT NULL,
    from_ms      NUMBER(16)         NOT NULL,
    CONSTRAINT activity_efforts_pk PRIMARY KEY (activity_id, effort_code),
    CONSTRAINT activity_efforts_activity_fk FOREIGN KEY (activity_id)
        REFERENCES activities (activity_id)
)
/
