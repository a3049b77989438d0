-- name: insert_attempt
-- A visit to a provider, begun by a member.
INSERT INTO connection_attempts
       (state_hash, account_id, provider, return_to, begun_at, expires_at)
VALUES (:state_hash, :account_id, :provider, :return_to, :begun_at, :expires_at)

-- name: find_attempt
-- A visit by the hash of its state, of whichever member who may act.
SELECT t.state_hash, t.account_id, t.provider, t.return_to, t.begun_at, t.expires_at
  FROM connection_attempts t
  JOIN accounts a ON a.account_id = t.account_id
 WHERE t.state_hash = :state_hash
   AND t.provider = :provider
   AND a.status = 'active'

-- name: use_attempt
-- Use a visit up, once and in time.
UPDATE connection_attempts
   SET used_at = :now_at
 WHERE state_hash = :state_hash
   AND provider = :provider
   AND used_at IS NULL
   AND expires_at > :now_at

-- name: count_visits
-- How many visits to a provider a member has used up since then.
SELECT COUNT(*)
  FROM connection_attempts
 WHERE account_id = :account_id
   AND provider = :provider
   AND used_at > :since_at

-- name: delete_over_attempts
-- Forget visits that are over.
DELETE FROM connection_attempts
 WHERE expires_at < :before_at

-- name: erase_attempts
-- Forget a member's visits.
DELETE FROM connection_attempts
 WHERE account_id = :account_id

-- name: insert_connection
-- A new connection, without its tokens.
INSERT INTO connections
       (connection_id, account_id, provider, external_account_id, status, status_reason, is_primary,
        scopes, grant_version, connected_at, ended_at, due_at, last_synced_at, last_asked_at,
        failures, fence_no)
VALUES (:connection_id, :account_id, :provider, :external_account_id, :status, :status_reason, :is_primary,
        :scopes, :grant_version, :connected_at, :ended_at, :due_at, :last_synced_at, :last_asked_at,
        :failures, 0)

-- name: find_connection
-- One connection, whoever's and however it stands.
SELECT connection_id, account_id, provider, external_account_id, status, status_reason, is_primary, scopes,
       grant_version, connected_at, ended_at, due_at, last_synced_at, last_asked_at, failures
  FROM connections
 WHERE connection_id = :connection_id

-- name: find_live_connection
-- A member's living connection to a provider.
SELECT connection_id, account_id, provider, external_account_id, status, status_reason, is_primary, scopes,
       grant_version, connected_at, ended_at, due_at, last_synced_at, last_asked_at, failures
  FROM connections
 WHERE account_id = :account_id
   AND provider = :provider
   AND ended_at IS NULL

-- name: lock_connection
-- Hold a connection until the transaction ends; wait 5 s for another holder.
SELECT connection_id, account_id, provider, external_account_id, status, status_reason, is_primary, scopes,
       grant_version, connected_at, ended_at, due_at, last_synced_at, last_asked_at, failures
  FROM connections
 WHERE connection_id = :connection_id
   FOR UPDATE WAIT 5

-- name: find_connection_of_person
-- The living connection to one account at a provider, whoever's.
SELECT connection_id, account_id, provider, external_account_id, status, status_reason, is_primary, scopes,
       grant_version, connected_at, ended_at, due_at, last_synced_at, last_asked_at, failures
  FROM connections
 WHERE CASE WHEN ended_at IS NULL THEN provider END = :provider
   AND CASE WHEN ended_at IS NULL THEN external_account_id END = :external_account_id

-- name: list_connections
-- A member's living connections.
SELECT connection_id, account_id, provider, external_account_id, status, status_reason, is_primary, scopes,
       grant_version, connected_at, ended_at, due_at, last_synced_at, last_asked_at, failures
  FROM connections
 WHERE account_id = :account_id
   AND ended_at IS NULL
 ORDER BY connection_id

-- name: update_connection
-- Change how a connection stands.
UPDATE connections
   SET status = :status,
       status_reason = :status_reason,
       scopes = :scopes,
       ended_at = :ended_at,
       due_at = :due_at,
       last_synced_at = :last_synced_at,
       last_asked_at = :last_asked_at,
       failures = :failures
 WHERE connection_id = :connection_id

-- name: free_connection
-- Take a connection out of a worker's hands: what it still has under way finds another fence.
UPDATE connections
   SET lease_token = NULL,
       lease_until_at = NULL,
       refresh_lease = NULL,
       refresh_until_at = NULL,
       silence_told_at = NULL,
       fence_no = fence_no + 1
 WHERE connection_id = :connection_id

-- name: forget_primary
-- Let none of a member's connections be the primary one.
UPDATE connections
   SET is_primary = 0
 WHERE account_id = :account_id
   AND is_primary = 1

-- name: set_primary
-- Let one connection be the primary one.
UPDATE connections
   SET is_primary = 1
 WHERE connection_id = :connection_id

-- name: find_grant
-- A connection's tokens as they are kept.
SELECT connection_id, provider, access_token_bytes, refresh_token_bytes, access_expires_at, scopes,
       external_account_id, grant_version
  FROM connections
 WHERE connection_id = :connection_id

-- name: update_grant
-- Keep new tokens in the place of those that were read.
UPDATE connections
   SET access_token_bytes = :access_token_bytes,
       refresh_token_bytes = :refresh_token_bytes,
       access_expires_at = :access_expires_at,
       scopes = :scopes,
       grant_version = grant_version + 1,
       refresh_lease = NULL,
       refresh_until_at = NULL
 WHERE connection_id = :connection_id
   AND grant_version = :grant_version

-- name: take_refresh
-- Let one worker refresh a grant, unless it is refreshed already or by another.
UPDATE connections
   SET refresh_lease = :refresh_lease,
       refresh_until_at = :until_at
 WHERE connection_id = :connection_id
   AND grant_version = :grant_version
   AND (refresh_until_at IS NULL OR refresh_until_at < :now_at)

-- name: release_refresh
-- Let another worker try to refresh a grant.
UPDATE connections
   SET refresh_lease = NULL,
       refresh_until_at = NULL
 WHERE connection_id = :connection_id
   AND refresh_lease = :refresh_lease

-- name: forget_grant
-- Keep an ended connection's tokens no more.
UPDATE connections
   SET access_token_bytes = NULL,
       refresh_token_bytes = NULL,
       access_expires_at = NULL,
       grant_version = grant_version + 1
 WHERE connection_id = :connection_id
   AND ended_at IS NOT NULL

-- name: find_ended_connection
-- A member's ended connection to the same account at a provider, if what it brought is still there.
SELECT connection_id, account_id, provider, external_account_id, status, status_reason, is_primary, scopes,
       grant_version, connected_at, ended_at, due_at, last_synced_at, last_asked_at, failures
  FROM connections
 WHERE account_id = :account_id
   AND provider = :provider
   AND external_account_id = :external_account_id
   AND ended_at IS NOT NULL
   AND status_reason IS NULL
 ORDER BY connection_id DESC
 FETCH FIRST 1 ROWS ONLY

-- name: list_all_connections
-- All of a member's connections, the ended ones too.
SELECT connection_id, account_id, provider, external_account_id, status, status_reason, is_primary, scopes,
       grant_version, connected_at, ended_at, due_at, last_synced_at, last_asked_at, failures
  FROM connections
 WHERE account_id = :account_id
 ORDER BY connection_id

-- name: list_brought
-- Activities that a connection brought and that are to go; their places begin with its name.
SELECT activity_id
  FROM activities
 WHERE account_id = :account_id
   AND origin_key LIKE :places
   AND state <> 'deleted'
 ORDER BY activity_id
 FETCH FIRST :row_limit ROWS ONLY

-- name: delete_records
-- Forget a connection's objects.
DELETE FROM connection_records
 WHERE connection_id = :connection_id

-- name: delete_streams
-- Forget how far a connection was read.
DELETE FROM connection_streams
 WHERE connection_id = :connection_id

-- name: delete_syncs
-- Forget a connection's syncs.
DELETE FROM connection_syncs
 WHERE connection_id = :connection_id

-- name: delete_sent
-- Forget what a provider sent over a connection.
DELETE FROM provider_payloads
 WHERE connection_id = :connection_id

-- name: delete_connection
-- Forget a connection that nothing refers to any more, once its tokens are gone.
DELETE FROM connections
 WHERE connection_id = :connection_id
   AND access_token_bytes IS NULL
   AND ended_at IS NOT NULL

-- name: is_erased
-- Whether a connection's member has left.
SELECT COUNT(*)
  FROM connections c
  JOIN accounts a ON a.account_id = c.account_id
 WHERE c.connection_id = :connection_id
   AND a.status = 'erased'

-- name: count_grants
-- How many connections have tokens.
SELECT COUNT(*)
  FROM connections
 WHERE access_token_bytes IS NOT NULL

-- name: list_grants
-- The next connections that have tokens.
SELECT connection_id
  FROM connections
 WHERE connection_id > :after_id
   AND access_token_bytes IS NOT NULL
 ORDER BY connection_id
 FETCH FIRST :row_limit ROWS ONLY

-- name: reseal_grant
-- The same tokens under another key.
UPDATE connections
   SET access_token_bytes = :access_token_bytes,
       refresh_token_bytes = :refresh_token_bytes
 WHERE connection_id = :connection_id
   AND grant_version = :grant_version
