-- The trace that a job belongs to (W3C traceparent), from the request that decided it.
ALTER TABLE outbox ADD (traceparent VARCHAR2(55 CHAR))
/
-- What each audit of the ledger by a worker came to; the newest is told to those who watch.
CREATE TABLE ledger_audits (
    audit_id      VARCHAR2(36 CHAR)            NOT NULL,
    finished_at   TIMESTAMP(6) WITH TIME ZONE  NOT NULL,
    transactions  NUMBER(18)                   NOT NULL,
    findings      NUMBER(18)                   NOT NULL,
    CONSTRAINT ledger_audits_pk PRIMARY KEY (audit_id)
)
/
-- Serves "the newest audit" at each reading of the metrics.
CREATE INDEX ledger_audits_finished_ix ON ledger_audits (finished_at)
/
-- Kept values of drawings under a newer key; drawing_sources keeps the first seal for good.
CREATE TABLE resealed_values (
    drawing_id    VARCHAR2(36 CHAR)            NOT NULL,
    source_id     VARCHAR2(64 CHAR)            NOT NULL,
    sealed_bytes  BLOB                         NOT NULL,
    sealed_at     TIMESTAMP(6) WITH TIME ZONE  NOT NULL,
    CONSTRAINT resealed_values_pk PRIMARY KEY (drawing_id, source_id),
    CONSTRAINT resealed_values_source_fk FOREIGN KEY (drawing_id, source_id) REFERENCES drawing_sources (drawing_id, source_id)
)
/
