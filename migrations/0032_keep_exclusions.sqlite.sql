-- Until when whoever has an address has excluded oneself who deleted the account: the address is known by its MAC alone.
CREATE TABLE lasting_exclusions (
    email_mac          TEXT  NOT NULL CHECK (length(email_mac) <= 64),
    excluded_until_on  TEXT  NOT NULL,
    CONSTRAINT lasting_exclusions_pk PRIMARY KEY (email_mac)
) STRICT
/
-- Serves delete_over_exclusions.
CREATE INDEX lasting_exclusions_until_ix ON lasting_exclusions (excluded_until_on)
/
