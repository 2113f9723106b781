-- DuckDB: pair the two sides and give each its class; of several rows of the provider the first is compared. A view, for
-- ten million judged rows would take as much memory again as judging them.
CREATE VIEW judged AS
WITH theirs AS (
    SELECT {key}, count(*) AS times, arg_min(reported_cents, record) AS reported_cents,
        arg_min(fee_cents, record) AS fee_cents, arg_min_null(expected_fee_cents, record) AS expected_fee_cents,
        arg_min_null(later_fee_cents, record) AS later_fee_cents, sum(reported_cents) AS all_cents
    FROM {records} GROUP BY {key}
), paired AS (
    SELECT {key}, 1 AS number, expected_cents, reported_cents, coalesce(fee_cents, 0) AS fee_cents,
        expected_fee_cents, later_fee_cents, waits_until, today, coalesce(times, 1) AS times, all_cents
    FROM {ledger} FULL JOIN theirs USING ({key})
)
SELECT {key}, {classify} AS row_class, times, expected_cents, reported_cents, all_cents FROM paired
