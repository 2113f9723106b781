-- The class of an item by its two sides, in this order. PostgreSQL and DuckDB both read these words.
CASE
    WHEN number > 1 THEN 'duplicate'
    -- Payments, refunds and fees that cancel out: no money moves, so nothing can be missing.
    WHEN kind = 'settlement' AND reported_cents IS NULL AND expected_cents = 0 THEN 'matched'
    WHEN reported_cents IS NULL AND waits_until >= {today} THEN 'waiting'
    WHEN reported_cents IS NULL THEN 'missing_there'
    -- A fee of its own, a payment that tried the account, and a row of nothing explain themselves.
    WHEN kind IN ('fee', 'trial') OR (reported_cents = 0 AND expected_cents IS NULL) THEN 'matched'
    WHEN expected_cents IS NULL THEN 'missing_here'
    WHEN expected_cents <> reported_cents THEN 'amount_differs'
    WHEN expected_fee_cents <> fee_cents OR later_fee_cents <> fee_cents THEN 'fee_differs'
    ELSE 'matched'
END
