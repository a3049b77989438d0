-- What sponsors, or the operator, offer as prizes: units offered, of those how many are reserved by
-- scheduled drawings and how many were won. What is left is offered less the other two.
CREATE TABLE inventory_prizes (
    inventory_prize_id  TEXT     NOT NULL CHECK (length(inventory_prize_id) <= 36),
    sponsor_id          TEXT     CHECK (length(sponsor_id) <= 36),
    name                TEXT     NOT NULL CHECK (length(name) <= 120),
    description         TEXT     CHECK (length(description) <= 1000),
    value_cents         INTEGER  NOT NULL,
    kind                TEXT     NOT NULL CHECK (length(kind) <= 8),
    image_url           TEXT     CHECK (length(image_url) <= 500),
    offered_units       INTEGER  NOT NULL,
    reserved_units      INTEGER  NOT NULL,
    awarded_units       INTEGER  NOT NULL,
    is_active           INTEGER  NOT NULL,
    revision            INTEGER  NOT NULL,
    created_at          TEXT     NOT NULL,
    updated_at          TEXT     NOT NULL,
    CONSTRAINT inventory_prizes_pk PRIMARY KEY (inventory_prize_id),
    CONSTRAINT inventory_prizes_sponsor_fk FOREIGN KEY (sponsor_id) REFERENCES sponsors (sponsor_id),
    CONSTRAINT inventory_prizes_kind_ck CHECK (kind IN ('digital', 'physical')),
    CONSTRAINT inventory_prizes_active_ck CHECK (is_active IN (0, 1)),
    CONSTRAINT inventory_prizes_value_ck CHECK (value_cents >= 0),
    CONSTRAINT inventory_prizes_taken_ck CHECK (reserved_units >= 0 AND awarded_units >= 0),
    CONSTRAINT inventory_prizes_left_ck CHECK (reserved_units + awarded_units <= offered_units)
) STRICT
/
-- Serves a sponsor's inventory, newest first.
CREATE INDEX inventory_prizes_sponsor_ix ON inventory_prizes (sponsor_id, inventory_prize_id)
/
-- A drawing's prize may come out of an inventory.
ALTER TABLE prizes ADD COLUMN inventory_prize_id TEXT CHECK (length(inventory_prize_id) <= 36)
    CONSTRAINT prizes_inventory_fk REFERENCES inventory_prizes (inventory_prize_id)
/
-- Serves the foreign key of inventories, and their audit.
CREATE INDEX prizes_inventory_ix ON prizes (inventory_prize_id)
/
-- Whom to ask at a sponsor's; `revision` counts the edits.
ALTER TABLE sponsors ADD COLUMN contact_name TEXT CHECK (length(contact_name) <= 100)
/
ALTER TABLE sponsors ADD COLUMN contact_phone TEXT CHECK (length(contact_phone) <= 30)
/
ALTER TABLE sponsors ADD COLUMN revision INTEGER DEFAULT 1 NOT NULL
/
-- How a delivery goes on. `claim_from_at` is when its winner's time to claim began (NULL: it stands
-- still), `due_at` when the scheduler looks next, `replaces_id` the forfeited delivery whose unit it is.
ALTER TABLE fulfilments ADD COLUMN revision INTEGER DEFAULT 1 NOT NULL
/
ALTER TABLE fulfilments ADD COLUMN claim_from_at TEXT
/
ALTER TABLE fulfilments ADD COLUMN warned_at TEXT
/
ALTER TABLE fulfilments ADD COLUMN due_at TEXT
/
ALTER TABLE fulfilments ADD COLUMN carrier TEXT CHECK (length(carrier) <= 60)
/
ALTER TABLE fulfilments ADD COLUMN tracking TEXT CHECK (length(tracking) <= 100)
/
ALTER TABLE fulfilments ADD COLUMN shipped_at TEXT
/
ALTER TABLE fulfilments ADD COLUMN delivered_at TEXT
/
ALTER TABLE fulfilments ADD COLUMN code_shown_at TEXT
/
ALTER TABLE fulfilments ADD COLUMN forfeit_reason TEXT CHECK (length(forfeit_reason) <= 40)
/
ALTER TABLE fulfilments ADD COLUMN replaces_id TEXT CHECK (length(replaces_id) <= 36)
    CONSTRAINT fulfilments_replaces_fk REFERENCES fulfilments (fulfilment_id)
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
    fulfilment_id  TEXT  NOT NULL CHECK (length(fulfilment_id) <= 36),
    address_bytes  BLOB  NOT NULL,
    given_at       TEXT  NOT NULL,
    CONSTRAINT fulfilment_addresses_pk PRIMARY KEY (fulfilment_id),
    CONSTRAINT fulfilment_addresses_fulfilment_fk FOREIGN KEY (fulfilment_id) REFERENCES fulfilments (fulfilment_id)
) STRICT
/
-- The code of a digital prize, sealed and bound to its delivery; gone once it was shown.
CREATE TABLE fulfilment_codes (
    fulfilment_id  TEXT  NOT NULL CHECK (length(fulfilment_id) <= 36),
    code_bytes     BLOB  NOT NULL,
    given_at       TEXT  NOT NULL,
    CONSTRAINT fulfilment_codes_pk PRIMARY KEY (fulfilment_id),
    CONSTRAINT fulfilment_codes_fulfilment_fk FOREIGN KEY (fulfilment_id) REFERENCES fulfilments (fulfilment_id)
) STRICT
/
-- Who of the staff read which winner's address, and when; append-only.
CREATE TABLE address_readings (
    reading_id     TEXT  NOT NULL CHECK (length(reading_id) <= 36),
    fulfilment_id  TEXT  NOT NULL CHECK (length(fulfilment_id) <= 36),
    actor_id       TEXT  NOT NULL CHECK (length(actor_id) <= 36),
    read_at        TEXT  NOT NULL,
    CONSTRAINT address_readings_pk PRIMARY KEY (reading_id)
) STRICT
/
CREATE TRIGGER address_readings_no_update BEFORE UPDATE ON address_readings
BEGIN
    SELECT RAISE(ABORT, 'address_readings is append-only');
END
/
CREATE TRIGGER address_readings_no_delete BEFORE DELETE ON address_readings
BEGIN
    SELECT RAISE(ABORT, 'address_readings is append-only');
END
/
-- Serves the readings of one delivery's address.
CREATE INDEX address_readings_fulfilment_ix ON address_readings (fulfilment_id, reading_id)
/
-- That a winner's tax form for one payer and year is on file; the form itself is kept elsewhere. The
-- payer is a sponsor's id, or `operator`.
CREATE TABLE tax_forms (
    account_id   TEXT     NOT NULL CHECK (length(account_id) <= 36),
    payer_key    TEXT     NOT NULL CHECK (length(payer_key) <= 36),
    tax_year     INTEGER  NOT NULL,
    actor_id     TEXT     NOT NULL CHECK (length(actor_id) <= 36),
    recorded_at  TEXT     NOT NULL,
    CONSTRAINT tax_forms_pk PRIMARY KEY (account_id, payer_key, tax_year),
    CONSTRAINT tax_forms_account_fk FOREIGN KEY (account_id) REFERENCES accounts (account_id)
) STRICT
/
