-- What our journal has on the provider's account of one merchant account, by what it is about and whose it is.
SELECT p.merchant_account_id, e.municipality_id, e.kind AS entry_kind,
    CASE e.kind WHEN 'paid' THEN 'payment' ELSE 'refund' END AS kind,
    CASE e.kind WHEN 'paid' THEN p.token::text ELSE split_part(e.key, ':', 2) END AS subject,
    p.id AS payment_id, sum(o.amount_cents)::bigint AS expected_cents,
    (min(e.happened_at) AT TIME ZONE 'Europe/Helsinki')::date AS happened_on
FROM ledger_journalentry e
JOIN ledger_posting o ON o.entry_id = e.id AND o.account = 'provider'
JOIN checkout_payment p ON p.id = e.payment_id
WHERE e.municipality_id = ANY(%(municipalities)s) AND e.happened_at >= %(since)s
    AND e.kind IN ('paid', 'refunded') AND p.merchant_account_id = %(account)s
GROUP BY p.merchant_account_id, e.municipality_id, e.kind, e.key, p.id, p.token
