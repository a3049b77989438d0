-- What sponsors, or the operator, offer as prizes: units offered, of those how many are reserved by
-- scheduled drawings and how many were won. What is left is offered less the other two.
CREATE TABLE inventory_prizes (
    inventory_prize_id  VARCHAR2(36 CHAR)            NOT NULL,
    sponsor_id          VARCHAR2(36 CHAR),
    name                VARCHAR2(120 CHAR)           NOT NULL,
    description         VARCHAR2(1000 CHAR),
    value_cents         NUMBER(14)                   NOT NULL,
    kind                VARCHAR2(8 CHAR)             NOT NULL,
    image_url           VARCHAR2(500 CHAR),
    offered_units       NUMBER(9)                    NOT NULL,
    reserved_units      NUMBER(9)                    NOT NULL,
    awarded_units       NUMBER(9)                    NOT NULL,
    is_active           NUMBER(1)                    NOT NULL,
    revision            NUMBER(9)                    NOT NULL,
    created_at          TIMESTAMP(6) WITH TIME ZONE  NOT NULL,
    updated_at          TIMESTAMP(6) WITH TIME ZONE  NOT NULL,
    CONSTRAINT inventory_prizes_pk PRIMARY KEY (inventory_prize_id),
    CONSTRAINT inventory_prizes_sponsor_fk FOREIGN KEY (sponsor_id) REFERENCES sponsors (sponsor_id),
    CONSTRAINT inventory_prizes_kind_ck CHECK (kind IN ('digital', 'physical')),
    CONSTRAINT inventory_prizes_active_ck CHECK (is_active IN (0, 1)),
    CONSTRAINT inventory_prizes_value_ck CHECK (value_cents >= 0),
    CONSTRAINT inventory_prizes_taken_ck CHECK (reserved_units >= 0 AND awarded_units >= 0),
    CONSTRAINT inventory_prizes_left_ck CHECK (reserved_units + awarded_units <= offered_units)
)
/
-- Serves a sponsor's inventory, newest first.
CREATE INDEX inventory_prizes_sponsor_ix ON inventory_prizes (sponsor_id, inventory_prize_id)
/
-- A drawing's prize may come out of an inventory.
ALTER TABLE prizes ADD (
    inventory_prize_id  VARCHAR2(36 CHAR)
        CONSTRAINT prizes_inventory_fk REFERENCES inventory_prizes (inventory_prize_id)
)
/
-- Serves the foreign key of inventories, and their audit.
CREATE INDEX prizes_inventory_ix ON prizes (inventory_prize_id)
/
-- Whom to ask at a sponsor's; `revision` counts the edits.
ALTER TABLE sponsors ADD (
    contact_name   VARCHAR2(100 CHAR),
    contact_phone  VARCHAR2(30 CHAR),
    revision       NUMBER(9)           DEFAULT 1  NOT NULL
)
/
-- How a delivery goes on. `claim_from_at` is when its winner's time to claim began (NULL: it stands
-- still), `due_at` when the scheduler looks next, `replaces_id` the forfeited delivery whose unit it is.
ALTER TABLE fulfilments ADD (
    revision        NUMBER(9)  DEFAULT 1  NOT NULL,
    claim_from_at   TIMESTAMP(6) WITH TIME ZONE,
    warned_at       TIMESTAMP(6) WITH TIME ZONE,
    due_at          TIMESTAMP(6) WITH TIME ZONE,
    carrier         VARCHAR2(60 CHAR),
    tracking        VARCHAR2(100 CHAR),
    shipped_at      TIMESTAMP(6) WITH TIME ZONE,
    delivered_at    TIMESTAMP(6) WITH TIME ZONE,
    code_shown_at   TIMESTAMP(6) WITH TIME ZONE,
    forfeit_reason  VARCHAR2(40 CHAR),
    replaces_id     VARCHAR2(36 CHAR)
        CONSTRAINT fulfilments_replaces_fk REFERENCES fulfilments (fulfilment_id)
)
/
-- Serves the scheduler: what is due, the oldest first; most deliveries have no due time.
CREATE INDEX fulfilments_due_ix ON fulfilments (due_at, fulfilment_id)
/
-- Holds that a forfeited unit is passed on once.
CREATE UNIQUE INDEX fulfilments_replaces_uq ON fulfilments (CASE WHEN replaces_id IS NOT NULL THEN replaces_id END)
/
-- Those that wait already for their winner; the scheduler reckons when they are due.
UPDATE fulfilments
   SET claim_from_at = notified_at,
       due_at = notified_at
 WHERE state = 'winner_notified'
   AND delivery = 'physical'
/
-- Where a prize is sent, sealed and bound to its delivery; erased 90 days after it arrived.
CREATE TABLE fulfilment_addresses (
    fulfilment_id  VARCHAR2(36 CHAR)            NOT NULL,
    address_bytes  BLOB                         NOT NULL,
    given_at       TIMESTAMP(6) WITH TIME ZONE  NOT NULL,
    CONSTRAINT fulfilment_addresses_pk PRIMARY KEY (fulfilment_id),
    CONSTRAINT fulfilment_addresses_fulfilment_fk FOREIGN KEY (fulfilment_id) REFERENCES fulfilments (fulfilment_id)
)
/
-- The code of a digital prize, sealed and bound to its delivery; gone once it was shown.
CREATE TABLE fulfilment_codes (
    fulfilment_id  VARCHAR2(36 CHAR)            NOT NULL,
    code_bytes     BLOB                         NOT NULL,
    given_at       TIMESTAMP(6) WITH TIME ZONE  NOT NULL,
    CONSTRAINT fulfilment_codes_pk PRIMARY KEY (fulfilment_id),
    CONSTRAINT fulfilment_codes_fulfilment_fk FOREIGN KEY (fulfilment_id) REFERENCES fulfilments (fulfilment_id)
)
/
-- Who of the staff read which winner's address, and when; append-only.
CREATE IMMUTABLE TABLE address_readings (
    reading_id     VARCHAR2(36 CHAR)            NOT NULL,
    fulfilment_id  VARCHAR2(36 CHAR)            NOT NULL,
    actor_id       VARCHAR2(36 CHAR)            NOT NULL,
    read_at        TIMESTAMP(6) WITH TIME ZONE  NOT NULL,
    CONSTRAINT address_readings_pk PRIMARY KEY (reading_id)
) NO DROP UNTIL 0 DAYS IDLE NO DELETE LOCKED
/
-- Serves the readings of one delivery's address.
CREATE INDEX address_readings_fulfilment_ix ON address_readings (fulfilment_id, reading_id)
/
-- That a winner's tax form for one payer and year is on file; the form itself is kept elsewhere. The
-- payer is a sponsor's id, or `operator`.
CREATE TABLE tax_forms (
    account_id   VARCHAR2(36 CHAR)            NOT NULL,
    payer_key    VARCHAR2(36 CHAR)            NOT NULL,
    tax_year     NUMBER(4)                    NOT NULL,
    actor_id     VARCHAR2(36 CHAR)            NOT NULL,
    recorded_at  TIMESTAMP(6) WITH TIME ZONE  NOT NULL,
    CONSTRAINT tax_forms_pk PRIMARY KEY (account_id, payer_key, tax_year),
    CONSTRAINT tax_forms_account_fk FOREIGN KEY (account_id) REFERENCES accounts (account_id)
)
/
