-- Who supplies prizes and, as a witness, a share of the randomness; barred after withholding a reveal.
CREATE TABLE sponsors (
    sponsor_id              VARCHAR2(36 CHAR)            NOT NULL,
    name                    VARCHAR2(100 CHAR)           NOT NULL,
    contact_email           VARCHAR2(254 CHAR),
    website                 VARCHAR2(500 CHAR),
    logo_url                VARCHAR2(500 CHAR),
    notes                   VARCHAR2(1000 CHAR),
    is_active               NUMBER(1)                    NOT NULL,
    is_revealing_by_itself  NUMBER(1)                    NOT NULL,
    barred_at               TIMESTAMP(6) WITH TIME ZONE,
    created_at              TIMESTAMP(6) WITH TIME ZONE  NOT NULL,
    updated_at              TIMESTAMP(6) WITH TIME ZONE  NOT NULL,
    CONSTRAINT sponsors_pk PRIMARY KEY (sponsor_id),
    CONSTRAINT sponsors_name_uq UNIQUE (name),
    CONSTRAINT sponsors_active_ck CHECK (is_active IN (0, 1)),
    CONSTRAINT sponsors_revealing_ck CHECK (is_revealing_by_itself IN (0, 1))
)
/
-- A sponsor's people: they see their own sponsor only, and can't enter its drawings.
CREATE TABLE sponsor_accounts (
    account_id  VARCHAR2(36 CHAR)            NOT NULL,
    sponsor_id  VARCHAR2(36 CHAR)            NOT NULL,
    added_at    TIMESTAMP(6) WITH TIME ZONE  NOT NULL,
    CONSTRAINT sponsor_accounts_pk PRIMARY KEY (account_id),
    CONSTRAINT sponsor_accounts_account_fk FOREIGN KEY (account_id) REFERENCES accounts (account_id),
    CONSTRAINT sponsor_accounts_sponsor_fk FOREIGN KEY (sponsor_id) REFERENCES sponsors (sponsor_id)
)
/
-- Serves a sponsor's list of people.
CREATE INDEX sponsor_accounts_sponsor_ix ON sponsor_accounts (sponsor_id, account_id)
/
-- One prize drawing; times drive its status, and due_at says when it next needs the scheduler.
CREATE TABLE drawings (
    drawing_id              VARCHAR2(36 CHAR)            NOT NULL,
    type                    VARCHAR2(10 CHAR)            NOT NULL,
    name                    VARCHAR2(120 CHAR)           NOT NULL,
    description             VARCHAR2(1000 CHAR),
    image_url               VARCHAR2(500 CHAR),
    status                  VARCHAR2(10 CHAR)            NOT NULL,
    ticket_price_points     NUMBER(9)                    NOT NULL,
    ticket_limit            NUMBER(9),
    alternates              NUMBER(4)                    NOT NULL,
    distinct_by             VARCHAR2(6 CHAR)             NOT NULL,
    audience                VARCHAR2(10 CHAR)            NOT NULL,
    min_account_age_days    NUMBER(5)                    NOT NULL,
    min_age_years           NUMBER(3)                    NOT NULL,
    excluded_states_json    JSON                         NOT NULL,
    registered_states_json  JSON                         NOT NULL,
    sponsor_id              VARCHAR2(36 CHAR),
    sponsor_commitment      VARCHAR2(64 CHAR),
    opens_at                TIMESTAMP(6) WITH TIME ZONE  NOT NULL,
    closes_at               TIMESTAMP(6) WITH TIME ZONE  NOT NULL,
    draws_at                TIMESTAMP(6) WITH TIME ZONE  NOT NULL,
    reveal_deadline_at      TIMESTAMP(6) WITH TIME ZONE,
    sequence_no             NUMBER(15),
    units_sold              NUMBER(15)                   NOT NULL,
    entry_count             NUMBER(9)                    NOT NULL,
    drawn_at                TIMESTAMP(6) WITH TIME ZONE,
    due_at                  TIMESTAMP(6) WITH TIME ZONE,
    carried_from_id         VARCHAR2(36 CHAR),
    revision                NUMBER(9)                    NOT NULL,
    created_by_id           VARCHAR2(36 CHAR)            NOT NULL,
    created_at              TIMESTAMP(6) WITH TIME ZONE  NOT NULL,
    updated_at              TIMESTAMP(6) WITH TIME ZONE  NOT NULL,
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
)
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
-- Signed terms stay as they were signed. (LOB and JSON columns can't be named here.)
CREATE TRIGGER drawings_no_update BEFORE UPDATE OF drawing_id, type, name, ticket_price_points, ticket_limit, alternates,
    distinct_by, audience, min_account_age_days, min_age_years, sponsor_id, sponsor_commitment, opens_at, closes_at,
    draws_at, sequence_no, carried_from_id ON drawings
  FOR EACH ROW WHEN (OLD.sequence_no IS NOT NULL)
BEGIN
    RAISE_APPLICATION_ERROR(-20001, 'a scheduled drawing is append-only');
END;
/
CREATE TRIGGER drawings_no_delete BEFORE DELETE ON drawings
  FOR EACH ROW WHEN (OLD.sequence_no IS NOT NULL)
BEGIN
    RAISE_APPLICATION_ERROR(-20001, 'a scheduled drawing is append-only');
END;
/
-- A drawing that has come to its end stays there, with its counts and its time.
CREATE TRIGGER drawings_no_return BEFORE UPDATE OF status, units_sold, entry_count, drawn_at ON drawings
  FOR EACH ROW WHEN (OLD.status IN ('completed', 'cancelled', 'aborted'))
BEGIN
    RAISE_APPLICATION_ERROR(-20001, 'a finished drawing is append-only');
END;
/
-- A drawing's prizes, in the order in which they are drawn.
CREATE TABLE prizes (
    prize_id     VARCHAR2(36 CHAR)    NOT NULL,
    drawing_id   VARCHAR2(36 CHAR)    NOT NULL,
    rank_no      NUMBER(4)            NOT NULL,
    name         VARCHAR2(120 CHAR)   NOT NULL,
    description  VARCHAR2(1000 CHAR),
    value_cents  NUMBER(12)           NOT NULL,
    quantity     NUMBER(5)            NOT NULL,
    kind         VARCHAR2(8 CHAR)     NOT NULL,
    sponsor_id   VARCHAR2(36 CHAR),
    image_url    VARCHAR2(500 CHAR),
    CONSTRAINT prizes_pk PRIMARY KEY (prize_id),
    CONSTRAINT prizes_rank_uq UNIQUE (drawing_id, rank_no),
    CONSTRAINT prizes_drawing_fk FOREIGN KEY (drawing_id) REFERENCES drawings (drawing_id),
    CONSTRAINT prizes_sponsor_fk FOREIGN KEY (sponsor_id) REFERENCES sponsors (sponsor_id),
    CONSTRAINT prizes_kind_ck CHECK (kind IN ('digital', 'physical')),
    CONSTRAINT prizes_value_ck CHECK (value_cents >= 0),
    CONSTRAINT prizes_quantity_ck CHECK (quantity BETWEEN 1 AND 10000)
)
/
-- Serves the foreign key of sponsors.
CREATE INDEX prizes_sponsor_ix ON prizes (sponsor_id)
/
-- The sources of a drawing's randomness as its terms name them; sealed_bytes only where the operator keeps the value.
CREATE IMMUTABLE TABLE drawing_sources (
    drawing_id    VARCHAR2(36 CHAR)  NOT NULL,
    source_id     VARCHAR2(64 CHAR)  NOT NULL,
    position      NUMBER(3)          NOT NULL,
    kind          VARCHAR2(10 CHAR)  NOT NULL,
    custody       VARCHAR2(10 CHAR)  NOT NULL,
    sponsor_id    VARCHAR2(36 CHAR),
    commitment    VARCHAR2(64 CHAR)  NOT NULL,
    sealed_bytes  BLOB,
    CONSTRAINT drawing_sources_pk PRIMARY KEY (drawing_id, source_id),
    CONSTRAINT drawing_sources_position_uq UNIQUE (drawing_id, position),
    CONSTRAINT drawing_sources_drawing_fk FOREIGN KEY (drawing_id) REFERENCES drawings (drawing_id),
    CONSTRAINT drawing_sources_kind_ck CHECK (kind IN ('commit')),
    CONSTRAINT drawing_sources_custody_ck CHECK (custody IN ('operator', 'sponsor'))
) NO DROP UNTIL 0 DAYS IDLE NO DELETE LOCKED
/
-- What sources revealed, as canonical JSON, in the order of the sources.
CREATE IMMUTABLE TABLE drawing_reveals (
    drawing_id   VARCHAR2(36 CHAR)            NOT NULL,
    source_id    VARCHAR2(64 CHAR)            NOT NULL,
    position     NUMBER(3)                    NOT NULL,
    body_text    CLOB                         NOT NULL,
    revealed_at  TIMESTAMP(6) WITH TIME ZONE  NOT NULL,
    CONSTRAINT drawing_reveals_pk PRIMARY KEY (drawing_id, source_id),
    CONSTRAINT drawing_reveals_source_fk FOREIGN KEY (drawing_id, source_id) REFERENCES drawing_sources (drawing_id, source_id)
) NO DROP UNTIL 0 DAYS IDLE NO DELETE LOCKED
/
-- Rules, terms, close and result: the very bytes that were hashed and signed.
CREATE IMMUTABLE TABLE drawing_documents (
    drawing_id  VARCHAR2(36 CHAR)            NOT NULL,
    kind        VARCHAR2(10 CHAR)            NOT NULL,
    body_text   CLOB                         NOT NULL,
    body_hash   VARCHAR2(64 CHAR)            NOT NULL,
    signature   VARCHAR2(128 CHAR),
    created_at  TIMESTAMP(6) WITH TIME ZONE  NOT NULL,
    CONSTRAINT drawing_documents_pk PRIMARY KEY (drawing_id, kind),
    CONSTRAINT drawing_documents_drawing_fk FOREIGN KEY (drawing_id) REFERENCES drawings (drawing_id),
    CONSTRAINT drawing_documents_kind_ck CHECK (kind IN ('rules', 'terms', 'close', 'result'))
) NO DROP UNTIL 0 DAYS IDLE NO DELETE LOCKED
/
-- A member's tag in one drawing, and the salt that only the member is told.
CREATE TABLE drawing_holders (
    drawing_id  VARCHAR2(36 CHAR)  NOT NULL,
    account_id  VARCHAR2(36 CHAR)  NOT NULL,
    holder      VARCHAR2(64 CHAR)  NOT NULL,
    salt_bytes  BLOB,
    CONSTRAINT drawing_holders_pk PRIMARY KEY (drawing_id, account_id),
    CONSTRAINT drawing_holders_holder_uq UNIQUE (drawing_id, holder),
    CONSTRAINT drawing_holders_drawing_fk FOREIGN KEY (drawing_id) REFERENCES drawings (drawing_id),
    CONSTRAINT drawing_holders_account_fk FOREIGN KEY (account_id) REFERENCES accounts (account_id)
)
/
-- One row per purchase or free entry; purchase_id is the reference of its ledger transaction.
CREATE TABLE entries (
    entry_id           VARCHAR2(36 CHAR)            NOT NULL,
    drawing_id         VARCHAR2(36 CHAR)            NOT NULL,
    account_id         VARCHAR2(36 CHAR)            NOT NULL,
    holder             VARCHAR2(64 CHAR)            NOT NULL,
    kind               VARCHAR2(4 CHAR)             NOT NULL,
    units              NUMBER(10)                   NOT NULL,
    price_points       NUMBER(15)                   NOT NULL,
    receipt_text       CLOB,
    receipt_signature  VARCHAR2(128 CHAR),
    void_reason        VARCHAR2(64 CHAR),
    purchase_id        VARCHAR2(36 CHAR)            NOT NULL,
    carried_from_id    VARCHAR2(36 CHAR),
    refunded_at        TIMESTAMP(6) WITH TIME ZONE,
    entered_at         TIMESTAMP(6) WITH TIME ZONE  NOT NULL,
    CONSTRAINT entries_pk PRIMARY KEY (entry_id),
    CONSTRAINT entries_purchase_uq UNIQUE (drawing_id, purchase_id),
    CONSTRAINT entries_holder_fk FOREIGN KEY (drawing_id, account_id) REFERENCES drawing_holders (drawing_id, account_id),
    CONSTRAINT entries_kind_ck CHECK (kind IN ('paid', 'free')),
    CONSTRAINT entries_units_ck CHECK (units BETWEEN 1 AND 4294967295),
    CONSTRAINT entries_price_ck CHECK (price_points >= 0)
)
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
    RAISE_APPLICATION_ERROR(-20001, 'entries is append-only');
END;
/
-- What was sold stays as it was sold; only a void reason and a refund are added.
CREATE TRIGGER entries_no_update BEFORE UPDATE OF entry_id, drawing_id, account_id, holder, kind, units, price_points,
    receipt_signature, purchase_id, carried_from_id, entered_at ON entries
BEGIN
    RAISE_APPLICATION_ERROR(-20001, 'entries is append-only');
END;
/
-- The list as it was frozen at close, in canonical order, with the ticket numbers that it gave.
CREATE IMMUTABLE TABLE frozen_entries (
    drawing_id       VARCHAR2(36 CHAR)  NOT NULL,
    position         NUMBER(10)         NOT NULL,
    entry_id         VARCHAR2(36 CHAR)  NOT NULL,
    holder           VARCHAR2(64 CHAR)  NOT NULL,
    units            NUMBER(10)         NOT NULL,
    void_reason      VARCHAR2(64 CHAR),
    first_ticket_no  NUMBER(15)         NOT NULL,
    CONSTRAINT frozen_entries_pk PRIMARY KEY (drawing_id, position),
    CONSTRAINT frozen_entries_entry_uq UNIQUE (entry_id),
    CONSTRAINT frozen_entries_drawing_fk FOREIGN KEY (drawing_id) REFERENCES drawings (drawing_id)
) NO DROP UNTIL 0 DAYS IDLE NO DELETE LOCKED
/
-- The roots of runs of 1,024 leaves, so that a proof reads one run instead of the whole list.
CREATE IMMUTABLE TABLE drawing_trees (
    drawing_id   VARCHAR2(36 CHAR)  NOT NULL,
    roots_bytes  BLOB               NOT NULL,
    CONSTRAINT drawing_trees_pk PRIMARY KEY (drawing_id),
    CONSTRAINT drawing_trees_drawing_fk FOREIGN KEY (drawing_id) REFERENCES drawings (drawing_id)
) NO DROP UNTIL 0 DAYS IDLE NO DELETE LOCKED
/
-- Who was drawn, winners first and then alternates; ticket_no is the ticket on which the pick fell.
CREATE IMMUTABLE TABLE drawing_picks (
    drawing_id  VARCHAR2(36 CHAR)  NOT NULL,
    position    NUMBER(5)          NOT NULL,
    entry_id    VARCHAR2(36 CHAR)  NOT NULL,
    role        VARCHAR2(9 CHAR)   NOT NULL,
    prize_id    VARCHAR2(36 CHAR),
    ticket_no   NUMBER(15)         NOT NULL,
    CONSTRAINT drawing_picks_pk PRIMARY KEY (drawing_id, position),
    CONSTRAINT drawing_picks_entry_fk FOREIGN KEY (entry_id) REFERENCES entries (entry_id),
    CONSTRAINT drawing_picks_prize_fk FOREIGN KEY (prize_id) REFERENCES prizes (prize_id),
    CONSTRAINT drawing_picks_role_ck CHECK (role IN ('winner', 'alternate'))
) NO DROP UNTIL 0 DAYS IDLE NO DELETE LOCKED
/
-- Serves "my wins".
CREATE INDEX drawing_picks_entry_ix ON drawing_picks (entry_id)
/
-- Serves the foreign key of prizes.
CREATE INDEX drawing_picks_prize_ix ON drawing_picks (prize_id)
/
-- What happened to a drawing, for everybody to read; who did it stays with the operator.
CREATE IMMUTABLE TABLE drawing_history (
    drawing_id    VARCHAR2(36 CHAR)            NOT NULL,
    event_no      NUMBER(9)                    NOT NULL,
    action        VARCHAR2(30 CHAR)            NOT NULL,
    actor_role    VARCHAR2(10 CHAR)            NOT NULL,
    actor_id      VARCHAR2(36 CHAR),
    details_json  JSON,
    happened_at   TIMESTAMP(6) WITH TIME ZONE  NOT NULL,
    CONSTRAINT drawing_history_pk PRIMARY KEY (drawing_id, event_no),
    CONSTRAINT drawing_history_drawing_fk FOREIGN KEY (drawing_id) REFERENCES drawings (drawing_id)
) NO DROP UNTIL 0 DAYS IDLE NO DELETE LOCKED
/
-- The public log of all drawings, hash-chained; body_text where no other table holds the body.
CREATE IMMUTABLE TABLE drawing_log (
    seq_no      NUMBER(15)         NOT NULL,
    logged_s    NUMBER(13)         NOT NULL,
    type        VARCHAR2(32 CHAR)  NOT NULL,
    drawing_id  VARCHAR2(36 CHAR)  NOT NULL,
    body_hash   VARCHAR2(64 CHAR)  NOT NULL,
    body_text   CLOB,
    head        VARCHAR2(64 CHAR)  NOT NULL,
    CONSTRAINT drawing_log_pk PRIMARY KEY (seq_no)
) NO DROP UNTIL 0 DAYS IDLE NO DELETE LOCKED
/
-- Serves the records of one drawing.
CREATE INDEX drawing_log_drawing_ix ON drawing_log (drawing_id, seq_no)
/
-- The end of the public log and the last sequence number given: one row, locked last.
CREATE TABLE drawing_log_head (
    head_id      NUMBER(1)          NOT NULL,
    log_size     NUMBER(15)         NOT NULL,
    head         VARCHAR2(64 CHAR)  NOT NULL,
    logged_s     NUMBER(13)         NOT NULL,
    sequence_no  NUMBER(15)         NOT NULL,
    CONSTRAINT drawing_log_head_pk PRIMARY KEY (head_id),
    CONSTRAINT drawing_log_head_one_ck CHECK (head_id = 1)
)
/
INSERT INTO drawing_log_head (head_id, log_size, head, logged_s, sequence_no)
SELECT 1, 0, '0000000000000000000000000000000000000000000000000000000000000000', 0, 0
  FROM dual
 WHERE NOT EXISTS (SELECT 1 FROM drawing_log_head)
/
