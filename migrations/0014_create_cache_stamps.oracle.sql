-- One secret for each member, changed by every write of what is kept ready for that member.
CREATE TABLE cache_stamps (
    account_id  VARCHAR2(36 CHAR)  NOT NULL,
    stamp       VARCHAR2(32 CHAR)  NOT NULL,
    CONSTRAINT cache_stamps_pk PRIMARY KEY (account_id)
)
/
