-- The provider's side as the audit reads it.
SELECT merchant_account_id AS merchant_account, municipality_id AS municipality, kind, replace(row.subject, 'row:', '') AS subject, record_id AS record,
    amount_cents AS reported_cents, fee_cents, {agreed_fee} AS expected_fee_cents,
    (
        SELECT l.fee_cents FROM settlement_laterfee l
        WHERE l.record_id = row.record_id AND l.file_id = ANY(%(files)s) ORDER BY l.id DESC LIMIT 1
    ) AS later_fee_cents
FROM ({provider_rows}) row WHERE row.kind <> 'payout'
