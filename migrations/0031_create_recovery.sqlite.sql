-- Nights and naps as trackers have them, in whole numbers; `day_on` is the day of waking.
CREATE TABLE sleeps (
    sleep_id             TEXT     NOT NULL CHECK (length(sleep_id) <= 36),
    account_id           TEXT     NOT NULL CHECK (length(account_id) <= 36),
    connection_id        TEXT     NOT NULL CHECK (length(connection_id) <= 36),
    provider             TEXT     NOT NULL CHECK (length(provider) <= 20),
    external_id          TEXT     NOT NULL CHECK (length(external_id) <= 200),
    state                TEXT     NOT NULL CHECK (length(state) <= 10),
    is_nap               INTEGER  NOT NULL,
    started_at           TEXT     NOT NULL,
    ended_at             TEXT     NOT NULL,
    day_on               TEXT     NOT NULL,
    utc_offset_s         INTEGER,
    asleep_s             INTEGER,
    awake_s              INTEGER,
    light_s              INTEGER,
    deep_s               INTEGER,
    rem_s                INTEGER,
    efficiency_permille  INTEGER,
    score_permille       INTEGER,
    avg_hr_bpm           INTEGER,
    lowest_hr_bpm        INTEGER,
    hrv_rmssd_us         INTEGER,
    breaths_per_hour     INTEGER,
    device               TEXT              CHECK (length(device) <= 100),
    changed_at           TEXT     NOT NULL,
    CONSTRAINT sleeps_pk PRIMARY KEY (sleep_id),
    CONSTRAINT sleeps_account_fk FOREIGN KEY (account_id) REFERENCES accounts (account_id),
    CONSTRAINT sleeps_external_uq UNIQUE (connection_id, external_id),
    CONSTRAINT sleeps_state_ck CHECK (state IN ('scored', 'pending', 'unscorable')),
    CONSTRAINT sleeps_nap_ck CHECK (is_nap IN (0, 1))
) STRICT
/
-- Serves a member's list, newest first, their export and their erasure.
CREATE INDEX sleeps_account_ix ON sleeps (account_id, started_at, sleep_id)
/
-- How rested members woke up, as trackers have it; a recovery may hang on a sleep of its provider.
CREATE TABLE recoveries (
    recovery_id          TEXT     NOT NULL CHECK (length(recovery_id) <= 36),
    account_id           TEXT     NOT NULL CHECK (length(account_id) <= 36),
    connection_id        TEXT     NOT NULL CHECK (length(connection_id) <= 36),
    provider             TEXT     NOT NULL CHECK (length(provider) <= 20),
    external_id          TEXT     NOT NULL CHECK (length(external_id) <= 200),
    state                TEXT     NOT NULL CHECK (length(state) <= 10),
    day_on               TEXT     NOT NULL,
    measured_at          TEXT     NOT NULL,
    utc_offset_s         INTEGER,
    score_permille       INTEGER,
    resting_hr_bpm       INTEGER,
    hrv_rmssd_us         INTEGER,
    spo2_permille        INTEGER,
    skin_temperature_mc  INTEGER,
    sleep_external_id    TEXT              CHECK (length(sleep_external_id) <= 200),
    changed_at           TEXT     NOT NULL,
    CONSTRAINT recoveries_pk PRIMARY KEY (recovery_id),
    CONSTRAINT recoveries_account_fk FOREIGN KEY (account_id) REFERENCES accounts (account_id),
    CONSTRAINT recoveries_external_uq UNIQUE (connection_id, external_id),
    CONSTRAINT recoveries_state_ck CHECK (state IN ('scored', 'pending', 'unscorable'))
) STRICT
/
-- Serves a member's list, newest first, their export and their erasure.
CREATE INDEX recoveries_account_ix ON recoveries (account_id, measured_at, recovery_id)
/
