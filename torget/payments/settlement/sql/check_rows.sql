-- What only the whole file shows, in one row: rows that are another account's, parts that this account does not have,
-- rows that come more than once, and rows that another file had with another fee.
WITH counted AS (
    SELECT identity, count(*) AS times, min(line) AS line FROM settlement_staged GROUP BY identity
), foreign_row AS (
    SELECT s.line FROM settlement_staged s JOIN checkout_payment p ON p.token = s.stamp_token
    WHERE p.merchant_account_id <> %(account)s
    UNION ALL
    SELECT s.line FROM settlement_staged s JOIN checkout_refund r ON r.stamp = s.stamp_token
    JOIN checkout_payment p ON p.id = r.payment_id
    WHERE p.merchant_account_id <> %(account)s
    UNION ALL
    -- Another municipality's part of the same aggregate account.
    SELECT s.line FROM settlement_staged s JOIN checkout_payment p ON p.token = s.stamp_token
    JOIN checkout_submerchant m ON m.merchant_account_id = %(account)s AND m.identifier = s.sub_merchant
    WHERE NOT EXISTS (
        SELECT FROM checkout_paymentline l WHERE l.payment_id = p.id AND l.payee_id = m.municipality_id
    )
    UNION ALL
    -- Without a stamp of ours the bank reference tells, and else that another account had the very same row.
    SELECT s.line FROM settlement_staged s JOIN checkout_payment p ON p.reference = s.reference
    WHERE s.stamp = '' AND s.reference <> '' AND p.merchant_account_id <> %(account)s
    UNION ALL
    SELECT s.line FROM (SELECT * FROM settlement_staged ORDER BY line LIMIT 1000) s
    JOIN settlement_settlementrecord r ON r.provider_reference = s.provider_reference AND r.provider_reference <> ''
        AND r.merchant_account_id <> %(account)s AND r.kind = s.kind AND r.amount_cents = s.amount_cents
    JOIN checkout_merchantaccount a ON a.id = r.merchant_account_id AND a.provider = %(provider)s
), unknown_part AS (
    SELECT s.line, s.sub_merchant FROM settlement_staged s
    WHERE s.sub_merchant <> '' AND NOT EXISTS (
        SELECT FROM checkout_submerchant m WHERE m.merchant_account_id = %(account)s AND m.identifier = s.sub_merchant
    )
    UNION ALL
    SELECT s.line, '' FROM settlement_staged s WHERE s.sub_merchant = '' AND %(is_aggregate)s
), changed AS (
    SELECT s.line FROM settlement_staged s JOIN settlement_settlementrecord r
        ON r.merchant_account_id = %(account)s AND r.identity = s.identity AND r.occurrence = 1
    JOIN counted c ON c.identity = s.identity AND c.times = 1
    WHERE r.fee_cents <> s.fee_cents
)
SELECT
    (SELECT min(line) FROM foreign_row) AS foreign_line,
    (SELECT min(line) FROM unknown_part) AS unknown_part_line,
    (SELECT sub_merchant FROM unknown_part ORDER BY line LIMIT 1) AS unknown_part,
    (SELECT coalesce(sum(times), 0) FROM counted) AS rows,
    (SELECT coalesce(min(times), 0) FROM counted) AS least_times,
    (SELECT coalesce(sum(times - 1), 0) FROM counted) AS repeated,
    (SELECT min(line) FROM counted WHERE times > 1) AS repeated_line,
    (SELECT count(*) FROM changed) AS changed,
    (SELECT min(line) FROM changed) AS changed_line
