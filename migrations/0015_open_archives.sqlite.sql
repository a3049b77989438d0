-- Files found in an archive are files of its upload, with the archive's number; 0 is the upload itself.
ALTER TABLE import_items ADD COLUMN inside_no INTEGER DEFAULT 0 NOT NULL
/
ALTER TABLE import_items ADD COLUMN archive_kind TEXT CHECK (length(archive_kind) <= 10)
    CONSTRAINT import_items_archive_kind_ck CHECK (archive_kind IN ('zip', 'apple'))
/
ALTER TABLE import_items ADD COLUMN entry_json TEXT CHECK (entry_json IS NULL OR json_valid(entry_json))
/
ALTER TABLE import_items ADD COLUMN hints_json TEXT CHECK (hints_json IS NULL OR json_valid(hints_json))
/
-- Serves the next file of an archive to be read, and the counts of an upload.
CREATE INDEX import_items_state_ix ON import_items (import_id, inside_no, state, item_no)
/
-- Archives that are being read; gone when their last file has come to an end.
CREATE TABLE import_archives (
    archive_id      TEXT     NOT NULL CHECK (length(archive_id) <= 36),
    account_id      TEXT     NOT NULL CHECK (length(account_id) <= 36),
    import_item_id  TEXT     CHECK (length(import_item_id) <= 36),
    depth           INTEGER  NOT NULL,
    byte_count      INTEGER  NOT NULL,
    chunk_count     INTEGER  NOT NULL,
    created_at      TEXT     NOT NULL,
    CONSTRAINT import_archives_pk PRIMARY KEY (archive_id),
    CONSTRAINT import_archives_account_fk FOREIGN KEY (account_id) REFERENCES accounts (account_id),
    CONSTRAINT import_archives_item_fk FOREIGN KEY (import_item_id)
        REFERENCES import_items (import_item_id) ON DELETE SET NULL
) STRICT
/
-- Serves "which archive is this file", and the foreign key.
CREATE INDEX import_archives_item_ix ON import_archives (import_item_id)
/
-- Serves the erasure of a member.
CREATE INDEX import_archives_account_ix ON import_archives (account_id)
/
-- An archive's bytes in pieces of 1 MiB.
CREATE TABLE import_archive_chunks (
    archive_id     TEXT     NOT NULL CHECK (length(archive_id) <= 36),
    chunk_no       INTEGER  NOT NULL,
    content_bytes  BLOB     NOT NULL,
    CONSTRAINT import_archive_chunks_pk PRIMARY KEY (archive_id, chunk_no),
    CONSTRAINT import_archive_chunks_fk FOREIGN KEY (archive_id)
        REFERENCES import_archives (archive_id)
) STRICT
/
