-- Files found in an archive are files of its upload, with the archive's number; 0 is the upload itself.
ALTER TABLE import_items ADD (
    inside_no     NUMBER(6) DEFAULT 0  NOT NULL,
    archive_kind  VARCHAR2(10 CHAR),
    entry_json    JSON,
    hints_json    JSON,
    CONSTRAINT import_items_archive_kind_ck CHECK (archive_kind IN ('zip', 'apple'))
)
/
-- Serves the next file of an archive to be read, and the counts of an upload.
CREATE INDEX import_items_state_ix ON import_items (import_id, inside_no, state, item_no)
/
-- Archives that are being read; gone when their last file has come to an end.
CREATE TABLE import_archives (
    archive_id      VARCHAR2(36 CHAR)            NOT NULL,
    account_id      VARCHAR2(36 CHAR)            NOT NULL,
    import_item_id  VARCHAR2(36 CHAR),
    depth           NUMBER(1)                    NOT NULL,
    byte_count      NUMBER(12)                   NOT NULL,
    chunk_count     NUMBER(6)                    NOT NULL,
    created_at      TIMESTAMP(6) WITH TIME ZONE  NOT NULL,
    CONSTRAINT import_archives_pk PRIMARY KEY (archive_id),
    CONSTRAINT import_archives_account_fk FOREIGN KEY (account_id) REFERENCES accounts (account_id),
    CONSTRAINT import_archives_item_fk FOREIGN KEY (import_item_id)
        REFERENCES import_items (import_item_id) ON DELETE SET NULL
)
/
-- Serves "which archive is this file", and the foreign key.
CREATE INDEX import_archives_item_ix ON import_archives (import_item_id)
/
-- Serves the erasure of a member.
CREATE INDEX import_archives_account_ix ON import_archives (account_id)
/
-- An archive's bytes in pieces of 1 MiB.
CREATE TABLE import_archive_chunks (
    archive_id     VARCHAR2(36 CHAR)  NOT NULL,
    chunk_no       NUMBER(6)          NOT NULL,
    content_bytes  BLOB               NOT NULL,
    CONSTRAINT import_archive_chunks_pk PRIMARY KEY (archive_id, chunk_no),
    CONSTRAINT import_archive_chunks_fk FOREIGN KEY (archive_id)
        REFERENCES import_archives (archive_id)
)
/
