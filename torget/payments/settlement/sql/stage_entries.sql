-- The entries of one bank file before they are believed; `statement` is the place of their statement in the file.
CREATE TEMPORARY TABLE settlement_staged_entry (
    statement int, number int, part int, amount_cents bigint, booked_on date, value_on date, reference text,
    message text, end_to_end_id text, bank_reference text, is_reversal boolean
) ON COMMIT DROP
