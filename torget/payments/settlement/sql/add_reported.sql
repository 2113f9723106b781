-- The provider's side: each row takes the place that is free for what it is about, 1 if there is none yet.
INSERT INTO settlement_item (
    merchant_account_id, municipality_id, kind, subject, number, record_id, payment_id, reported_cents, fee_cents,
    expected_fee_cents, settlement, reference, happened_on, row_class, first_seen_at, changed_at, cleared_by,
    cleared_note, booked, bookings, is_booked
)
SELECT row.merchant_account_id, row.municipality_id, row.kind, row.subject,
    row_number() OVER (
        PARTITION BY row.kind, row.subject, row.municipality_id ORDER BY row.record_id
    ) + (
        -- Counted and not asked for in WHERE: the index on record_id would be read whole for each row.
        SELECT count(i.record_id) FROM settlement_item i
        WHERE i.merchant_account_id = row.merchant_account_id AND i.kind = row.kind AND i.subject = row.subject
            AND i.municipality_id = row.municipality_id
    ),
    row.record_id, row.payment_id, row.amount_cents, row.fee_cents, {agreed_fee}, row.settlement,
    row.settlement_reference, row.happened_on, '', %(now)s, %(now)s, '', '', '{{}}', 0, false
FROM ({provider_rows}) row
ON CONFLICT ON CONSTRAINT reconciliation_item_once DO UPDATE SET
    record_id = EXCLUDED.record_id, reported_cents = EXCLUDED.reported_cents, fee_cents = EXCLUDED.fee_cents,
    expected_fee_cents = EXCLUDED.expected_fee_cents, settlement = EXCLUDED.settlement,
    reference = EXCLUDED.reference, is_booked = false, payment_id = coalesce(settlement_item.payment_id, EXCLUDED.payment_id)
