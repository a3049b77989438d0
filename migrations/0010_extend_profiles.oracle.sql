-- What else a member tells, chooses and hides. tier_review_on is the day on which age alone changes
-- the tier; each revision counts the changes of what one of the two endpoints edits.
ALTER TABLE profiles ADD (
    bio                       VARCHAR2(500 CHAR),
    goals_json                JSON,
    height_mm                 NUMBER(4)
        CONSTRAINT profiles_height_ck CHECK (height_mm BETWEEN 500 AND 2800),
    weight_g                  NUMBER(6)
        CONSTRAINT profiles_weight_ck CHECK (weight_g BETWEEN 20000 AND 500000),
    fitness_level_changed_at  TIMESTAMP(6) WITH TIME ZONE,
    tier_review_on            DATE,
    is_in_open                NUMBER(1)          DEFAULT 0          NOT NULL
        CONSTRAINT profiles_is_in_open_ck CHECK (is_in_open IN (0, 1)),
    mass_unit                 VARCHAR2(2 CHAR)   DEFAULT 'kg'       NOT NULL
        CONSTRAINT profiles_mass_unit_ck CHECK (mass_unit IN ('kg', 'lb')),
    length_unit               VARCHAR2(2 CHAR)   DEFAULT 'cm'       NOT NULL
        CONSTRAINT profiles_length_unit_ck CHECK (length_unit IN ('cm', 'in')),
    distance_unit             VARCHAR2(2 CHAR)   DEFAULT 'km'       NOT NULL
        CONSTRAINT profiles_distance_unit_ck CHECK (distance_unit IN ('km', 'mi')),
    energy_unit               VARCHAR2(4 CHAR)   DEFAULT 'kcal'     NOT NULL
        CONSTRAINT profiles_energy_unit_ck CHECK (energy_unit IN ('kcal', 'kJ')),
    profile_privacy           VARCHAR2(7 CHAR)   DEFAULT 'public'   NOT NULL
        CONSTRAINT profiles_profile_privacy_ck CHECK (profile_privacy IN ('public', 'friends', 'private')),
    activities_privacy        VARCHAR2(7 CHAR)   DEFAULT 'friends'  NOT NULL
        CONSTRAINT profiles_activities_privacy_ck CHECK (activities_privacy IN ('public', 'friends', 'private')),
    leaderboards_privacy      VARCHAR2(7 CHAR)   DEFAULT 'public'   NOT NULL
        CONSTRAINT profiles_boards_privacy_ck CHECK (leaderboards_privacy IN ('public', 'friends', 'private')),
    start_end_hidden_m        NUMBER(4)          DEFAULT 200        NOT NULL
        CONSTRAINT profiles_hidden_ck CHECK (start_end_hidden_m BETWEEN 0 AND 2000),
    revision                  NUMBER(9)          DEFAULT 1          NOT NULL,
    preferences_revision      NUMBER(9)          DEFAULT 1          NOT NULL
)
/
-- Those who have a tier by age are due since their birth, so that the first run notes what comes.
UPDATE profiles
   SET tier_review_on = (SELECT a.date_of_birth_on FROM accounts a WHERE a.account_id = profiles.account_id)
 WHERE sex IS NOT NULL
   AND fitness_level IS NOT NULL
/
-- Serves the daily look for members whose bracket is over.
CREATE INDEX profiles_tier_review_ix ON profiles (tier_review_on, account_id)
/
-- Serves the numbers of members of all tiers without touching a row.
CREATE INDEX profiles_tier_count_ix ON profiles (tier_code, is_in_open)
/
-- Serves whatever counts all accounts but those that are not active; these alone are in it.
CREATE INDEX accounts_inactive_ix ON accounts (CASE WHEN status <> 'active' THEN account_id END)
/
-- A member's picture as we made it anew: 512 px square, WebP, without metadata.
CREATE TABLE profile_images (
    account_id      VARCHAR2(36 CHAR)            NOT NULL,
    content_sha256  VARCHAR2(64 CHAR)            NOT NULL,
    image_bytes     BLOB                         NOT NULL,
    updated_at      TIMESTAMP(6) WITH TIME ZONE  NOT NULL,
    CONSTRAINT profile_images_pk PRIMARY KEY (account_id),
    CONSTRAINT profile_images_account_fk FOREIGN KEY (account_id) REFERENCES accounts (account_id)
)
/
