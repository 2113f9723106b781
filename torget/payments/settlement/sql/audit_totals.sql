-- DuckDB: counts and sums of `judged`, and how many further rows there are of each class: those are duplicates.
SELECT municipality, row_class, count(*), coalesce(sum(expected_cents), 0), coalesce(sum(reported_cents), 0), sum(times - 1),
    coalesce(sum(all_cents - reported_cents), 0)
FROM judged GROUP BY municipality, row_class ORDER BY municipality, row_class
