-- Whether the terms of an activity's source let nobody but its owner see it, whatever its visibility
-- says. It is set as the activity comes in, and outlasts the connection. Of what is there already only
-- that is shown whose provider is known to allow it.
ALTER TABLE activities ADD (
    is_owner_only  NUMBER(1)  DEFAULT 0 NOT NULL
        CONSTRAINT activities_owner_only_ck CHECK (is_owner_only IN (0, 1))
)
/
UPDATE activities
   SET is_owner_only = 1
 WHERE source_kind = 'connection'
   AND NOT EXISTS (
       SELECT 1
         FROM connections c
        WHERE c.account_id = activities.account_id
          AND c.provider IN ('google_health', 'oura', 'polar', 'whoop', 'withings')
          AND activities.origin_key LIKE 'connection:' || c.connection_id || ':%')
/
