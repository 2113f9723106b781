-- DuckDB: counts and sums of `judged_bank`.
SELECT municipality, row_class, count(*), coalesce(sum(expected_cents), 0), coalesce(sum(reported_cents), 0)
FROM judged_bank GROUP BY municipality, row_class ORDER BY municipality, row_class
