-- The bytes a member brought in, once per member and content; gone with the last activity of them.
CREATE TABLE original_files (
    original_file_id  VARCHAR2(36 CHAR)            NOT NULL,
    account_id        VARCHAR2(36 CHAR)            NOT NULL,
    content_sha256    VARCHAR2(64 CHAR)            NOT NULL,
    file_name         VARCHAR2(200 CHAR)           NOT NULL,
    byte_count        NUMBER(10)                   NOT NULL,
    received_at       TIMESTAMP(6) WITH TIME ZONE  NOT NULL,
    content_bytes     BLOB                         NOT NULL,
    CONSTRAINT original_files_pk PRIMARY KEY (original_file_id),
    CONSTRAINT original_files_content_uq UNIQUE (account_id, content_sha256),
    CONSTRAINT original_files_account_fk FOREIGN KEY (account_id) REFERENCES accounts (account_id)
)
/
-- One row per activity, whatever it came from; `origin_key` names its place there, so that a job
-- that runs twice makes one of it.
CREATE TABLE activities (
    activity_id        VARCHAR2(36 CHAR)            NOT NULL,
    account_id         VARCHAR2(36 CHAR)            NOT NULL,
    type               VARCHAR2(20 CHAR)            NOT NULL,
    sport              VARCHAR2(40 CHAR)            NOT NULL,
    source_kind        VARCHAR2(20 CHAR)            NOT NULL,
    origin_key         VARCHAR2(200 CHAR)           NOT NULL,
    original_file_id   VARCHAR2(36 CHAR),
    file_format        VARCHAR2(10 CHAR),
    state              VARCHAR2(10 CHAR)            NOT NULL,
    reason_code        VARCHAR2(60 CHAR),
    duplicate_of_id    VARCHAR2(36 CHAR),
    started_at         TIMESTAMP(6) WITH TIME ZONE  NOT NULL,
    ended_at           TIMESTAMP(6) WITH TIME ZONE  NOT NULL,
    day_on             DATE                         NOT NULL,
    utc_offset_s       NUMBER(6),
    elapsed_s          NUMBER(10)                   NOT NULL,
    moving_s           NUMBER(10)                   NOT NULL,
    distance_cm        NUMBER(12),
    track_distance_cm  NUMBER(12),
    ascent_m           NUMBER(10),
    descent_m          NUMBER(10),
    calories_kcal      NUMBER(10),
    steps              NUMBER(10),
    avg_hr_bpm         NUMBER(4),
    max_hr_bpm         NUMBER(4),
    avg_cadence_rpm    NUMBER(4),
    max_cadence_rpm    NUMBER(4),
    avg_power_w        NUMBER(6),
    max_power_w        NUMBER(6),
    avg_speed_mmps     NUMBER(10),
    max_speed_mmps     NUMBER(10),
    name               VARCHAR2(200 CHAR),
    notes_text         CLOB,
    device             VARCHAR2(200 CHAR),
    warnings_json      JSON                         NOT NULL,
    lap_count          NUMBER(6)                    NOT NULL,
    sample_count       NUMBER(7)                    NOT NULL,
    position_count     NUMBER(7)                    NOT NULL,
    created_at         TIMESTAMP(6) WITH TIME ZONE  NOT NULL,
    updated_at         TIMESTAMP(6) WITH TIME ZONE  NOT NULL,
    CONSTRAINT activities_pk PRIMARY KEY (activity_id),
    CONSTRAINT activities_origin_uq UNIQUE (account_id, origin_key),
    CONSTRAINT activities_account_fk FOREIGN KEY (account_id) REFERENCES accounts (account_id),
    CONSTRAINT activities_original_file_fk FOREIGN KEY (original_file_id)
        REFERENCES original_files (original_file_id),
    CONSTRAINT activities_duplicate_of_fk FOREIGN KEY (duplicate_of_id)
        REFERENCES activities (activity_id),
    CONSTRAINT activities_type_ck CHECK (type IN ('workout', 'steps', 'active_minutes')),
    CONSTRAINT activities_source_kind_ck
        CHECK (source_kind IN ('file', 'manual', 'connection', 'seed')),
    CONSTRAINT activities_state_ck CHECK (state IN ('accepted', 'held', 'rejected', 'deleted')),
    CONSTRAINT activities_ended_at_ck CHECK (ended_at >= started_at)
)
/
-- Serves "my activities, newest first".
CREATE INDEX activities_started_ix ON activities (account_id, started_at, activity_id)
/
-- Serves the points of a day, and sums over days.
CREATE INDEX activities_day_ix ON activities (account_id, day_on)
/
-- Serves "what came of this file", and the foreign key.
CREATE INDEX activities_original_file_ix ON activities (original_file_id)
/
-- Serves "which records does this one replace", and the foreign key.
CREATE INDEX activities_duplicate_of_ix ON activities (duplicate_of_id)
/
-- The active minutes of an activity, cut at the end of the points day:
-- [[epoch minute, heart rate or null, intensity by speed 1 to 3], ...].
CREATE TABLE activity_minutes (
    activity_id   VARCHAR2(36 CHAR)  NOT NULL,
    day_on        DATE               NOT NULL,
    account_id    VARCHAR2(36 CHAR)  NOT NULL,
    minutes_json  JSON               NOT NULL,
    CONSTRAINT activity_minutes_pk PRIMARY KEY (activity_id, day_on),
    CONSTRAINT activity_minutes_activity_fk FOREIGN KEY (activity_id)
        REFERENCES activities (activity_id)
)
/
-- Serves the points of a member's days.
CREATE INDEX activity_minutes_day_ix ON activity_minutes (account_id, day_on)
/
-- Laps as the device marked them, numbered from 1.
CREATE TABLE activity_laps (
    activity_id  VARCHAR2(36 CHAR)            NOT NULL,
    lap_no       NUMBER(6)                    NOT NULL,
    started_at   TIMESTAMP(6) WITH TIME ZONE  NOT NULL,
    elapsed_s    NUMBER(10)                   NOT NULL,
    distance_cm  NUMBER(12),
    CONSTRAINT activity_laps_pk PRIMARY KEY (activity_id, lap_no),
    CONSTRAINT activity_laps_activity_fk FOREIGN KEY (activity_id)
        REFERENCES activities (activity_id)
)
/
-- Every sample of an activity in one compressed block.
CREATE TABLE activity_samples (
    activity_id  VARCHAR2(36 CHAR)  NOT NULL,
    block_bytes  BLOB               NOT NULL,
    CONSTRAINT activity_samples_pk PRIMARY KEY (activity_id),
    CONSTRAINT activity_samples_activity_fk FOREIGN KEY (activity_id)
        REFERENCES activities (activity_id)
)
/
-- One row per upload.
CREATE TABLE imports (
    import_id   VARCHAR2(36 CHAR)            NOT NULL,
    account_id  VARCHAR2(36 CHAR)            NOT NULL,
    file_count  NUMBER(6)                    NOT NULL,
    created_at  TIMESTAMP(6) WITH TIME ZONE  NOT NULL,
    CONSTRAINT imports_pk PRIMARY KEY (import_id),
    CONSTRAINT imports_account_fk FOREIGN KEY (account_id) REFERENCES accounts (account_id)
)
/
-- Serves "my uploads, newest first".
CREATE INDEX imports_created_ix ON imports (account_id, created_at, import_id)
/
-- One row per file of an upload, and what became of it.
CREATE TABLE import_items (
    import_item_id    VARCHAR2(36 CHAR)   NOT NULL,
    import_id         VARCHAR2(36 CHAR)   NOT NULL,
    item_no           NUMBER(6)           NOT NULL,
    file_name         VARCHAR2(200 CHAR)  NOT NULL,
    byte_count        NUMBER(12)          NOT NULL,
    original_file_id  VARCHAR2(36 CHAR),
    state             VARCHAR2(10 CHAR)   NOT NULL,
    reason_code       VARCHAR2(60 CHAR),
    reason            VARCHAR2(500 CHAR),
    finished_at       TIMESTAMP(6) WITH TIME ZONE,
    CONSTRAINT import_items_pk PRIMARY KEY (import_item_id),
    CONSTRAINT import_items_no_uq UNIQUE (import_id, item_no),
    CONSTRAINT import_items_import_fk FOREIGN KEY (import_id) REFERENCES imports (import_id),
    CONSTRAINT import_items_original_file_fk FOREIGN KEY (original_file_id)
        REFERENCES original_files (original_file_id) ON DELETE SET NULL,
    CONSTRAINT import_items_state_ck
        CHECK (state IN ('pending', 'created', 'duplicate', 'refused'))
)
/
-- Serves "which uploads brought this file", and the foreign key.
CREATE INDEX import_items_original_file_ix ON import_items (original_file_id)
/
