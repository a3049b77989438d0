-- One secret for each member, changed by every write of what is kept ready for that member.
CREATE TABLE cache_stamps (
    account_id  TEXT  NOT NULL CHECK (length(account_id) <= 36),
    stamp       TEXT  NOT NULL CHECK (length(stamp) <= 32),
    CONSTRAINT cache_stamps_pk PRIMARY KEY (account_id)
) STRICT
/
