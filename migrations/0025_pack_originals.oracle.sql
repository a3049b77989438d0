-- Whether the bytes of a file are kept as gzip of what came: large ones are, for room and memory.
ALTER TABLE original_files ADD (
    is_packed  NUMBER(1)  DEFAULT 0  NOT NULL
        CONSTRAINT original_files_packed_ck CHECK (is_packed IN (0, 1))
)
/
