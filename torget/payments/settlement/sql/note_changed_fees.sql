-- A known row that now has another fee than it had last: the first one stays booked, and a person looks.
WITH single AS (
    SELECT identity, min(fee_cents) AS fee_cents FROM settlement_staged GROUP BY identity HAVING count(*) = 1
)
INSERT INTO settlement_laterfee (record_id, file_id, fee_cents)
SELECT r.id, %(file)s, s.fee_cents
FROM single s JOIN settlement_settlementrecord r
    ON r.merchant_account_id = %(account)s AND r.identity = s.identity AND r.occurrence = 1
LEFT JOIN LATERAL (
    SELECT l.fee_cents FROM settlement_laterfee l WHERE l.record_id = r.id ORDER BY l.id DESC LIMIT 1
) before ON true
WHERE s.fee_cents <> coalesce(before.fee_cents, r.fee_cents)
