"""For each lint rule of the migrations a text that breaks it and one that keeps it."""

from __future__ import annotations


def _table(body: str, head: str = "CREATE TABLE", tail: str = "") -> str:
    return f"{head} things (\n    {body}\n) {tail}".strip()


_ID = "thing_id VARCHAR2(36 CHAR) NOT NULL"
_PK = "CONSTRAINT things_pk PRIMARY KEY (thing_id)"

# {code: (bad, good)}; both follow the schema of samples.py.
MIGRATIONS: dict[str, tuple[str, str]] = {
    "ORA03c": (_table("level NUMBER(3)"), _table("level_no NUMBER(3)")),
    "ORA16b": (
        _table("email VARCHAR2(254 CHAR) NOT NULL, CONSTRAINT things_email_uq UNIQUE (email)"),
        "CREATE UNIQUE INDEX accounts_lower_handle_uq ON accounts (LOWER(handle))",
    ),
    "ORA17": (
        "CREATE UNIQUE INDEX accounts_nickname_uq ON accounts (nickname)",
        "CREATE UNIQUE INDEX accounts_nickname_uq ON accounts"
        " (CASE WHEN is_active = 1 THEN nickname END)",
    ),
    "ORA18c": (
        "CREATE INDEX accounts_about_ix ON accounts (about_text)",
        "CREATE INDEX accounts_nickname_ix ON accounts (nickname)",
    ),
    "ORA19": (
        "CREATE UNIQUE INDEX accounts_joined_uq ON accounts (joined_at)",
        "CREATE INDEX accounts_joined_ix ON accounts (joined_at)",
    ),
    "ORA20a": (
        _table("thing_no NUMBER(3) NOT NULL DEFAULT 0"),
        _table("thing_no NUMBER(3) DEFAULT 0 NOT NULL"),
    ),
    "ORA20b": (_table("title VARCHAR2(30)"), _table("title VARCHAR2(30 CHAR)")),
    "ORA20c": (_table("title VARCHAR2(2000 CHAR)"), _table("title VARCHAR2(1000 CHAR)")),
    "ORA20d": (_table("thing_no NUMBER(39)"), _table("thing_no NUMBER(38)")),
    "ORA20e": (
        _table(
            "account_id VARCHAR2(36 CHAR), CONSTRAINT things_account_fk FOREIGN KEY (account_id)"
            " REFERENCES accounts (account_id) ON UPDATE CASCADE"
        ),
        _table(
            "account_id VARCHAR2(36 CHAR), CONSTRAINT things_account_fk FOREIGN KEY (account_id)"
            " REFERENCES accounts (account_id)"
        ),
    ),
    "ORA20f": (
        _table(
            "account_id VARCHAR2(36 CHAR), CONSTRAINT things_account_fk FOREIGN KEY (account_id)"
            " REFERENCES accounts (account_id) ON DELETE RESTRICT"
        ),
        _table(
            "account_id VARCHAR2(36 CHAR), CONSTRAINT things_account_fk FOREIGN KEY (account_id)"
            " REFERENCES accounts (account_id) ON DELETE SET NULL"
        ),
    ),
    "ORA20g": (
        _table("made_on DATE, CONSTRAINT things_made_ck CHECK (made_on < SYSDATE)"),
        _table("made_no NUMBER(3), CONSTRAINT things_made_ck CHECK (made_no < 5)"),
    ),
    "ORA20h": (_table("thing_id VARCHAR2(36 CHAR) PRIMARY KEY"), _table(f"{_ID}, {_PK}")),
    "ORA20i": (
        _table(f"{_ID}, CONSTRAINT accounts_pk PRIMARY KEY (thing_id)"),
        _table(f"{_ID}, {_PK}"),
    ),
    "ORA20j": ("DROP TABLE entries", "DROP TABLE entries CASCADE CONSTRAINTS"),
    "ORA20k": (
        "ALTER TABLE entries ADD COLUMN seen_on DATE",
        "ALTER TABLE entries ADD (seen_on DATE)",
    ),
    "ORA20l": (
        "CREATE INDEX entries_parent_ix ON entries (parent_id) WHERE parent_id IS NOT NULL",
        "CREATE INDEX entries_parent_ix ON entries (CASE WHEN parent_id IS NULL THEN 1 END)",
    ),
    "ORA20m": (
        "CREATE INDEX accounts_handle_ix ON accounts (handle)",
        "CREATE INDEX accounts_handle_ix ON accounts (handle, points)",
    ),
    "ORA20n": (
        _table(
            "a VARCHAR2(1000 CHAR) NOT NULL, b VARCHAR2(1000 CHAR) NOT NULL,"
            " CONSTRAINT things_uq UNIQUE (a, b)"
        ),
        _table(
            "a VARCHAR2(1000 CHAR) NOT NULL, b VARCHAR2(100 CHAR) NOT NULL,"
            " CONSTRAINT things_uq UNIQUE (a, b)"
        ),
    ),
    "ORA20o": (
        _table("n NUMBER(9), CONSTRAINT things_fk FOREIGN KEY (n) REFERENCES accounts (points)"),
        _table(
            "a VARCHAR2(30 CHAR), CONSTRAINT things_fk FOREIGN KEY (a) REFERENCES accounts (handle)"
        ),
    ),
    "ORA20p": (
        "CREATE INDEX accounts_shoe_ix ON accounts (shoe_size)",
        "CREATE INDEX accounts_points_ix ON accounts (points DESC, account_id)",
    ),
    "ORA20r": (
        _table(_ID, "CREATE IMMUTABLE TABLE", "NO DROP NO DELETE UNTIL 5 DAYS AFTER INSERT"),
        _table(_ID, "CREATE IMMUTABLE TABLE", "NO DROP UNTIL 0 DAYS IDLE NO DELETE LOCKED"),
    ),
    "ORA20s": (
        "ALTER TABLE postings ADD (note VARCHAR2(30 CHAR))",
        "ALTER TABLE entries ADD (note VARCHAR2(30 CHAR))",
    ),
    "ORA20t": ("ALTER TABLE entries DROP parent_id", "ALTER TABLE entries DROP COLUMN parent_id"),
    "ORA23": (_table("weight_kg NUMBER(5,2)"), _table("weight_g NUMBER(7)")),
    "ORA25d": (_table("title NVARCHAR2(30)"), _table("title VARCHAR2(30 CHAR)")),
    "ORA26": (
        "UPDATE entries SET first_no = :first_no",
        "UPDATE entries SET first_no = 1",
    ),
    "ORA31a": (_table("made_at DATE"), _table("made_at TIMESTAMP(6) WITH TIME ZONE")),
    "ORA31b": (
        _table("is_new NUMBER(1)"),
        _table("is_new NUMBER(1), CONSTRAINT things_is_new_ck CHECK (is_new IN (0, 1))"),
    ),
}

_ORACLE = """
CREATE TABLE things (
    thing_id   VARCHAR2(36 CHAR)  NOT NULL,
    size_m     NUMBER(5)          DEFAULT 1 NOT NULL,
    more_json  JSON,
    CONSTRAINT things_pk PRIMARY KEY (thing_id)
)
/
CREATE INDEX things_size_ix ON things (size_m)
/
"""
_SQLITE = """
CREATE TABLE things (
    thing_id   TEXT     NOT NULL CHECK (length(thing_id) <= 36),
    size_m     INTEGER  DEFAULT 1 NOT NULL,
    more_json  TEXT     CHECK (more_json IS NULL OR json_valid(more_json)),
    CONSTRAINT things_pk PRIMARY KEY (thing_id)
) STRICT
/
CREATE INDEX things_size_ix ON things (size_m)
/
"""
PAIR = (_ORACLE, _SQLITE)

# {code: (oracle, sqlite)} that differ in just this.
UNEQUAL_PAIRS: dict[str, tuple[str, str]] = {
    "PAIR03": (
        _ORACLE,
        _SQLITE.replace("TABLE things", "TABLE other").replace("ON things", "ON other"),
    ),
    "PAIR04": (_ORACLE, _SQLITE.replace("size_m     INTEGER", "size_cm    INTEGER")),
    "PAIR05": (_ORACLE, _SQLITE.replace("DEFAULT 1 NOT NULL", "DEFAULT 1")),
    "PAIR06": (_ORACLE, _SQLITE.replace("INTEGER", "TEXT")),
    "PAIR07": (_ORACLE, _SQLITE.replace("things_pk", "things_key")),
    "PAIR08": (_ORACLE, _SQLITE.replace("(size_m)", "(size_m, thing_id)")),
    "PAIR09": (_ORACLE, _SQLITE.replace("STRICT", "")),
    "PAIR10": (_ORACLE, _SQLITE.replace("<= 36", "<= 40")),
    "PAIR11": (_ORACLE, _SQLITE.replace("json_valid(more_json)", "length(more_json) > 1")),
    "PAIR12": (
        _ORACLE.replace("CREATE TABLE", "CREATE IMMUTABLE TABLE").replace(
            ")\n/\nCREATE INDEX", ") NO DROP NO DELETE\n/\nCREATE INDEX"
        ),
        _SQLITE,
    ),
}
