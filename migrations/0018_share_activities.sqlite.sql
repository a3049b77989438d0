-- Who may see an activity: NULL is what its member's preferences say. The polyline is the route as
-- one short line for lists.
ALTER TABLE activities ADD COLUMN visibility TEXT CHECK (length(visibility) <= 7)
    CONSTRAINT activities_visibility_ck CHECK (visibility IN ('public', 'friends', 'private'))
/
ALTER TABLE activities ADD COLUMN polyline TEXT CHECK (length(polyline) <= 1000)
/
-- Places about which nobody else sees a member's tracks. What is hidden is a larger circle, shifted
-- by a secret of the zone, so that its middle is not the place.
CREATE TABLE privacy_zones (
    zone_id     TEXT     NOT NULL CHECK (length(zone_id) <= 36),
    account_id  TEXT     NOT NULL CHECK (length(account_id) <= 36),
    name        TEXT     NOT NULL CHECK (length(name) <= 60),
    lat_e7      INTEGER  NOT NULL,
    lon_e7      INTEGER  NOT NULL,
    radius_m    INTEGER  NOT NULL,
    north_m     INTEGER  NOT NULL,
    east_m      INTEGER  NOT NULL,
    created_at  TEXT     NOT NULL,
    CONSTRAINT privacy_zones_pk PRIMARY KEY (zone_id),
    CONSTRAINT privacy_zones_account_fk FOREIGN KEY (account_id) REFERENCES accounts (account_id),
    CONSTRAINT privacy_zones_radius_ck CHECK (radius_m BETWEEN 100 AND 2000)
) STRICT
/
-- Serves a member's zones, in the order in which they were made.
CREATE INDEX privacy_zones_account_ix ON privacy_zones (account_id, zone_id)
/
-- The secret of a member's grid: it decides where what is hidden about the ends of tracks lies.
CREATE TABLE privacy_grids (
    account_id  TEXT  NOT NULL CHECK (length(account_id) <= 36),
    seed        TEXT  NOT NULL CHECK (length(seed) <= 43),
    CONSTRAINT privacy_grids_pk PRIMARY KEY (account_id),
    CONSTRAINT privacy_grids_account_fk FOREIGN KEY (account_id) REFERENCES accounts (account_id)
) STRICT
/
