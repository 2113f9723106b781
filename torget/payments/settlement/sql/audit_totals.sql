-- DuckDB: counts and sums of `judged`; each further row of a key is a duplicate.
SELECT row_class, count(*), coalesce(sum(expected_cents), 0), coalesce(sum(reported_cents), 0)
FROM judged GROUP BY row_class
UNION ALL
SELECT 'duplicate', sum(times - 1), 0, sum(all_cents - reported_cents) FROM judged WHERE times > 1 HAVING count(*) > 0
ORDER BY 1
