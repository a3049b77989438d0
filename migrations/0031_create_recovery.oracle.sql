-- Nights and naps as trackers have them, in whole numbers; `day_on` is the day of waking.
CREATE TABLE sleeps (
    sleep_id             VARCHAR2(36 CHAR)           NOT NULL,
    account_id           VARCHAR2(36 CHAR)           NOT NULL,
    connection_id        VARCHAR2(36 CHAR)           NOT NULL,
    provider             VARCHAR2(20 CHAR)           NOT NULL,
    external_id          VARCHAR2(200 CHAR)          NOT NULL,
    state                VARCHAR2(10 CHAR)           NOT NULL,
    is_nap               NUMBER(1)                   NOT NULL,
    started_at           TIMESTAMP(6) WITH TIME ZONE NOT NULL,
    ended_at             TIMESTAMP(6) WITH TIME ZONE NOT NULL,
    day_on               DATE                        NOT NULL,
    utc_offset_s         NUMBER(6),
    asleep_s             NUMBER(7),
    awake_s              NUMBER(7),
    light_s              NUMBER(7),
    deep_s               NUMBER(7),
    rem_s                NUMBER(7),
    efficiency_permille  NUMBER(4),
    score_permille       NUMBER(4),
    avg_hr_bpm           NUMBER(4),
    lowest_hr_bpm        NUMBER(4),
    hrv_rmssd_us         NUMBER(9),
    breaths_per_hour     NUMBER(6),
    device               VARCHAR2(100 CHAR),
    changed_at           TIMESTAMP(6) WITH TIME ZONE NOT NULL,
    CONSTRAINT sleeps_pk PRIMARY KEY (sleep_id),
    CONSTRAINT sleeps_account_fk FOREIGN KEY (account_id) REFERENCES accounts (account_id),
    CONSTRAINT sleeps_external_uq UNIQUE (connection_id, external_id),
    CONSTRAINT sleeps_state_ck CHECK (state IN ('scored', 'pending', 'unscorable')),
    CONSTRAINT sleeps_nap_ck CHECK (is_nap IN (0, 1))
)
/
-- Serves a member's list, newest first, their export and their erasure.
CREATE INDEX sleeps_account_ix ON sleeps (account_id, started_at, sleep_id)
/
-- How rested members woke up, as trackers have it; a recovery may hang on a sleep of its provider.
CREATE TABLE recoveries (
    recovery_id          VARCHAR2(36 CHAR)           NOT NULL,
    account_id           VARCHAR2(36 CHAR)           NOT NULL,
    connection_id        VARCHAR2(36 CHAR)           NOT NULL,
    provider             VARCHAR2(20 CHAR)           NOT NULL,
    external_id          VARCHAR2(200 CHAR)          NOT NULL,
    state                VARCHAR2(10 CHAR)           NOT NULL,
    day_on               DATE                        NOT NULL,
    measured_at          TIMESTAMP(6) WITH TIME ZONE NOT NULL,
    utc_offset_s         NUMBER(6),
    score_permille       NUMBER(4),
    resting_hr_bpm       NUMBER(4),
    hrv_rmssd_us         NUMBER(9),
    spo2_permille        NUMBER(4),
    skin_temperature_mc  NUMBER(6),
    sleep_external_id    VARCHAR2(200 CHAR),
    changed_at           TIMESTAMP(6) WITH TIME ZONE NOT NULL,
    CONSTRAINT recoveries_pk PRIMARY KEY (recovery_id),
    CONSTRAINT recoveries_account_fk FOREIGN KEY (account_id) REFERENCES accounts (account_id),
    CONSTRAINT recoveries_external_uq UNIQUE (connection_id, external_id),
    CONSTRAINT recoveries_state_ck CHECK (state IN ('scored', 'pending', 'unscorable'))
)
/
-- Serves a member's list, newest first, their export and their erasure.
CREATE INDEX recoveries_account_ix ON recoveries (account_id, measured_at, recovery_id)
/
