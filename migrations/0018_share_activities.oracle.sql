-- Who may see an activity: NULL is what its member's preferences say. The polyline is the route as
-- one short line for lists.
ALTER TABLE activities ADD (
    visibility  VARCHAR2(7 CHAR)
        CONSTRAINT activities_visibility_ck CHECK (visibility IN ('public', 'friends', 'private')),
    polyline    VARCHAR2(1000 CHAR)
)
/
-- Places about which nobody else sees a member's tracks. What is hidden is a larger circle, shifted
-- by a secret of the zone, so that its middle is not the place.
CREATE TABLE privacy_zones (
    zone_id     VARCHAR2(36 CHAR)            NOT NULL,
    account_id  VARCHAR2(36 CHAR)            NOT NULL,
    name        VARCHAR2(60 CHAR)            NOT NULL,
    lat_e7      NUMBER(10)                   NOT NULL,
    lon_e7      NUMBER(10)                   NOT NULL,
    radius_m    NUMBER(4)                    NOT NULL,
    north_m     NUMBER(5)                    NOT NULL,
    east_m      NUMBER(5)                    NOT NULL,
    created_at  TIMESTAMP(6) WITH TIME ZONE  NOT NULL,
    CONSTRAINT privacy_zones_pk PRIMARY KEY (zone_id),
    CONSTRAINT privacy_zones_account_fk FOREIGN KEY (account_id) REFERENCES accounts (account_id),
    CONSTRAINT privacy_zones_radius_ck CHECK (radius_m BETWEEN 100 AND 2000)
)
/
-- Serves a member's zones, in the order in which they were made.
CREATE INDEX privacy_zones_account_ix ON privacy_zones (account_id, zone_id)
/
-- The secret of a member's grid: it decides where what is hidden about the ends of tracks lies.
CREATE TABLE privacy_grids (
    account_id  VARCHAR2(36 CHAR)  NOT NULL,
    seed        VARCHAR2(43 CHAR)  NOT NULL,
    CONSTRAINT privacy_grids_pk PRIMARY KEY (account_id),
    CONSTRAINT privacy_grids_account_fk FOREIGN KEY (account_id) REFERENCES accounts (account_id)
)
/
