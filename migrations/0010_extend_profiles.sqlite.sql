-- What else a member tells, chooses and hides. tier_review_on is the day on which age alone changes
-- the tier; each revision counts the changes of what one of the two endpoints edits.
ALTER TABLE profiles ADD COLUMN bio TEXT CHECK (length(bio) <= 500)
/
ALTER TABLE profiles ADD COLUMN goals_json TEXT CHECK (goals_json IS NULL OR json_valid(goals_json))
/
ALTER TABLE profiles ADD COLUMN height_mm INTEGER
    CONSTRAINT profiles_height_ck CHECK (height_mm BETWEEN 500 AND 2800)
/
ALTER TABLE profiles ADD COLUMN weight_g INTEGER
    CONSTRAINT profiles_weight_ck CHECK (weight_g BETWEEN 20000 AND 500000)
/
ALTER TABLE profiles ADD COLUMN fitness_level_changed_at TEXT
/
ALTER TABLE profiles ADD COLUMN tier_review_on TEXT
/
ALTER TABLE profiles ADD COLUMN is_in_open INTEGER DEFAULT 0 NOT NULL
    CONSTRAINT profiles_is_in_open_ck CHECK (is_in_open IN (0, 1))
/
ALTER TABLE profiles ADD COLUMN mass_unit TEXT DEFAULT 'kg' NOT NULL CHECK (length(mass_unit) <= 2)
    CONSTRAINT profiles_mass_unit_ck CHECK (mass_unit IN ('kg', 'lb'))
/
ALTER TABLE profiles ADD COLUMN length_unit TEXT DEFAULT 'cm' NOT NULL CHECK (length(length_unit) <= 2)
    CONSTRAINT profiles_length_unit_ck CHECK (length_unit IN ('cm', 'in'))
/
ALTER TABLE profiles ADD COLUMN distance_unit TEXT DEFAULT 'km' NOT NULL CHECK (length(distance_unit) <= 2)
    CONSTRAINT profiles_distance_unit_ck CHECK (distance_unit IN ('km', 'mi'))
/
ALTER TABLE profiles ADD COLUMN energy_unit TEXT DEFAULT 'kcal' NOT NULL CHECK (length(energy_unit) <= 4)
    CONSTRAINT profiles_energy_unit_ck CHECK (energy_unit IN ('kcal', 'kJ'))
/
ALTER TABLE profiles ADD COLUMN profile_privacy TEXT DEFAULT 'public' NOT NULL CHECK (length(profile_privacy) <= 7)
    CONSTRAINT profiles_profile_privacy_ck CHECK (profile_privacy IN ('public', 'friends', 'private'))
/
ALTER TABLE profiles ADD COLUMN activities_privacy TEXT DEFAULT 'friends' NOT NULL CHECK (length(activities_privacy) <= 7)
    CONSTRAINT profiles_activities_privacy_ck CHECK (activities_privacy IN ('public', 'friends', 'private'))
/
ALTER TABLE profiles ADD COLUMN leaderboards_privacy TEXT DEFAULT 'public' NOT NULL CHECK (length(leaderboards_privacy) <= 7)
    CONSTRAINT profiles_boards_privacy_ck CHECK (leaderboards_privacy IN ('public', 'friends', 'private'))
/
ALTER TABLE profiles ADD COLUMN start_end_hidden_m INTEGER DEFAULT 200 NOT NULL
    CONSTRAINT profiles_hidden_ck CHECK (start_end_hidden_m BETWEEN 0 AND 2000)
/
ALTER TABLE profiles ADD COLUMN revision INTEGER DEFAULT 1 NOT NULL
/
ALTER TABLE profiles ADD COLUMN preferences_revision INTEGER DEFAULT 1 NOT NULL
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
    account_id      TEXT     NOT NULL CHECK (length(account_id) <= 36),
    content_sha256  TEXT     NOT NULL CHECK (length(content_sha256) <= 64),
    image_bytes     BLOB     NOT NULL,
    updated_at      TEXT     NOT NULL,
    CONSTRAINT profile_images_pk PRIMARY KEY (account_id),
    CONSTRAINT profile_images_account_fk FOREIGN KEY (account_id) REFERENCES accounts (account_id)
) STRICT
/
