-- The rows of a provider's reports in these files, with what of ours each is about: by our stamp, else by the provider's
-- reference, else by the bank reference; a refund without any of them by its payment, if only one refund is of that sum.
SELECT r.id AS record_id, r.merchant_account_id, CASE WHEN trial.stamp IS NULL THEN r.kind ELSE 'trial' END AS kind,
    r.amount_cents, r.fee_cents, r.method, r.settlement_reference,
    coalesce(a.municipality_id, part.municipality_id, c.coordinator_id) AS municipality_id,
    CASE
        WHEN trial.stamp IS NOT NULL THEN trial.stamp::text
        WHEN r.kind = 'payment' THEN coalesce(coalesce(p1.token, p2.token, p3.token)::text, 'row:' || r.identity)
        WHEN r.kind = 'refund' THEN coalesce(f.stamp::text, 'row:' || r.identity)
        ELSE 'row:' || r.identity
    END AS subject,
    coalesce(p1.id, p2.id, p3.id, f.payment_id, about.id) AS payment_id,
    coalesce(r.entry_on, r.settled_on, (file.received_at AT TIME ZONE 'Europe/Helsinki')::date) AS happened_on,
    coalesce(nullif(r.settlement_id, ''), nullif(r.settlement_reference, ''), 'day:' || r.settled_on, '') AS settlement,
    r.settled_on
FROM settlement_settlementrecord r
JOIN settlement_settlementfile file ON file.id = r.file_id
JOIN checkout_merchantaccount a ON a.id = r.merchant_account_id
LEFT JOIN cooperations_cooperation c ON c.id = a.cooperation_id
LEFT JOIN checkout_submerchant part ON part.merchant_account_id = a.id AND part.identifier = r.sub_merchant
LEFT JOIN LATERAL (
    SELECT CASE WHEN r.stamp ~ '^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$' THEN r.stamp::uuid END AS token,
        CASE WHEN r.refunded_payment ~ '^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$' THEN r.refunded_payment::uuid END AS about
) ours ON true
LEFT JOIN checkout_payment p1
    ON r.kind = 'payment' AND p1.token = ours.token AND p1.merchant_account_id = r.merchant_account_id
LEFT JOIN checkout_payment p2
    ON r.kind = 'payment' AND p1.id IS NULL AND r.provider_reference <> ''
    AND p2.provider_reference = r.provider_reference AND p2.merchant_account_id = r.merchant_account_id
LEFT JOIN checkout_payment p3
    ON r.kind = 'payment' AND p1.id IS NULL AND p2.id IS NULL AND r.reference <> ''
    AND p3.reference = ltrim(r.reference, '0') AND p3.merchant_account_id = r.merchant_account_id
LEFT JOIN checkout_payment about1
    ON r.kind <> 'payment' AND r.refunded_payment <> ''
    AND about1.provider_reference = r.refunded_payment AND about1.merchant_account_id = r.merchant_account_id
-- MobilePay names it by our stamp.
LEFT JOIN checkout_payment about2
    ON r.kind <> 'payment' AND about1.id IS NULL
    AND about2.token = ours.about AND about2.merchant_account_id = r.merchant_account_id
LEFT JOIN LATERAL (SELECT coalesce(about1.id, about2.id) AS id) about ON true
-- Each way by an index of its own and for refunds alone: by all ways at once every row would read every refund.
LEFT JOIN LATERAL (
    SELECT f.stamp, f.payment_id FROM (
        SELECT 1 AS rank, f.id, f.stamp, f.payment_id FROM checkout_refund f
        JOIN checkout_payment p ON p.id = f.payment_id AND p.merchant_account_id = r.merchant_account_id
        WHERE r.kind = 'refund' AND f.stamp = ours.token
        UNION ALL
        SELECT 2, f.id, f.stamp, f.payment_id FROM checkout_refund f
        WHERE r.kind = 'refund' AND f.payment_id = about.id
            AND f.provider_reference <> '' AND f.provider_reference = r.provider_reference
        UNION ALL
        SELECT 3, f.id, f.stamp, f.payment_id FROM checkout_refund f
        WHERE r.kind = 'refund' AND f.payment_id = about.id AND f.state = 'refunded' AND r.amount_cents = -f.amount_cents
            AND 1 = (
                SELECT count(*) FROM checkout_refund other
                WHERE other.payment_id = about.id AND other.state = 'refunded' AND other.amount_cents = f.amount_cents
            )
    ) f ORDER BY f.rank, f.id LIMIT 1
) f ON true
-- What is none of ours may have tried the account when the municipality came in; the table is small.
LEFT JOIN LATERAL (
    SELECT CASE r.kind WHEN 'payment' THEN t.stamp ELSE t.refund_stamp END AS stamp FROM settlement_accounttrial t
    WHERE coalesce(p1.id, p2.id, p3.id, f.payment_id, about.id) IS NULL AND r.kind IN ('payment', 'refund')
        AND t.provider = a.provider AND t.account = a.account AND t.amount_cents = abs(r.amount_cents)
        AND (
            ours.token IN (t.stamp, t.refund_stamp) OR ours.about = t.stamp OR t.reference = ltrim(r.reference, '0')
            OR (t.provider_reference <> '' AND t.provider_reference IN (r.provider_reference, r.refunded_payment))
        )
    LIMIT 1
) trial ON true
WHERE r.file_id = ANY(%(files)s)
