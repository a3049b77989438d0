-- The round of a drand chain that a drawing's terms name as the last source.
CREATE TABLE drawing_beacons (
    drawing_id  TEXT     NOT NULL CHECK (length(drawing_id) <= 36),
    source_id   TEXT     NOT NULL CHECK (length(source_id) <= 64),
    position    INTEGER  NOT NULL,
    chain_hash  TEXT     NOT NULL CHECK (length(chain_hash) <= 64),
    public_key  TEXT     NOT NULL CHECK (length(public_key) <= 192),
    genesis_s   INTEGER  NOT NULL,
    period_s    INTEGER  NOT NULL,
    round_no    INTEGER  NOT NULL,
    CONSTRAINT drawing_beacons_pk PRIMARY KEY (drawing_id),
    CONSTRAINT drawing_beacons_drawing_fk FOREIGN KEY (drawing_id) REFERENCES drawings (drawing_id),
    CONSTRAINT drawing_beacons_period_ck CHECK (period_s BETWEEN 1 AND 86400),
    CONSTRAINT drawing_beacons_round_ck CHECK (round_no >= 1)
) STRICT
/
CREATE TRIGGER drawing_beacons_no_update BEFORE UPDATE ON drawing_beacons
BEGIN
    SELECT RAISE(ABORT, 'drawing_beacons is append-only');
END
/
CREATE TRIGGER drawing_beacons_no_delete BEFORE DELETE ON drawing_beacons
BEGIN
    SELECT RAISE(ABORT, 'drawing_beacons is append-only');
END
/
-- Rounds as they came, as canonical JSON: the reveals of sources that are beacons.
CREATE TABLE beacon_rounds (
    drawing_id   TEXT     NOT NULL CHECK (length(drawing_id) <= 36),
    source_id    TEXT     NOT NULL CHECK (length(source_id) <= 64),
    position     INTEGER  NOT NULL,
    body_text    TEXT     NOT NULL,
    revealed_at  TEXT     NOT NULL,
    CONSTRAINT beacon_rounds_pk PRIMARY KEY (drawing_id),
    CONSTRAINT beacon_rounds_beacon_fk FOREIGN KEY (drawing_id) REFERENCES drawing_beacons (drawing_id)
) STRICT
/
CREATE TRIGGER beacon_rounds_no_update BEFORE UPDATE ON beacon_rounds
BEGIN
    SELECT RAISE(ABORT, 'beacon_rounds is append-only');
END
/
CREATE TRIGGER beacon_rounds_no_delete BEFORE DELETE ON beacon_rounds
BEGIN
    SELECT RAISE(ABORT, 'beacon_rounds is append-only');
END
/
