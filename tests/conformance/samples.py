"""For each lint rule of statements a text that breaks it and one that keeps it."""

from __future__ import annotations

SCHEMA = """
CREATE TABLE accounts (
    account_id   VARCHAR2(36 CHAR)            NOT NULL,
    handle       VARCHAR2(30 CHAR)            NOT NULL,
    nickname     VARCHAR2(30 CHAR),
    points       NUMBER(12)                   NOT NULL,
    is_active    NUMBER(1)                    NOT NULL,
    born_on      DATE,
    joined_at    TIMESTAMP(6) WITH TIME ZONE  NOT NULL,
    seen_at      TIMESTAMP(6) WITH TIME ZONE,
    extra_json   JSON,
    about_text   CLOB,
    CONSTRAINT accounts_pk PRIMARY KEY (account_id),
    CONSTRAINT accounts_handle_uq UNIQUE (handle),
    CONSTRAINT accounts_is_active_ck CHECK (is_active IN (0, 1))
)
/
CREATE TABLE entries (
    entry_id     VARCHAR2(36 CHAR)  NOT NULL,
    account_id   VARCHAR2(36 CHAR)  NOT NULL,
    first_no     NUMBER(10)         NOT NULL,
    parent_id    VARCHAR2(36 CHAR),
    CONSTRAINT entries_pk PRIMARY KEY (entry_id),
    CONSTRAINT entries_account_fk FOREIGN KEY (account_id) REFERENCES accounts (account_id)
)
/
CREATE IMMUTABLE TABLE postings (
    posting_id  VARCHAR2(36 CHAR)  NOT NULL,
    points      NUMBER(12)         NOT NULL,
    CONSTRAINT postings_pk PRIMARY KEY (posting_id)
) NO DROP UNTIL 0 DAYS IDLE NO DELETE UNTIL 16 DAYS AFTER INSERT
/
"""

STATEMENTS: dict[str, tuple[str, str]] = {
    "ORA01a": (
        "DELETE FROM accounts WHERE account_id = :account_id;",
        "DELETE FROM accounts WHERE nickname = ';'",
    ),
    "ORA01b": (
        'SELECT "handle" FROM accounts',
        'SELECT handle FROM accounts -- not "handle"',
    ),
    "ORA01c": (
        "SELECT handle FROM accounts ORDER BY handle LIMIT 5",
        "SELECT handle FROM accounts WHERE points <= :row_limit",
    ),
    "ORA01d": (
        "SELECT handle FROM accounts WHERE points == 5",
        "SELECT handle FROM accounts WHERE nickname = 'a==b'",
    ),
    "ORA01e": (
        "SELECT handle FROM accounts WHERE nickname IS :nickname",
        "SELECT handle FROM accounts WHERE nickname IS NOT NULL",
    ),
    "ORA01f": ("SELECT *, points FROM accounts", "SELECT * FROM accounts"),
    "ORA01g": (
        "SELECT handle FROM accounts WHERE is_active = TRUE",
        "SELECT handle FROM accounts WHERE is_active = 1",
    ),
    "ORA02": (
        "SELECT a.handle FROM accounts AS a",
        "SELECT a.handle AS name FROM accounts a",
    ),
    "ORA03a": (
        "SELECT handle FROM accounts WHERE born_on = :date",
        "SELECT handle FROM accounts WHERE born_on = :born_on",
    ),
    "ORA03b": (
        "SELECT points AS number FROM accounts",
        "SELECT points AS points_now FROM accounts",
    ),
    "ORA04a": (
        "UPDATE accounts SET points = 1 WHERE account_id = :account_id RETURNING points",
        "UPDATE accounts SET points = 1 WHERE account_id = :account_id"
        " RETURNING points INTO :out_points",
    ),
    "ORA04b": (
        "UPDATE accounts SET points = :points RETURNING points INTO :points",
        "UPDATE accounts SET points = :points"
        " RETURNING points, account_id INTO :out_points, :out_account_id",
    ),
    "ORA04c": (
        "INSERT INTO entries (entry_id, account_id, first_no)"
        " SELECT entry_id, account_id, first_no FROM entries RETURNING entry_id INTO :out_entry_id",
        "INSERT INTO entries (entry_id, account_id, first_no) VALUES (:entry_id, :account_id,"
        " (SELECT MAX(first_no) FROM entries)) RETURNING entry_id INTO :out_entry_id",
    ),
    "ORA04d": (
        "UPDATE accounts SET points = 1 RETURNING handle INTO :out_handle",
        "UPDATE accounts SET points = 1 RETURNING account_id INTO :out_account_id",
    ),
    "ORA04e": (
        "UPDATE accounts SET points = 1 RETURNING points INTO :out_balance",
        "UPDATE accounts SET points = 1 RETURNING points INTO :out_points",
    ),
    "ORA05a": (
        "WITH chain AS (SELECT entry_id FROM entries UNION ALL SELECT e.entry_id FROM entries e"
        " JOIN chain c ON e.parent_id = c.entry_id) SELECT entry_id FROM chain",
        "WITH chain (entry_id) AS (SELECT entry_id FROM entries UNION ALL SELECT e.entry_id"
        " FROM entries e JOIN chain c ON e.parent_id = c.entry_id) SELECT entry_id FROM chain",
    ),
    "ORA05b": (
        "WITH chain (entry_id, path) AS (SELECT entry_id, 'top' FROM entries UNION ALL"
        " SELECT e.entry_id, c.path FROM entries e JOIN chain c ON e.parent_id = c.entry_id)"
        " SELECT entry_id, path FROM chain",
        "WITH chain (entry_id, path) AS (SELECT entry_id, CAST('top' AS VARCHAR2(1000))"
        " FROM entries"
        " UNION ALL SELECT e.entry_id, c.path FROM entries e JOIN chain c"
        " ON e.parent_id = c.entry_id) SELECT entry_id, path FROM chain",
    ),
    "ORA06a": (
        "SELECT handle FROM accounts ORDER BY handle FETCH FIRST 5 ROWS ONLY FOR UPDATE",
        "SELECT handle FROM accounts ORDER BY handle FOR UPDATE SKIP LOCKED",
    ),
    "ORA06b": (
        "SELECT handle FROM accounts FOR UPDATE WAIT :wait_s",
        "SELECT handle FROM accounts FOR UPDATE OF points WAIT 3",
    ),
    "ORA07": (
        "SELECT handle FROM accounts WHERE (points, handle) < (:points, :handle)",
        "SELECT handle FROM accounts WHERE (points, handle) IN (SELECT first_no, entry_id FROM"
        " entries) AND points < (:points)",
    ),
    "ORA08a": (
        "SELECT account_id, first_no, COUNT(*) AS entries_count FROM entries GROUP BY account_id",
        "SELECT e.account_id, NVL(MAX(e.first_no), 0) AS last_no, COUNT(*) FROM entries e"
        " GROUP BY e.account_id HAVING COUNT(*) > 1",
    ),
    "ORA08b": (
        "SELECT handle FROM accounts ORDER BY 1",
        "SELECT handle FROM accounts ORDER BY handle",
    ),
    "ORA08c": (
        "SELECT points * 2 AS twice FROM accounts WHERE twice > 10",
        "SELECT points AS points FROM accounts WHERE points > 10",
    ),
    "ORA08d": (
        "SELECT DISTINCT account_id FROM entries ORDER BY first_no",
        "SELECT DISTINCT account_id FROM entries ORDER BY account_id",
    ),
    "ORA09a": (
        "SELECT handle FROM accounts ORDER BY nickname, account_id",
        "SELECT handle FROM accounts ORDER BY nickname NULLS LAST, account_id",
    ),
    "ORA09b": (
        "SELECT handle FROM accounts ORDER BY points DESC",
        "SELECT handle FROM accounts ORDER BY points DESC, account_id",
    ),
    "ORA10a": (
        "SELECT handle FROM accounts WHERE nickname <> ''",
        "SELECT handle FROM accounts WHERE nickname <> 'it''s'",
    ),
    "ORA10b": (
        "SELECT handle FROM accounts WHERE nickname = NULL",
        "UPDATE accounts SET nickname = NULL WHERE nickname IS NOT NULL",
    ),
    "ORA11": (
        "SELECT handle || nickname AS both_names FROM accounts",
        "SELECT handle || NVL(nickname, '-') AS both_names FROM accounts",
    ),
    "ORA12a": (
        "SELECT points / 2 AS half FROM accounts",
        "SELECT points AS points /* a/b */ FROM accounts",
    ),
    "ORA12b": (
        "SELECT CAST(points AS INTEGER) AS whole FROM accounts",
        "SELECT CAST(points AS VARCHAR2(20)) AS points_shown FROM accounts",
    ),
    "ORA13": (
        "SELECT SUBSTR(handle, 0, 3) AS head FROM accounts",
        "SELECT SUBSTR(handle, 1, 3) AS head FROM accounts",
    ),
    "ORA14a": (
        "SELECT handle FROM accounts WHERE joined_at < SYSTIMESTAMP",
        "SELECT handle FROM accounts WHERE joined_at < :now_at",
    ),
    "ORA14b": (
        "SELECT handle FROM accounts WHERE joined_at < :now_at - 1",
        "SELECT handle FROM accounts WHERE points < :points - 1",
    ),
    "ORA15a": (
        "SELECT handle FROM accounts WHERE joined_at > '2026-01-01'",
        "SELECT handle FROM accounts WHERE joined_at > :since_at AND nickname = 'x'",
    ),
    "ORA15b": (
        "SELECT handle FROM accounts WHERE born_on = DATE '2000-01-01'",
        "SELECT handle FROM accounts WHERE born_on = :born_on",
    ),
    "ORA16": (
        "SELECT handle FROM accounts WHERE UPPER(handle) = UPPER(:handle)",
        "SELECT handle FROM accounts WHERE LOWER(handle) = LOWER(:handle)",
    ),
    "ORA18a": (
        "SELECT handle FROM accounts WHERE about_text = :about",
        "UPDATE accounts SET about_text = :about_text WHERE extra_json IS NULL",
    ),
    "ORA18b": (
        "SELECT DISTINCT about_text FROM accounts",
        "SELECT about_text FROM accounts ORDER BY account_id",
    ),
    "ORA20q": (f"SELECT handle AS {'h' * 129} FROM accounts", "SELECT handle AS h FROM accounts"),
    "ORA20s": (
        "UPDATE postings SET points = 0",
        "INSERT INTO postings (posting_id, points) VALUES (:posting_id, :points)",
    ),
    "ORA21": (
        "SELECT CAST(points AS VARCHAR2) AS points_shown FROM accounts",
        "SELECT CAST(points AS VARCHAR2(20 CHAR)) AS points_shown FROM accounts",
    ),
    "ORA22a": (
        "SELECT JSON_VALUE(extra_json, '$.a' RETURNING NUMBER) AS a FROM accounts",
        "SELECT JSON_VALUE(extra_json, '$.a.b') AS b FROM accounts",
    ),
    "ORA22b": (
        "SELECT handle FROM accounts WHERE JSON_VALUE(extra_json, '$.a') > 5",
        "SELECT handle FROM accounts WHERE TO_NUMBER(JSON_VALUE(extra_json, '$.a')) > 5",
    ),
    "ORA25a": (
        "SELECT IFNULL(nickname, handle) AS name FROM accounts",
        "SELECT COALESCE(nickname, handle) AS name FROM accounts",
    ),
    "ORA25b": (
        "MERGE INTO accounts a USING entries e ON (a.account_id = e.account_id)"
        " WHEN MATCHED THEN UPDATE SET a.points = 1",
        "UPDATE accounts SET points = 1",
    ),
    "ORA25c": (
        "SELECT MAX(points, 0) AS points_now FROM accounts",
        "SELECT GREATEST(points, 0) AS points_now FROM accounts",
    ),
    "ORA27a": (
        "SELECT SUM(points = 5) AS fives_count FROM accounts",
        "SELECT SUM(CASE WHEN points = 5 THEN 1 ELSE 0 END) AS fives_count FROM accounts",
    ),
    "ORA27b": (
        "INSERT INTO postings (posting_id, points) VALUES (:posting_id, :a = :b)",
        "INSERT INTO postings (posting_id, points) VALUES (:posting_id,"
        " CASE WHEN :a = :b THEN 1 ELSE 0 END)",
    ),
    "ORA28a": (
        "SELECT handle FROM accounts ORDER BY handle FETCH NEXT 5 ROWS ONLY",
        "SELECT handle FROM accounts ORDER BY handle"
        " OFFSET :row_offset ROWS FETCH NEXT :row_limit ROWS ONLY",
    ),
    "ORA28b": (
        "SELECT handle FROM accounts FETCH FIRST 5 ROWS ONLY",
        "SELECT handle FROM accounts ORDER BY handle FETCH FIRST :row_limit ROWS ONLY",
    ),
    "ORA28c": (
        "SELECT handle FROM accounts WHERE account_id IN"
        " (SELECT account_id FROM entries ORDER BY entry_id)",
        "SELECT x.account_id FROM (SELECT account_id FROM entries ORDER BY entry_id) x",
    ),
    "ORA29a": (
        "WITH old AS (SELECT entry_id FROM entries) DELETE FROM entries",
        "WITH old AS (SELECT entry_id FROM entries) SELECT entry_id FROM old",
    ),
    "ORA29b": (
        "INSERT INTO postings VALUES (:posting_id, :points)",
        "INSERT INTO postings (posting_id, points) VALUES (:posting_id, :points)",
    ),
    "ORA29c": (
        "INSERT INTO postings (posting_id, points) VALUES (:a, 1), (:b, 2)",
        "INSERT INTO postings (posting_id, points) VALUES (:a, 1)",
    ),
    "ORA30a": ("DELETE FROM nowhere", "DELETE FROM entries"),
    "ORA30b": (
        "INSERT INTO postings (posting_id, points) VALUES (:posting_id)",
        "INSERT INTO postings (posting_id, points) VALUES (:posting_id, NVL(:points, 0))",
    ),
}
