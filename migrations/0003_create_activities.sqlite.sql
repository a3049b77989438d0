-- The bytes a member brought in, once per member and content; gone with the last activity of them.
CREATE TABLE original_files (
    original_file_id   TEXT     NOT NULL CHECK (length(original_file_id) <= 36),
    account_id         TEXT     NOT NULL CHECK (length(account_id) <= 36),
    content_sha256     TEXT     NOT NULL CHECK (length(content_sha256) <= 64),
    file_name          TEXT     NOT NULL CHECK (length(file_name) <= 200),
    byte_count         INTEGER  NOT NULL,
    received_at        TEXT     NOT NULL,
    content_bytes      BLOB     NOT NULL,
    CONSTRAINT original_files_pk PRIMARY KEY (original_file_id),
    CONSTRAINT original_files_content_uq UNIQUE (account_id, content_sha256),
    CONSTRAINT original_files_account_fk FOREIGN KEY (account_id) REFERENCES accounts (account_id)
) STRICT
/
-- One row per activity, whatever it came from; `origin_key` names its place there, so that a job
-- that runs twice makes one of it.
CREATE TABLE activities (
    activity_id        TEXT     NOT NULL CHECK (length(activity_id) <= 36),
    account_id         TEXT     NOT NULL CHECK (length(account_id) <= 36),
    type               TEXT     NOT NULL CHECK (length(type) <= 20),
    sport              TEXT     NOT NULL CHECK (length(sport) <= 40),
    source_kind        TEXT     NOT NULL CHECK (length(source_kind) <= 20),
    origin_key         TEXT     NOT NULL CHECK (length(origin_key) <= 200),
    original_file_id   TEXT               CHECK (length(original_file_id) <= 36),
    file_format        TEXT               CHECK (length(file_format) <= 10),
    state              TEXT     NOT NULL CHECK (length(state) <= 10),
    reason_code        TEXT               CHECK (length(reason_code) <= 60),
    duplicate_of_id    TEXT               CHECK (length(duplicate_of_id) <= 36),
    started_at         TEXT     NOT NULL,
    ended_at           TEXT     NOT NULL,
    day_on             TEXT     NOT NULL,
    utc_offset_s       INTEGER,
    elapsed_s          INTEGER  NOT NULL,
    moving_s           INTEGER  NOT NULL,
    distance_cm        INTEGER,
    track_distance_cm  INTEGER,
    ascent_m           INTEGER,
    descent_m          INTEGER,
    calories_kcal      INTEGER,
    steps              INTEGER,
    avg_hr_bpm         INTEGER,
    max_hr_bpm         INTEGER,
    avg_cadence_rpm    INTEGER,
    max_cadence_rpm    INTEGER,
    avg_power_w        INTEGER,
    max_power_w        INTEGER,
    avg_speed_mmps     INTEGER,
    max_speed_mmps     INTEGER,
    name               TEXT               CHECK (length(name) <= 200),
    notes_text         TEXT,
    device             TEXT               CHECK (length(device) <= 200),
    warnings_json      TEXT     NOT NULL CHECK (json_valid(warnings_json)),
    lap_count          INTEGER  NOT NULL,
    sample_count       INTEGER  NOT NULL,
    position_count     INTEGER  NOT NULL,
    created_at         TEXT     NOT NULL,
    updated_at         TEXT     NOT NULL,
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
) STRICT
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
    activity_id        TEXT     NOT NULL CHECK (length(activity_id) <= 36),
    day_on             TEXT     NOT NULL,
    account_id         TEXT     NOT NULL CHECK (length(account_id) <= 36),
    minutes_json       TEXT     NOT NULL CHECK (json_valid(minutes_json)),
    CONSTRAINT activity_minutes_pk PRIMARY KEY (activity_id, day_on),
    CONSTRAINT activity_minutes_activity_fk FOREIGN KEY (activity_id)
        REFERENCES activities (activity_id)
) STRICT
/
-- Serves the points of a member's days.
CREATE INDEX activity_minutes_day_ix ON activity_minutes (account_id, day_on)
/
-- Laps as the device marked them, numbered from 1.
CREATE TABLE activity_laps (
    activity_id        TEXT     NOT NULL CHECK (length(activity_id) <= 36),
    lap_no             INTEGER  NOT NULL,
    started_at         TEXT     NOT NULL,
    elapsed_s          INTEGER  NOT NULL,
    distance_cm        INTEGER,
    CONSTRAINT activity_laps_pk PRIMARY KEY (activity_id, lap_no),
    CONSTRAINT activity_laps_activity_fk FOREIGN KEY (activity_id)
        REFERENCES activities (activity_id)
) STRICT
/
-- Every sample of an activity in one compressed block.
CREATE TABLE activity_samples (
    activity_id        TEXT     NOT NULL CHECK (length(activity_id) <= 36),
    block_bytes        BLOB     NOT NULL,
    CONSTRAINT activity_samples_pk PRIMARY KEY (activity_id),
    CONSTRAINT activity_samples_activity_fk FOREIGN KEY (activity_id)
        REFERENCES activities (activity_id)
) STRICT
/
-- One row per upload.
CREATE TABLE imports (
    import_id          TEXT     NOT NULL CHECK (length(import_id) <= 36),
    account_id         TEXT     NOT NULL CHECK (length(account_id) <= 36),
    file_count         INTEGER  NOT NULL,
    created_at         TEXT     NOT NULL,
    CONSTRAINT imports_pk PRIMARY KEY (import_id),
    CONSTRAINT imports_account_fk FOREIGN KEY (account_id) REFERENCES accounts (account_id)
) STRICT
/
-- Serves "my uploads, newest first".
CREATE INDEX imports_created_ix ON imports (account_id, created_at, import_id)
/
-- One row per file of an upload, and what became of it.
CREATE TABLE import_items (
    import_item_id     TEXT     NOT NULL CHECK (length(import_item_id) <= 36),
    import_id          TEXT     NOT NULL CHECK (length(import_id) <= 36),
    item_no            INTEGER  NOT NULL,
    file_name          TEXT     NOT NULL CHECK (length(file_name) <= 200),
    byte_count         INTEGER  NOT NULL,
    original_file_id   TEXT               CHECK (length(original_file_id) <= 36),
    state              TEXT     NOT NULL CHECK (length(state) <= 10),
    reason_code        TEXT               CHECK (length(reason_code) <= 60),
    reason             TEXT               CHECK (length(reason) <= 500),
    finished_at        TEXT,
    CONSTRAINT import_items_pk PRIMARY KEY (import_item_id),
    CONSTRAINT import_items_no_uq UNIQUE (import_id, item_no),
    CONSTRAINT import_items_import_fk FOREIGN KEY (import_id) REFERENCES imports (import_id),
    CONSTRAINT import_items_original_file_fk FOREIGN KEY (original_file_id)
        REFERENCES original_files (original_file_id) ON DELETE SET NULL,
    CONSTRAINT import_items_state_ck
        CHECK (state IN ('pending', 'created', 'duplicate', 'refused'))
) STRICT
/
-- Serves "which uploads brought this file", and the foreign key.
CREATE INDEX import_items_original_file_ix ON import_items (original_file_id)
/
