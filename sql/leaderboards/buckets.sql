-- name: count_places_before
-- How many places of a board are ahead of a key: whole buckets of each depth, then those within.
SELECT NVL(SUM(c.places), 0) AS places
  FROM (SELECT SUM(member_count) AS places
          FROM board_buckets
         WHERE board_code = :board_code AND period = :period AND starts_on = :starts_on
           AND depth = 1 AND prefix < :prefix_1
         UNION ALL
        SELECT SUM(member_count) AS places
          FROM board_buckets
         WHERE board_code = :board_code AND period = :period AND starts_on = :starts_on
           AND depth = 6 AND prefix > :prefix_1 AND prefix < :prefix_6
         UNION ALL
        SELECT SUM(member_count) AS places
          FROM board_buckets
         WHERE board_code = :board_code AND period = :period AND starts_on = :starts_on
           AND depth = 8 AND prefix > :prefix_6 AND prefix < :prefix_8
         UNION ALL
        SELECT SUM(member_count) AS places
          FROM board_buckets
         WHERE board_code = :board_code AND period = :period AND starts_on = :starts_on
           AND depth = 9 AND prefix > :prefix_8 AND prefix < :prefix_9
         UNION ALL
        SELECT SUM(member_count) AS places
          FROM board_buckets
         WHERE board_code = :board_code AND period = :period AND starts_on = :starts_on
           AND depth = 14 AND prefix > :prefix_9 AND prefix < :prefix_14
         UNION ALL
        SELECT SUM(member_count) AS places
          FROM board_buckets
         WHERE board_code = :board_code AND period = :period AND starts_on = :starts_on
           AND depth = 16 AND prefix > :prefix_14 AND prefix < :prefix_16
         UNION ALL
        SELECT COUNT(*) AS places
          FROM standings
         WHERE board_code = :board_code AND period = :period AND starts_on = :starts_on
           AND place_key > :prefix_16 AND place_key < :place_key) c

-- name: count_places
-- How many places a board has.
SELECT NVL(SUM(member_count), 0) AS places
  FROM board_buckets
 WHERE board_code = :board_code
   AND period = :period
   AND starts_on = :starts_on
   AND depth = 1

-- name: insert_buckets
-- Open a bucket where it is not there; the caller holds the boards.
INSERT INTO board_buckets (board_code, period, starts_on, depth, prefix, member_count)
SELECT :board_code, :period, :starts_on, :depth, :prefix, :member_count
  FROM dual
 WHERE NOT EXISTS (SELECT 1
                     FROM board_buckets
                    WHERE board_code = :board_code
                      AND period = :period
                      AND starts_on = :starts_on
                      AND depth = :depth
                      AND prefix = :prefix)

-- name: add_to_buckets
UPDATE board_buckets
   SET member_count = member_count + :member_count
 WHERE board_code = :board_code
   AND period = :period
   AND starts_on = :starts_on
   AND depth = :depth
   AND prefix = :prefix

-- name: delete_empty_buckets
DELETE FROM board_buckets
 WHERE board_code = :board_code
   AND period = :period
   AND starts_on = :starts_on
   AND depth = :depth
   AND prefix = :prefix
   AND member_count = 0

-- name: list_bucket_differences
-- How many places the buckets of a depth lack, counted out; deep ones are of common totals alone,
-- whose ninth digit is 9.
SELECT d.board_code, d.period, d.starts_on, :depth AS depth, d.prefix, SUM(d.places) AS member_count
  FROM (SELECT board_code, period, starts_on, SUBSTR(place_key, 1, :depth) AS prefix, 1 AS places
          FROM standings
         WHERE place_key IS NOT NULL
           AND (:depth <= 9 OR SUBSTR(place_key, 9, 1) = '9')
         UNION ALL
        SELECT board_code, period, starts_on, prefix, 0 - member_count AS places
          FROM board_buckets
         WHERE depth = :depth) d
 GROUP BY d.board_code, d.period, d.starts_on, d.prefix
HAVING SUM(d.places) <> 0
 ORDER BY d.board_code, d.period, d.starts_on, d.prefix
