-- What the runs have kept, one row for each that there is something to explain about.
SELECT merchant_account_id AS merchant_account, municipality_id AS municipality, kind, replace(subject, 'row:', '') AS subject,
    min(row_class) FILTER (WHERE number = 1) AS row_class, count(*) AS times
FROM settlement_item
WHERE merchant_account_id = ANY(%(accounts)s) AND kind NOT IN ('settlement', 'payout')
GROUP BY merchant_account_id, municipality_id, kind, settlement_item.subject
