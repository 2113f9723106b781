-- Our side: an item for what is new in the journal, or our side of the item that the provider's row has made already.
INSERT INTO settlement_item (
    merchant_account_id, municipality_id, kind, subject, number, payment_id, expected_cents, fee_cents, settlement,
    reference, happened_on, row_class, first_seen_at, changed_at, cleared_by, cleared_note, booked, bookings, is_booked
)
SELECT merchant_account_id, municipality_id, kind, subject, 1, payment_id, expected_cents, 0, '', '', happened_on, '',
    %(now)s, %(now)s, '', '', '{{}}', 0, false
FROM ({ledger_rows}) ours
ON CONFLICT ON CONSTRAINT reconciliation_item_once DO UPDATE SET
    expected_cents = EXCLUDED.expected_cents, payment_id = EXCLUDED.payment_id, is_booked = false
WHERE settlement_item.expected_cents IS DISTINCT FROM EXCLUDED.expected_cents
