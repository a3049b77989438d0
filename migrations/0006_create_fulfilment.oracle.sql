-- What a member is told inside the application; mails are sent besides.
CREATE TABLE notifications (
    notification_id   VARCHAR2(36 CHAR)            NOT NULL,
    account_id        VARCHAR2(36 CHAR)            NOT NULL,
    kind              VARCHAR2(40 CHAR)            NOT NULL,
    notification_key  VARCHAR2(120 CHAR)           NOT NULL,
    title             VARCHAR2(200 CHAR)           NOT NULL,
    body              VARCHAR2(1000 CHAR)          NOT NULL,
    data_json         JSON                         NOT NULL,
    created_at        TIMESTAMP(6) WITH TIME ZONE  NOT NULL,
    read_at           TIMESTAMP(6) WITH TIME ZONE,
    CONSTRAINT notifications_pk PRIMARY KEY (notification_id),
    CONSTRAINT notifications_key_uq UNIQUE (account_id, kind, notification_key),
    CONSTRAINT notifications_account_fk FOREIGN KEY (account_id) REFERENCES accounts (account_id)
)
/
-- Serves "my notifications, newest first".
CREATE INDEX notifications_account_ix ON notifications (account_id, notification_id)
/
-- Serves the count of unread ones; those that were read are not in it.
CREATE INDEX notifications_unread_ix ON notifications (CASE WHEN read_at IS NULL THEN account_id END)
/
-- The delivery of one prize unit to one winner; position is that of the pick in the signed result.
CREATE TABLE fulfilments (
    fulfilment_id  VARCHAR2(36 CHAR)            NOT NULL,
    drawing_id     VARCHAR2(36 CHAR)            NOT NULL,
    position       NUMBER(6)                    NOT NULL,
    prize_id       VARCHAR2(36 CHAR)            NOT NULL,
    entry_id       VARCHAR2(36 CHAR)            NOT NULL,
    account_id     VARCHAR2(36 CHAR)            NOT NULL,
    prize_name     VARCHAR2(200 CHAR)           NOT NULL,
    delivery       VARCHAR2(10 CHAR)            NOT NULL,
    state          VARCHAR2(20 CHAR)            NOT NULL,
    won_at         TIMESTAMP(6) WITH TIME ZONE  NOT NULL,
    notified_at    TIMESTAMP(6) WITH TIME ZONE,
    updated_at     TIMESTAMP(6) WITH TIME ZONE  NOT NULL,
    CONSTRAINT fulfilments_pk PRIMARY KEY (fulfilment_id),
    CONSTRAINT fulfilments_position_uq UNIQUE (drawing_id, position),
    CONSTRAINT fulfilments_drawing_fk FOREIGN KEY (drawing_id) REFERENCES drawings (drawing_id),
    CONSTRAINT fulfilments_prize_fk FOREIGN KEY (prize_id) REFERENCES prizes (prize_id),
    CONSTRAINT fulfilments_entry_fk FOREIGN KEY (entry_id) REFERENCES entries (entry_id),
    CONSTRAINT fulfilments_account_fk FOREIGN KEY (account_id) REFERENCES accounts (account_id),
    CONSTRAINT fulfilments_delivery_ck CHECK (delivery IN ('digital', 'physical')),
    CONSTRAINT fulfilments_state_ck CHECK (state IN ('pending', 'winner_notified', 'address_confirmed',
        'address_invalid', 'tax_hold', 'shipped', 'delivered', 'forfeited'))
)
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
CREATE IMMUTABLE TABLE fulfilment_events (
    fulfilment_id  VARCHAR2(36 CHAR)            NOT NULL,
    step_no        NUMBER(6)                    NOT NULL,
    state          VARCHAR2(20 CHAR)            NOT NULL,
    actor_id       VARCHAR2(36 CHAR),
    occurred_at    TIMESTAMP(6) WITH TIME ZONE  NOT NULL,
    CONSTRAINT fulfilment_events_pk PRIMARY KEY (fulfilment_id, step_no),
    CONSTRAINT fulfilment_events_fulfilment_fk FOREIGN KEY (fulfilment_id) REFERENCES fulfilments (fulfilment_id)
) NO DROP UNTIL 0 DAYS IDLE NO DELETE LOCKED
/
