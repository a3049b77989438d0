-- name: list_due_connections
-- Connections that want to be synced and are in nobody's hands.
SELECT connection_id
  FROM connections
 WHERE due_at <= :now_at
   AND ended_at IS NULL
   AND status IN ('active', 'parked')
   AND (lease_until_at IS NULL OR lease_until_at < :now_at)
 ORDER BY due_at, connection_id
 FETCH FIRST :row_limit ROWS ONLY

-- name: take_connection
-- Take a connection that is due into one worker's hands; the fence moves.
UPDATE connections
   SET lease_token = :lease_token,
       lease_until_at = :until_at,
       fence_no = fence_no + 1
 WHERE connection_id = :connection_id
   AND due_at <= :now_at
   AND ended_at IS NULL
   AND status IN ('active', 'parked')
   AND (lease_until_at IS NULL OR lease_until_at < :now_at)

-- name: take_connection_anyway
-- Take a connection into one worker's hands though it is not due; the fence moves.
UPDATE connections
   SET lease_token = :lease_token,
       lease_until_at = :until_at,
       fence_no = fence_no + 1
 WHERE connection_id = :connection_id
   AND ended_at IS NULL
   AND status IN ('active', 'parked')
   AND (lease_until_at IS NULL OR lease_until_at < :now_at)

-- name: postpone_connection
-- Look at a connection that nobody can sync here later again.
UPDATE connections
   SET due_at = :due_at
 WHERE connection_id = :connection_id
   AND due_at IS NOT NULL

-- name: find_fence
-- How often a connection was taken.
SELECT fence_no
  FROM connections
 WHERE connection_id = :connection_id

-- name: keep_connection
-- Keep a connection in one's hands for longer, if it is there still.
UPDATE connections
   SET lease_until_at = :until_at
 WHERE connection_id = :connection_id
   AND lease_token = :lease_token
   AND fence_no = :fence_no
   AND ended_at IS NULL

-- name: release_connection
-- Lay a connection back, with how it stands now.
UPDATE connections
   SET lease_token = NULL,
       lease_until_at = NULL,
       status = :status,
       status_reason = :status_reason,
       failures = :failures,
       due_at = CASE WHEN last_asked_at > :started_at THEN last_asked_at ELSE :due_at END,
       last_synced_at = NVL(:synced_at, last_synced_at),
       silence_told_at = CASE WHEN :synced_at IS NULL THEN silence_told_at END
 WHERE connection_id = :connection_id
   AND lease_token = :lease_token
   AND fence_no = :fence_no
   AND ended_at IS NULL

-- name: make_due
-- Let a living connection be synced soon; what is due earlier stays so.
UPDATE connections
   SET due_at = :due_at,
       last_asked_at = :due_at
 WHERE connection_id = :connection_id
   AND ended_at IS NULL
   AND status IN ('active', 'parked')

-- name: count_living
-- How many living connections there are to a provider.
SELECT COUNT(*)
  FROM connections
 WHERE CASE WHEN ended_at IS NULL THEN provider END = :provider

-- name: list_silent_connections
-- Living connections that have not been read for long, and whose members do not know.
SELECT connection_id
  FROM connections
 WHERE status IN ('active', 'parked')
   AND ended_at IS NULL
   AND due_at IS NOT NULL
   AND silence_told_at IS NULL
   AND NVL(last_synced_at, connected_at) < :before_at
 ORDER BY due_at, connection_id
 FETCH FIRST :row_limit ROWS ONLY

-- name: note_silence
-- The member has been told that a connection is silent.
UPDATE connections
   SET silence_told_at = :told_at
 WHERE connection_id = :connection_id
   AND silence_told_at IS NULL
   AND ended_at IS NULL
   AND NVL(last_synced_at, connected_at) < :before_at

-- name: list_streams
-- How far each kind of a connection's data is read.
SELECT connection_id, stream, read_to_at, filled_to_at, window_json
  FROM connection_streams
 WHERE connection_id = :connection_id

-- name: insert_stream
-- A kind of data that begins to be read.
INSERT INTO connection_streams (connection_id, stream, read_to_at, filled_to_at, window_json)
VALUES (:connection_id, :stream, :read_to_at, :filled_to_at, :window_json)

-- name: update_stream
-- How far a kind of data is read now.
UPDATE connection_streams
   SET read_to_at = :read_to_at,
       filled_to_at = :filled_to_at,
       window_json = :window_json
 WHERE connection_id = :connection_id
   AND stream = :stream

-- name: list_known
-- What is known of a connection's objects between two ids.
SELECT external_id, version, is_deleted, activity_id, changed_at
  FROM connection_records
 WHERE connection_id = :connection_id
   AND stream = :stream
   AND external_id BETWEEN :first_id AND :last_id

-- name: list_known_between
-- Workouts, sleeps or recoveries of a connection that lie in a time, as far as they are there.
SELECT r.external_id, NVL(a.started_at, NVL(s.started_at, c.measured_at)) AS began_at, r.missed_at
  FROM connection_records r
  LEFT JOIN activities a ON a.activity_id = r.activity_id
  LEFT JOIN sleeps s ON s.connection_id = r.connection_id AND s.external_id = r.external_id
  LEFT JOIN recoveries c ON c.connection_id = r.connection_id AND c.external_id = r.external_id
 WHERE r.connection_id = :connection_id
   AND r.stream = :stream
   AND r.is_deleted = 0
   AND ((a.started_at <= :to_at AND a.ended_at >= :from_at)
        OR (r.stream = 'sleep' AND s.started_at <= :to_at AND s.ended_at >= :from_at)
        OR (r.stream = 'recovery' AND c.measured_at <= :to_at AND c.measured_at >= :from_at))
 ORDER BY r.external_id
 FETCH FIRST :row_limit ROWS ONLY

-- name: note_missed
-- When an object was looked for that no page showed; run once for each.
UPDATE connection_records
   SET missed_at = :missed_at
 WHERE connection_id = :connection_id
   AND stream = :stream
   AND external_id = :external_id

-- name: insert_known
-- An object that is seen for the first time.
INSERT INTO connection_records
       (connection_id, stream, external_id, version, is_deleted, activity_id, changed_at)
VALUES (:connection_id, :stream, :external_id, :version, :is_deleted, :activity_id, :changed_at)

-- name: update_known
-- An object that is seen again, changed or gone.
UPDATE connection_records
   SET version = :version,
       is_deleted = :is_deleted,
       activity_id = :activity_id,
       changed_at = :changed_at
 WHERE connection_id = :connection_id
   AND stream = :stream
   AND external_id = :external_id

-- name: insert_sync
-- A sync that begins.
INSERT INTO connection_syncs
       (sync_id, connection_id, cause, started_at, outcome, page_count, call_count, created_count,
        updated_count, skipped_count, deleted_count)
VALUES (:sync_id, :connection_id, :cause, :started_at, 'running', 0, 0, 0, 0, 0, 0)

-- name: interrupt_syncs
-- Say of a sync whose worker is gone that it ended; only the last one of a connection can be running.
UPDATE connection_syncs
   SET outcome = 'interrupted',
       finished_at = :now_at
 WHERE sync_id = (SELECT MAX(sync_id) FROM connection_syncs WHERE connection_id = :connection_id)
   AND outcome = 'running'

-- name: count_page
-- What a sync came to with one more page.
UPDATE connection_syncs
   SET page_count = page_count + :pages,
       call_count = call_count + :calls,
       created_count = created_count + :created,
       updated_count = updated_count + :updated,
       skipped_count = skipped_count + :skipped,
       deleted_count = deleted_count + :deleted
 WHERE sync_id = :sync_id

-- name: end_sync
-- How a sync ended.
UPDATE connection_syncs
   SET outcome = :outcome,
       error_code = :error_code,
       finished_at = :now_at,
       call_count = call_count + :calls
 WHERE sync_id = :sync_id

-- name: list_syncs
-- A connection's syncs, newest first.
SELECT sync_id, cause, started_at, finished_at, outcome, error_code, page_count, call_count, created_count,
       updated_count, skipped_count, deleted_count
  FROM connection_syncs
 WHERE connection_id = :connection_id
   AND sync_id < :before_id
 ORDER BY sync_id DESC
 FETCH FIRST :row_limit ROWS ONLY

-- name: insert_payload
-- What a provider sent of an object.
INSERT INTO provider_payloads
       (connection_id, stream, external_id, version, body_bytes, received_at, refusal_code)
VALUES (:connection_id, :stream, :external_id, :version, :body_bytes, :received_at, :refusal_code)

-- name: list_payloads
-- What a provider sent over a connection, in order, after one object.
SELECT stream, external_id, version, body_bytes, refusal_code
  FROM provider_payloads
 WHERE connection_id = :connection_id
   AND (stream > :after_stream OR (stream = :after_stream AND external_id > :after_id))
   AND (:is_refused = 0 OR refusal_code IS NOT NULL)
 ORDER BY stream, external_id
 FETCH FIRST :row_limit ROWS ONLY

-- name: update_payload_refusal
-- Whether what was sent of an object can be read now, and why not.
UPDATE provider_payloads
   SET refusal_code = :refusal_code
 WHERE connection_id = :connection_id
   AND stream = :stream
   AND external_id = :external_id

-- name: list_replayable
-- The next living connections of a provider, or of all.
SELECT connection_id
  FROM connections
 WHERE connection_id > :after_id
   AND ended_at IS NULL
   AND (:provider IS NULL OR provider = :provider)
 ORDER BY connection_id
 FETCH FIRST :row_limit ROWS ONLY

-- name: count_standings
-- How the connections to each provider stand.
SELECT provider, status, COUNT(*) AS connections, MIN(last_synced_at) AS oldest_synced_at
  FROM connections
 WHERE ended_at IS NULL
 GROUP BY provider, status
 ORDER BY provider, status

-- name: delete_payloads
-- Forget what a provider sent of some objects.
DELETE FROM provider_payloads
 WHERE connection_id = :connection_id
   AND stream = :stream
   AND external_id = :external_id
