-- What each settlement pays out by its rows: what the provider says it sent, else the rows after fees.
WITH touched AS (
    SELECT DISTINCT i.settlement, i.municipality_id FROM settlement_item i
    JOIN settlement_settlementrecord r ON r.id = i.record_id
    WHERE i.merchant_account_id = %(account)s AND i.settlement <> '' AND r.file_id = ANY(%(files)s)
), summed AS (
    SELECT t.settlement, t.municipality_id,
        -sum(i.reported_cents) FILTER (WHERE i.kind = 'payout') AS told_cents,
        sum(i.reported_cents - i.fee_cents) FILTER (WHERE i.kind <> 'payout') AS net_cents,
        coalesce(sum(i.fee_cents - CASE WHEN i.kind = 'fee' THEN i.reported_cents ELSE 0 END), 0) AS fee_cents,
        max(i.reference) AS reference, max(coalesce(r.settled_on, i.happened_on)) AS settled_on
    FROM touched t
    JOIN settlement_item i ON i.merchant_account_id = %(account)s AND i.settlement = t.settlement
        AND i.municipality_id = t.municipality_id AND i.record_id IS NOT NULL
    JOIN settlement_settlementrecord r ON r.id = i.record_id
    GROUP BY t.settlement, t.municipality_id
), payouts AS (
    -- The provider's own row of the payout says the same as the other rows, or is all that is known.
    UPDATE settlement_item i SET expected_cents = coalesce(-s.net_cents, i.reported_cents), is_booked = false
    FROM summed s
    WHERE i.merchant_account_id = %(account)s AND i.kind = 'payout' AND i.settlement = s.settlement
        AND i.municipality_id = s.municipality_id
        AND i.expected_cents IS DISTINCT FROM coalesce(-s.net_cents, i.reported_cents)
)
INSERT INTO settlement_item (
    merchant_account_id, municipality_id, kind, subject, number, expected_cents, fee_cents, settlement, reference,
    happened_on, row_class, first_seen_at, changed_at, cleared_by, cleared_note, booked, bookings, is_booked
)
SELECT %(account)s, municipality_id, 'settlement', settlement, 1, coalesce(told_cents, net_cents), fee_cents, '',
    reference, settled_on, '', %(now)s, %(now)s, '', '', '{}', 0, false
FROM summed
ON CONFLICT ON CONSTRAINT reconciliation_item_once DO UPDATE SET
    expected_cents = EXCLUDED.expected_cents, fee_cents = EXCLUDED.fee_cents, reference = EXCLUDED.reference,
    is_booked = false
WHERE (settlement_item.expected_cents, settlement_item.fee_cents) IS DISTINCT FROM
    (EXCLUDED.expected_cents, EXCLUDED.fee_cents)
