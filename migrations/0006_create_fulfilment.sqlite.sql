-- What a member is told inside the application; mails are sent besides.
CREATE TABLE notifications (
    notification_id   TEXT  NOT NULL CHECK (length(notification_id) <= 36),
    account_id        TEXT  NOT NULL CHECK (length(account_id) <= 36),
    kind              TEXT  NOT NULL CHECK (length(kind) <= 40),
    notification_key  TEXT  NOT NULL CHECK (length(notification_key) <= 120),
    title             TEXT  NOT NULL CHECK (length(title) <= 200),
    body              TEXT  NOT NULL CHECK (length(body) <= 1000),
    data_json         TEXT  NOT NULL CHECK (json_valid(data_json)),
    created_at        TEXT  NOT NULL,
    read_at           TEXT,
    CONSTRAINT notifications_pk PRIMARY KEY (notification_id),
    CONSTRAINT notifications_key_uq UNIQUE (account_id, kind, notification_key),
    CONSTRAINT notifications_account_fk FOREIGN KEY (account_id) REFERENCES accounts (account_id)
) STRICT
/
-- Serves "my notifications, newest first".
CREATE INDEX notifications_account_ix ON notifications (account_id, notification_id)
/
-- Serves the count of unread ones; those that were read are not in it.
CREATE INDEX notifications_unread_ix ON notifications (CASE WHEN read_at IS NULL THEN account_id END)
/
-- The delivery of one prize unit to one winner; position is that of the pick in the signed result.
CREATE TABLE fulfilments (
    fulfilment_id  TEXT     NOT NULL CHECK (length(fulfilment_id) <= 36),
    drawing_id     TEXT     NOT NULL CHECK (length(drawing_id) <= 36),
    position       INTEGER  NOT NULL,
    prize_id       TEXT     NOT NULL CHECK (length(prize_id) <= 36),
    entry_id       TEXT     NOT NULL CHECK (length(entry_id) <= 36),
    account_id     TEXT     NOT NULL CHECK (length(account_id) <= 36),
    prize_name     TEXT     NOT NULL CHECK (length(prize_name) <= 200),
    delivery       TEXT     NOT NULL CHECK (length(delivery) <= 10),
    state          TEXT     NOT NULL CHECK (length(state) <= 20),
    won_at         TEXT     NOT NULL,
    notified_at    TEXT,
    updated_at     TEXT     NOT NULL,
    CONSTRAINT fulfilments_pk PRIMARY KEY (fulfilment_id),
    CONSTRAINT fulfilments_position_uq UNIQUE (drawing_id, position),
    CONSTRAINT fulfilments_drawing_fk FOREIGN KEY (drawing_id) REFERENCES drawings (drawing_id),
    CONSTRAINT fulfilments_prize_fk FOREIGN KEY (prize_id) REFERENCES prizes (prize_id),
    CONSTRAINT fulfilments_entry_fk FOREIGN KEY (entry_id) REFERENCES entries (entry_id),
    CONSTRAINT fulfilments_account_fk FOREIGN KEY (account_id) REFERENCES accounts (account_id),
    CONSTRAINT fulfilments_delivery_ck CHECK (delivery IN ('digital', 'physical')),
    CONSTRAINT fulfilments_state_ck CHECK (state IN ('pending', 'winner_notified', 'address_confirmed',
        'address_invalid', 'tax_hold', 'shipped', 'delivered', 'forfeited'))
) STRICT
/
-- Serves "what I won, newest first".
CREATE INDEX fulfilments_account_ix ON fulfilments (account_id, fulfilment_id)
/
-- Serves the foreign key of prizes.
CREATE INDEX fulfilments_prize_ix ON fulfilments (prize_id)
/
-- Serves the foreign key of entries.
CREATE INDEX fulfilments_entry_ix ON fulfilments (entry_id)
/
-- Serves the operator's list of deliveries in one state.
CREATE INDEX fulfilments_state_ix ON fulfilments (state, fulfilment_id)
/
-- Every step of a delivery, with who took it (NULL: the platform itself) and when; append-only.
CREATE TABLE fulfilment_events (
    fulfilment_id  TEXT     NOT NULL CHECK (length(fulfilment_id) <= 36),
    step_no        INTEGER  NOT NULL,
    state          TEXT     NOT NULL CHECK (length(state) <= 20),
    actor_id       TEXT     CHECK (length(actor_id) <= 36),
    occurred_at    TEXT     NOT NULL,
    CONSTRAINT fulfilment_events_pk PRIMARY KEY (fulfilment_id, step_no),
    CONSTRAINT fulfilment_events_fulfilment_fk FOREIGN KEY (fulfilment_id) REFERENCES fulfilments (fulfilment_id)
) STRICT
/
CREATE TRIGGER fulfilment_events_no_update BEFORE UPDATE ON fulfilment_events
BEGIN
    SELECT RAISE(ABORT, 'fulfilment_events is append-only');
END
/
CREATE TRIGGER fulfilment_events_no_delete BEFORE DELETE ON fulfilment_events
BEGIN
    SELECT RAISE(ABORT, 'fulfilment_events is append-only');
END
/
