-- The trace that a job belongs to (W3C traceparent), from the request that decided it.
ALTER TABLE outbox ADD COLUMN traceparent TEXT CHECK (length(traceparent) <= 55)
/
-- What each audit of the ledger by a worker came to; the newest is told to those who watch.
CREATE TABLE ledger_audits (
    audit_id      TEXT     NOT NULL CHECK (length(audit_id) <= 36),
    finished_at   TEXT     NOT NULL,
    transactions  INTEGER  NOT NULL,
    findings      INTEGER  NOT NULL,
    CONSTRAINT ledger_audits_pk PRIMARY KEY (audit_id)
) STRICT
/
-- Serves "the newest audit" at each reading of the metrics.
CREATE INDEX ledger_audits_finished_ix ON ledger_audits (finished_at)
/
-- Kept values of drawings under a newer key; drawing_sources keeps the first seal for good.
CREATE TABLE resealed_values (
    drawing_id    TEXT  NOT NULL CHECK (length(drawing_id) <= 36),
    source_id     TEXT  NOT NULL CHECK (length(source_id) <= 64),
    sealed_bytes  BLOB  NOT NULL,
    sealed_at     TEXT  NOT NULL,
    CONSTRAINT resealed_values_pk PRIMARY KEY (drawing_id, source_id),
    CONSTRAINT resealed_values_source_fk FOREIGN KEY (drawing_id, source_id) REFERENCES drawing_sources (drawing_id, source_id)
) STRICT
/
