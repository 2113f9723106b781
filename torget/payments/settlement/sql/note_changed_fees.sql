-- A row that came before and now has another fee: the first one stays booked, and a person looks.
UPDATE settlement_item i SET later_fee_cents = s.fee_cents, is_booked = false
FROM settlement_staged s JOIN settlement_settlementrecord r
    ON r.merchant_account_id = %(account)s AND r.identity = s.identity AND r.occurrence = 1 AND r.fee_cents <> s.fee_cents
WHERE i.record_id = r.id AND i.later_fee_cents IS DISTINCT FROM s.fee_cents
    AND 1 = (SELECT count(*) FROM settlement_staged o WHERE o.identity = s.identity)
