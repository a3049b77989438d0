-- The round of a drand chain that a drawing's terms name as the last source.
CREATE IMMUTABLE TABLE drawing_beacons (
    drawing_id  VARCHAR2(36 CHAR)            NOT NULL,
    source_id   VARCHAR2(64 CHAR)            NOT NULL,
    position    NUMBER(3)                    NOT NULL,
    chain_hash  VARCHAR2(64 CHAR)            NOT NULL,
    public_key  VARCHAR2(192 CHAR)           NOT NULL,
    genesis_s   NUMBER(13)                   NOT NULL,
    period_s    NUMBER(5)                    NOT NULL,
    round_no    NUMBER(16)                   NOT NULL,
    CONSTRAINT drawing_beacons_pk PRIMARY KEY (drawing_id),
    CONSTRAINT drawing_beacons_drawing_fk FOREIGN KEY (drawing_id) REFERENCES drawings (drawing_id),
    CONSTRAINT drawing_beacons_period_ck CHECK (period_s BETWEEN 1 AND 86400),
    CONSTRAINT drawing_beacons_round_ck CHECK (round_no >= 1)
) NO DROP UNTIL 0 DAYS IDLE NO DELETE LOCKED
/
-- Rounds as they came, as canonical JSON: the reveals of sources that are beacons.
CREATE IMMUTABLE TABLE beacon_rounds (
    drawing_id   VARCHAR2(36 CHAR)            NOT NULL,
    source_id    VARCHAR2(64 CHAR)            NOT NULL,
    position     NUMBER(3)                    NOT NULL,
    body_text    CLOB                         NOT NULL,
    revealed_at  TIMESTAMP(6) WITH TIME ZONE  NOT NULL,
    CONSTRAINT beacon_rounds_pk PRIMARY KEY (drawing_id),
    CONSTRAINT beacon_rounds_beacon_fk FOREIGN KEY (drawing_id) REFERENCES drawing_beacons (drawing_id)
) NO DROP UNTIL 0 DAYS IDLE NO DELETE LOCKED
/
