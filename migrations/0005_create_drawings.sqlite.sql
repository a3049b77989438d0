-- Who supplies prizes and, as a witness, a share of the randomness; barred after withholding a reveal.
CREATE TABLE sponsors (
    sponsor_id              TEXT     NOT NULL CHECK (length(sponsor_id) <= 36),
    name                    TEXT     NOT NULL CHECK (length(name) <= 100),
    contact_email           TEXT     CHECK (length(contact_email) <= 254),
    website                 TEXT     CHECK (length(website) <= 500),
    logo_url                TEXT     CHECK (length(logo_url) <= 500),
    notes                   TEXT     CHECK (length(notes) <= 1000),
    is_active               INTEGER  NOT NULL,
    is_revealing_by_itself  INTEGER  NOT NULL,
    barred_at               TEXT,
    created_at              TEXT     NOT NULL,
    updated_at              TEXT     NOT NULL,
    CONSTRAINT sponsors_pk PRIMARY KEY (sponsor_id),
    CONSTRAINT sponsors_name_uq UNIQUE (name),
    CONSTRAINT sponsors_active_ck CHECK (is_active IN (0, 1)),
    CONSTRAINT sponsors_revealing_ck CHECK (is_revealing_by_itself IN (0, 1))
) STRICT
/
-- A sponsor's people: they see their own sponsor only, and can't enter its drawings.
CREATE TABLE sponsor_accounts (
    account_id  TEXT  NOT NULL CHECK (length(account_id) <= 36),
    sponsor_id  TEXT  NOT NULL CHECK (length(sponsor_id) <= 36),
    added_at    TEXT  NOT NULL,
    CONSTRAINT sponsor_accounts_pk PRIMARY KEY (account_id),
    CONSTRAINT sponsor_accounts_account_fk FOREIGN KEY (account_id) REFERENCES accounts (account_id),
    CONSTRAINT sponsor_accounts_sponsor_fk FOREIGN KEY (sponsor_id) REFERENCES sponsors (sponsor_id)
) STRICT
/
-- Serves a sponsor's list of people.
CREATE INDEX sponsor_accounts_sponsor_ix ON sponsor_accounts (sponsor_id, account_id)
/
-- One prize drawing; times drive its status, and due_at says when it next needs the scheduler.
CREATE TABLE drawings (
    drawing_id              TEXT     NOT NULL CHECK (length(drawing_id) <= 36),
    type                    TEXT     NOT NULL CHECK (length(type) <= 10),
    name                    TEXT     NOT NULL CHECK (length(name) <= 120),
    description             TEXT     CHECK (length(description) <= 1000),
    image_url               TEXT     CHECK (length(image_url) <= 500),
    status                  TEXT     NOT NULL CHECK (length(status) <= 10),
    ticket_price_points     INTEGER  NOT NULL,
    ticket_limit            INTEGER,
    alternates              INTEGER  NOT NULL,
    distinct_by             TEXT     NOT NULL CHECK (length(distinct_by) <= 6),
    audience                TEXT     NOT NULL CHECK (length(audience) <= 10),
    min_account_age_days    INTEGER  NOT NULL,
    min_age_years           INTEGER  NOT NULL,
    excluded_states_json    TEXT     NOT NULL CHECK (json_valid(excluded_states_json)),
    registered_states_json  TEXT     NOT NULL CHECK (json_valid(registered_states_json)),
    sponsor_id              TEXT     CHECK (length(sponsor_id) <= 36),
    sponsor_commitment      TEXT     CHECK (length(sponsor_commitment) <= 64),
    opens_at                TEXT     NOT NULL,
    closes_at               TEXT     NOT NULL,
    draws_at                TEXT     NOT NULL,
    reveal_deadline_at      TEXT,
    sequence_no             INTEGER,
    units_sold              INTEGER  NOT NULL,
    entry_count             INTEGER  NOT NULL,
    drawn_at                TEXT,
    due_at                  TEXT,
    carried_from_id         TEXT     CHECK (length(carried_from_id) <= 36),
    revision                INTEGER  NOT NULL,
    created_by_id           TEXT     NOT NULL CHECK (length(created_by_id) <= 36),
    created_at              TEXT     NOT NULL,
    updated_at              TEXT     NOT NULL,
    CONSTRAINT drawings_pk PRIMARY KEY (drawing_id),
    CONSTRAINT drawings_sponsor_fk FOREIGN KEY (sponsor_id) REFERENCES sponsors (sponsor_id),
    CONSTRAINT drawings_carried_fk FOREIGN KEY (carried_from_id) REFERENCES drawings (drawing_id),
    CONSTRAINT drawings_type_ck CHECK (type IN ('daily', 'weekly', 'monthly', 'annual')),
    CONSTRAINT drawings_status_ck CHECK (status IN ('draft', 'scheduled', 'open', 'closed', 'completed',
        'cancelled', 'aborted')),
    CONSTRAINT drawings_distinct_ck CHECK (distinct_by IN ('holder', 'entry')),
    CONSTRAINT drawings_audience_ck CHECK (audience IN ('everybody', 'premium')),
    CONSTRAINT drawings_price_ck CHECK (ticket_price_points > 0),
    CONSTRAINT drawings_units_ck CHECK (units_sold >= 0 AND entry_count >= 0),
    CONSTRAINT drawings_times_ck CHECK (opens_at < closes_at AND closes_at <= draws_at)
) STRICT
/
-- Serves the scheduler: what is due, the oldest first; finished drawings have no due time.
CREATE INDEX drawings_due_ix ON drawings (due_at, drawing_id)
/
-- Serves the public list, the latest draw first, however deep a page lies.
CREATE INDEX drawings_list_ix ON drawings (draws_at, drawing_id)
/
-- Holds that no sequence number is used twice; drafts have none.
CREATE UNIQUE INDEX drawings_sequence_uq ON drawings (CASE WHEN sequence_no IS NOT NULL THEN sequence_no END)
/
-- Serves the foreign key of sponsors.
CREATE INDEX drawings_sponsor_ix ON drawings (sponsor_id)
/
-- Signed terms stay as they were signed.
CREATE TRIGGER drawings_no_update BEFORE UPDATE OF drawing_id, type, name, ticket_price_points, ticket_limit, alternates,
    distinct_by, audience, min_account_age_days, min_age_years, excluded_states_json, registered_states_json, sponsor_id,
    sponsor_commitment, opens_at, closes_at, draws_at, sequence_no, carried_from_id ON drawings
  WHEN OLD.sequence_no IS NOT NULL
BEGIN
    SELECT RAISE(ABORT, 'a scheduled drawing is append-only');
END
/
CREATE TRIGGER drawings_no_delete BEFORE DELETE ON drawings
  WHEN OLD.sequence_no IS NOT NULL
BEGIN
    SELECT RAISE(ABORT, 'a scheduled drawing is append-only');
END
/
-- A drawing that has come to its end stays there, with its counts and its time.
CREATE TRIGGER drawings_no_return BEFORE UPDATE OF status, units_sold, entry_count, drawn_at ON drawings
  WHEN OLD.status IN ('completed', 'cancelled', 'aborted')
BEGIN
    SELECT RAISE(ABORT, 'a finished drawing is append-only');
END
/
-- A drawing's prizes, in the order in which they are drawn.
CREATE TABLE prizes (
    prize_id     TEXT     NOT NULL CHECK (length(prize_id) <= 36),
    drawing_id   TEXT     NOT NULL CHECK (length(drawing_id) <= 36),
    rank_no      INTEGER  NOT NULL,
    name         TEXT     NOT NULL CHECK (length(name) <= 120),
    description  TEXT     CHECK (length(description) <= 1000),
    value_cents  INTEGER  NOT NULL,
    quantity     INTEGER  NOT NULL,
    kind         TEXT     NOT NULL CHECK (length(kind) <= 8),
    sponsor_id   TEXT     CHECK (length(sponsor_id) <= 36),
    image_url    TEXT     CHECK (length(image_url) <= 500),
    CONSTRAINT prizes_pk PRIMARY KEY (prize_id),
    CONSTRAINT prizes_rank_uq UNIQUE (drawing_id, rank_no),
    CONSTRAINT prizes_drawing_fk FOREIGN KEY (drawing_id) REFERENCES drawings (drawing_id),
    CONSTRAINT prizes_sponsor_fk FOREIGN KEY (sponsor_id) REFERENCES sponsors (sponsor_id),
    CONSTRAINT prizes_kind_ck CHECK (kind IN ('digital', 'physical')),
    CONSTRAINT prizes_value_ck CHECK (value_cents >= 0),
    CONSTRAINT prizes_quantity_ck CHECK (quantity BETWEEN 1 AND 10000)
) STRICT
/
-- Serves the foreign key of sponsors.
CREATE INDEX prizes_sponsor_ix ON prizes (sponsor_id)
/
-- The prizes of signed terms stay as they were signed.
CREATE TRIGGER prizes_no_update BEFORE UPDATE ON prizes
  WHEN (SELECT sequence_no FROM drawings WHERE drawing_id = OLD.drawing_id) IS NOT NULL
BEGIN
    SELECT RAISE(ABORT, 'a scheduled drawing is append-only');
END
/
CREATE TRIGGER prizes_no_delete BEFORE DELETE ON prizes
  WHEN (SELECT sequence_no FROM drawings WHERE drawing_id = OLD.drawing_id) IS NOT NULL
BEGIN
    SELECT RAISE(ABORT, 'a scheduled drawing is append-only');
END
/
-- The sources of a drawing's randomness as its terms name them; sealed_bytes only where the operator keeps the value.
CREATE TABLE drawing_sources (
    drawing_id    TEXT     NOT NULL CHECK (length(drawing_id) <= 36),
    source_id     TEXT     NOT NULL CHECK (length(source_id) <= 64),
    position      INTEGER  NOT NULL,
    kind          TEXT     NOT NULL CHECK (length(kind) <= 10),
    custody       TEXT     NOT NULL CHECK (length(custody) <= 10),
    sponsor_id    TEXT     CHECK (length(sponsor_id) <= 36),
    commitment    TEXT     NOT NULL CHECK (length(commitment) <= 64),
    sealed_bytes  BLOB,
    CONSTRAINT drawing_sources_pk PRIMARY KEY (drawing_id, source_id),
    CONSTRAINT drawing_sources_position_uq UNIQUE (drawing_id, position),
    CONSTRAINT drawing_sources_drawing_fk FOREIGN KEY (drawing_id) REFERENCES drawings (drawing_id),
    CONSTRAINT drawing_sources_kind_ck CHECK (kind IN ('commit')),
    CONSTRAINT drawing_sources_custody_ck CHECK (custody IN ('operator', 'sponsor'))
) STRICT
/
CREATE TRIGGER drawing_sources_no_update BEFORE UPDATE ON drawing_sources
BEGIN
    SELECT RAISE(ABORT, 'drawing_sources is append-only');
END
/
CREATE TRIGGER drawing_sources_no_delete BEFORE DELETE ON drawing_sources
BEGIN
    SELECT RAISE(ABORT, 'drawing_sources is append-only');
END
/
-- What sources revealed, as canonical JSON, in the order of the sources.
CREATE TABLE drawing_reveals (
    drawing_id   TEXT     NOT NULL CHECK (length(drawing_id) <= 36),
    source_id    TEXT     NOT NULL CHECK (length(source_id) <= 64),
    position     INTEGER  NOT NULL,
    body_text    TEXT     NOT NULL,
    revealed_at  TEXT     NOT NULL,
    CONSTRAINT drawing_reveals_pk PRIMARY KEY (drawing_id, source_id),
    CONSTRAINT drawing_reveals_source_fk FOREIGN KEY (drawing_id, source_id) REFERENCES drawing_sources (drawing_id, source_id)
) STRICT
/
CREATE TRIGGER drawing_reveals_no_update BEFORE UPDATE ON drawing_reveals
BEGIN
    SELECT RAISE(ABORT, 'drawing_reveals is append-only');
END
/
CREATE TRIGGER drawing_reveals_no_delete BEFORE DELETE ON drawing_reveals
BEGIN
    SELECT RAISE(ABORT, 'drawing_reveals is append-only');
END
/
-- Rules, terms, close and result: the very bytes that were hashed and signed.
CREATE TABLE drawing_documents (
    drawing_id  TEXT  NOT NULL CHECK (length(drawing_id) <= 36),
    kind        TEXT  NOT NULL CHECK (length(kind) <= 10),
    body_text   TEXT  NOT NULL,
    body_hash   TEXT  NOT NULL CHECK (length(body_hash) <= 64),
    signature   TEXT  CHECK (length(signature) <= 128),
    created_at  TEXT  NOT NULL,
    CONSTRAINT drawing_documents_pk PRIMARY KEY (drawing_id, kind),
    CONSTRAINT drawing_documents_drawing_fk FOREIGN KEY (drawing_id) REFERENCES drawings (drawing_id),
    CONSTRAINT drawing_documents_kind_ck CHECK (kind IN ('rules', 'terms', 'close', 'result'))
) STRICT
/
CREATE TRIGGER drawing_documents_no_update BEFORE UPDATE ON drawing_documents
BEGIN
    SELECT RAISE(ABORT, 'drawing_documents is append-only');
END
/
CREATE TRIGGER drawing_documents_no_delete BEFORE DELETE ON drawing_documents
BEGIN
    SELECT RAISE(ABORT, 'drawing_documents is append-only');
END
/
-- A member's tag in one drawing, and the salt that only the member is told.
CREATE TABLE drawing_holders (
    drawing_id  TEXT  NOT NULL CHECK (length(drawing_id) <= 36),
    account_id  TEXT  NOT NULL CHECK (length(account_id) <= 36),
    holder      TEXT  NOT NULL CHECK (length(holder) <= 64),
    salt_bytes  BLOB,
    CONSTRAINT drawing_holders_pk PRIMARY KEY (drawing_id, account_id),
    CONSTRAINT drawing_holders_holder_uq UNIQUE (drawing_id, holder),
    CONSTRAINT drawing_holders_drawing_fk FOREIGN KEY (drawing_id) REFERENCES drawings (drawing_id),
    CONSTRAINT drawing_holders_account_fk FOREIGN KEY (account_id) REFERENCES accounts (account_id)
) STRICT
/
-- One row per purchase or free entry; purchase_id is the reference of its ledger transaction.
CREATE TABLE entries (
    entry_id           TEXT     NOT NULL CHECK (length(entry_id) <= 36),
    drawing_id         TEXT     NOT NULL CHECK (length(drawing_id) <= 36),
    account_id         TEXT     NOT NULL CHECK (length(account_id) <= 36),
    holder             TEXT     NOT NULL CHECK (length(holder) <= 64),
    kind               TEXT     NOT NULL CHECK (length(kind) <= 4),
    units              INTEGER  NOT NULL,
    price_points       INTEGER  NOT NULL,
    receipt_text       TEXT,
    receipt_signature  TEXT     CHECK (length(receipt_signature) <= 128),
    void_reason        TEXT     CHECK (length(void_reason) <= 64),
    purchase_id        TEXT     NOT NULL CHECK (length(purchase_id) <= 36),
    carried_from_id    TEXT     CHECK (length(carried_from_id) <= 36),
    refunded_at        TEXT,
    entered_at         TEXT     NOT NULL,
    CONSTRAINT entries_pk PRIMARY KEY (entry_id),
    CONSTRAINT entries_purchase_uq UNIQUE (drawing_id, purchase_id),
    CONSTRAINT entries_holder_fk FOREIGN KEY (drawing_id, account_id) REFERENCES drawing_holders (drawing_id, account_id),
    CONSTRAINT entries_kind_ck CHECK (kind IN ('paid', 'free')),
    CONSTRAINT entries_units_ck CHECK (units BETWEEN 1 AND 4294967295),
    CONSTRAINT entries_price_ck CHECK (price_points >= 0)
) STRICT
/
-- Serves the close, refunds and carrying over: all entries of a drawing in canonical order.
CREATE INDEX entries_drawing_ix ON entries (drawing_id, entry_id)
/
-- Serves a member's entries of one drawing.
CREATE INDEX entries_member_ix ON entries (drawing_id, account_id, entry_id)
/
-- Serves "my entries, newest first".
CREATE INDEX entries_account_ix ON entries (account_id, entry_id)
/
CREATE TRIGGER entries_no_delete BEFORE DELETE ON entries
BEGIN
    SELECT RAISE(ABORT, 'entries is append-only');
END
/
-- What was sold stays as it was sold; only a void reason and a refund are added.
CREATE TRIGGER entries_no_update BEFORE UPDATE OF entry_id, drawing_id, account_id, holder, kind, units, price_points,
    receipt_text, receipt_signature, purchase_id, carried_from_id, entered_at ON entries
BEGIN
    SELECT RAISE(ABORT, 'entries is append-only');
END
/
-- The list as it was frozen at close, in canonical order, with the ticket numbers that it gave.
CREATE TABLE frozen_entries (
    drawing_id       TEXT     NOT NULL CHECK (length(drawing_id) <= 36),
    position         INTEGER  NOT NULL,
    entry_id         TEXT     NOT NULL CHECK (length(entry_id) <= 36),
    holder           TEXT     NOT NULL CHECK (length(holder) <= 64),
    units            INTEGER  NOT NULL,
    void_reason      TEXT     CHECK (length(void_reason) <= 64),
    first_ticket_no  INTEGER  NOT NULL,
    CONSTRAINT frozen_entries_pk PRIMARY KEY (drawing_id, position),
    CONSTRAINT frozen_entries_entry_uq UNIQUE (entry_id),
    CONSTRAINT frozen_entries_drawing_fk FOREIGN KEY (drawing_id) REFERENCES drawings (drawing_id)
) STRICT
/
CREATE TRIGGER frozen_entries_no_update BEFORE UPDATE ON frozen_entries
BEGIN
    SELECT RAISE(ABORT, 'frozen_entries is append-only');
END
/
CREATE TRIGGER frozen_entries_no_delete BEFORE DELETE ON frozen_entries
BEGIN
    SELECT RAISE(ABORT, 'frozen_entries is append-only');
END
/
-- The roots of runs of 1,024 leaves, so that a proof reads one run instead of the whole list.
CREATE TABLE drawing_trees (
    drawing_id   TEXT  NOT NULL CHECK (length(drawing_id) <= 36),
    roots_bytes  BLOB  NOT NULL,
    CONSTRAINT drawing_trees_pk PRIMARY KEY (drawing_id),
    CONSTRAINT drawing_trees_drawing_fk FOREIGN KEY (drawing_id) REFERENCES drawings (drawing_id)
) STRICT
/
CREATE TRIGGER drawing_trees_no_update BEFORE UPDATE ON drawing_trees
BEGIN
    SELECT RAISE(ABORT, 'drawing_trees is append-only');
END
/
CREATE TRIGGER drawing_trees_no_delete BEFORE DELETE ON drawing_trees
BEGIN
    SELECT RAISE(ABORT, 'drawing_trees is append-only');
END
/
-- Who was drawn, winners first and then alternates; ticket_no is the ticket on which the pick fell.
CREATE TABLE drawing_picks (
    drawing_id  TEXT     NOT NULL CHECK (length(drawing_id) <= 36),
    position    INTEGER  NOT NULL,
    entry_id    TEXT     NOT NULL CHECK (length(entry_id) <= 36),
    role        TEXT     NOT NULL CHECK (length(role) <= 9),
    prize_id    TEXT     CHECK (length(prize_id) <= 36),
    ticket_no   INTEGER  NOT NULL,
    CONSTRAINT drawing_picks_pk PRIMARY KEY (drawing_id, position),
    CONSTRAINT drawing_picks_entry_fk FOREIGN KEY (entry_id) REFERENCES entries (entry_id),
    CONSTRAINT drawing_picks_prize_fk FOREIGN KEY (prize_id) REFERENCES prizes (prize_id),
    CONSTRAINT drawing_picks_role_ck CHECK (role IN ('winner', 'alternate'))
) STRICT
/
CREATE TRIGGER drawing_picks_no_update BEFORE UPDATE ON drawing_picks
BEGIN
    SELECT RAISE(ABORT, 'drawing_picks is append-only');
END
/
CREATE TRIGGER drawing_picks_no_delete BEFORE DELETE ON drawing_picks
BEGIN
    SELECT RAISE(ABORT, 'drawing_picks is append-only');
END
/
-- Serves "my wins".
CREATE INDEX drawing_picks_entry_ix ON drawing_picks (entry_id)
/
-- Serves the foreign key of prizes.
CREATE INDEX drawing_picks_prize_ix ON drawing_picks (prize_id)
/
-- What happened to a drawing, for everybody to read; who did it stays with the operator.
CREATE TABLE drawing_history (
    drawing_id    TEXT     NOT NULL CHECK (length(drawing_id) <= 36),
    event_no      INTEGER  NOT NULL,
    action        TEXT     NOT NULL CHECK (length(action) <= 30),
    actor_role    TEXT     NOT NULL CHECK (length(actor_role) <= 10),
    actor_id      TEXT     CHECK (length(actor_id) <= 36),
    details_json  TEXT     CHECK (details_json IS NULL OR json_valid(details_json)),
    happened_at   TEXT     NOT NULL,
    CONSTRAINT drawing_history_pk PRIMARY KEY (drawing_id, event_no),
    CONSTRAINT drawing_history_drawing_fk FOREIGN KEY (drawing_id) REFERENCES drawings (drawing_id)
) STRICT
/
CREATE TRIGGER drawing_history_no_update BEFORE UPDATE ON drawing_history
BEGIN
    SELECT RAISE(ABORT, 'drawing_history is append-only');
END
/
CREATE TRIGGER drawing_history_no_delete BEFORE DELETE ON drawing_history
BEGIN
    SELECT RAISE(ABORT, 'drawing_history is append-only');
END
/
-- The public log of all drawings, hash-chained; body_text where no other table holds the body.
CREATE TABLE drawing_log (
    seq_no      INTEGER  NOT NULL,
    logged_s    INTEGER  NOT NULL,
    type        TEXT     NOT NULL CHECK (length(type) <= 32),
    drawing_id  TEXT     NOT NULL CHECK (length(drawing_id) <= 36),
    body_hash   TEXT     NOT NULL CHECK (length(body_hash) <= 64),
    body_text   TEXT,
    head        TEXT     NOT NULL CHECK (length(head) <= 64),
    CONSTRAINT drawing_log_pk PRIMARY KEY (seq_no)
) STRICT
/
CREATE TRIGGER drawing_log_no_update BEFORE UPDATE ON drawing_log
BEGIN
    SELECT RAISE(ABORT, 'drawing_log is append-only');
END
/
CREATE TRIGGER drawing_log_no_delete BEFORE DELETE ON drawing_log
BEGIN
    SELECT RAISE(ABORT, 'drawing_log is append-only');
END
/
-- Serves the records of one drawing.
CREATE INDEX drawing_log_drawing_ix ON drawing_log (drawing_id, seq_no)
/
-- The end of the public log and the last sequence number given: one row, locked last.
CREATE TABLE drawing_log_head (
    head_id      INTEGER  NOT NULL,
    log_size     INTEGER  NOT NULL,
    head         TEXT     NOT NULL CHECK (length(head) <= 64),
    logged_s     INTEGER  NOT NULL,
    sequence_no  INTEGER  NOT NULL,
    CONSTRAINT drawing_log_head_pk PRIMARY KEY (head_id),
    CONSTRAINT drawing_log_head_one_ck CHECK (head_id = 1)
) STRICT
/
INSERT INTO drawing_log_head (head_id, log_size, head, logged_s, sequence_no)
SELECT 1, 0, '0000000000000000000000000000000000000000000000000000000000000000', 0, 0
  FROM dual
 WHERE NOT EXISTS (SELECT 1 FROM drawing_log_head)
/
