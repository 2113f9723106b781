-- Our side as the audit reads it, as of the day of the account's latest run.
SELECT merchant_account_id AS merchant_account, municipality_id AS municipality, kind, replace(subject, 'row:', '') AS subject, expected_cents,
    waits_until, %(today)s::date AS today
FROM ({ledger_rows}) ours LEFT JOIN settlement_audit_day USING (happened_on)
