-- name: insert_factor_reset
INSERT INTO factor_resets
       (reset_id, account_id, state, reason, opened_by_id, opened_at, completable_at, expires_at, token_id,
        closed_by_id, closed_at)
VALUES (:reset_id, :account_id, :state, :reason, :opened_by_id, :opened_at, :completable_at, :expires_at, :token_id,
        :closed_by_id, :closed_at)

-- name: find_factor_reset
-- An account's newest reset.
SELECT reset_id, account_id, state, reason, opened_by_id, opened_at, completable_at, expires_at, token_id,
       closed_by_id, closed_at
  FROM factor_resets
 WHERE account_id = :account_id
 ORDER BY reset_id DESC
 FETCH FIRST 1 ROWS ONLY

-- name: get_factor_reset
SELECT reset_id, account_id, state, reason, opened_by_id, opened_at, completable_at, expires_at, token_id,
       closed_by_id, closed_at
  FROM factor_resets
 WHERE reset_id = :reset_id

-- name: close_factor_reset
-- Let an open reset end, once.
UPDATE factor_resets
   SET state = :state,
       closed_by_id = :closed_by_id,
       closed_at = :closed_at
 WHERE reset_id = :reset_id
   AND state = 'open'
