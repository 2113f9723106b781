-- What the runs have kept of payouts, with the day as of which the latest run judged their municipality.
SELECT coalesce(i.merchant_account_id, 0) AS merchant_account, i.municipality_id AS municipality, i.subject, i.number,
    i.row_class, i.expected_cents, i.reported_cents, i.fee_cents, i.bank_entry_id AS entry, i.happened_on, i.waits_until,
    coalesce(j.today, %(today)s::date) AS today
FROM settlement_item i
LEFT JOIN unnest(%(judged_municipalities)s::int[], %(judged_on)s::date[]) AS j (municipality_id, today)
    ON j.municipality_id = i.municipality_id
WHERE i.kind = 'settlement' AND (i.merchant_account_id IS NULL OR i.merchant_account_id = ANY(%(accounts)s))
