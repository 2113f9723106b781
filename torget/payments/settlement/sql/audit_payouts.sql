-- What each settlement pays out, anew from the provider's rows.
SELECT merchant_account_id AS merchant_account, municipality_id AS municipality, settlement AS subject,
    coalesce(
        -sum(amount_cents) FILTER (WHERE kind = 'payout'), sum(amount_cents - fee_cents) FILTER (WHERE kind <> 'payout')
    )::bigint AS expected_cents,
    sum(fee_cents - CASE WHEN kind = 'fee' THEN amount_cents ELSE 0 END)::bigint AS fee_cents,
    ltrim(regexp_replace(max(settlement_reference), '\D', '', 'g'), '0') AS digits
FROM ({provider_rows}) row WHERE settlement <> '' GROUP BY 1, 2, 3
