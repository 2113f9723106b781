-- A row that came before and now has another fee: the first one stays booked, and a person looks.
WITH single AS (
    SELECT identity, min(fee_cents) AS fee_cents FROM settlement_staged GROUP BY identity HAVING count(*) = 1
)
UPDATE settlement_item i SET later_fee_cents = s.fee_cents, is_booked = false
FROM single s JOIN settlement_settlementrecord r
    ON r.merchant_account_id = %(account)s AND r.identity = s.identity AND r.occurrence = 1 AND r.fee_cents <> s.fee_cents
WHERE i.record_id = r.id AND i.later_fee_cents IS DISTINCT FROM s.fee_cents
