-- The provider's side as the audit reads it. What a later file said of a fee is kept with the item alone.
SELECT merchant_account_id AS merchant_account, municipality_id AS municipality, kind, replace(row.subject, 'row:', '') AS subject, record_id AS record,
    amount_cents AS reported_cents, fee_cents, {agreed_fee} AS expected_fee_cents,
    (SELECT i.later_fee_cents FROM settlement_item i WHERE i.record_id = row.record_id) AS later_fee_cents
FROM ({provider_rows}) row WHERE row.kind <> 'payout'
