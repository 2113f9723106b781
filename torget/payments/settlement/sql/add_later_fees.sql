-- What these files say of the fees of rows that earlier files had.
UPDATE settlement_item i SET later_fee_cents = l.fee_cents, is_booked = false
FROM (
    SELECT DISTINCT ON (record_id) record_id, fee_cents FROM settlement_laterfee WHERE file_id = ANY(%(files)s)
    ORDER BY record_id, id DESC
) l
WHERE i.record_id = l.record_id AND i.later_fee_cents IS DISTINCT FROM l.fee_cents
