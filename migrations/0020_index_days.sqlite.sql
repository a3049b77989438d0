-- Serves what all members were awarded on some days, for the means of the tiers.
CREATE INDEX day_awards_day_ix ON day_awards (day_on, awarded_points, account_id)
/
