-- When an object of a provider was looked for since no page showed it: what is there all the same is not asked
-- for with each reading, and what can't be asked for is taken away once two readings lack it.
ALTER TABLE connection_records ADD COLUMN missed_at TEXT
/
