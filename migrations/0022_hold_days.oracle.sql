-- A review of kind account is about one points day of a member; while it is open, and when it was
-- rejected, that day earns nothing.
ALTER TABLE reviews ADD (day_on DATE)
/
-- Serves the held days of a member each time that days are awarded.
CREATE INDEX reviews_day_ix ON reviews (account_id, day_on, state)
/
-- Serves the search for days beyond their tier among those that changed lately, however old.
CREATE INDEX day_awards_computed_ix ON day_awards (computed_at)
/
