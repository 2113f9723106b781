-- What the provider may keep of a row by the contract of that day, for its method or else for all; none agreed is NULL.
(
    SELECT g.fixed_cents + round(row.amount_cents * g.basis_points / 10000.0)::bigint
    FROM settlement_agreedfee g
    WHERE row.kind = 'payment' AND g.merchant_account_id = row.merchant_account_id
        AND g.method IN ('', row.method) AND g.valid_from <= row.happened_on
    ORDER BY (g.method = row.method AND g.method <> '') DESC, g.valid_from DESC LIMIT 1
)
