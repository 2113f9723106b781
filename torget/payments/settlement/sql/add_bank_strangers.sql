-- Entries of newly read statements that speak of a provider and belong to no payout: a further one with a known reference
-- is a duplicate, the others are unknown. What only a notification tells waits for the statement if one has it already.
WITH fresh AS (
    SELECT e.id, e.amount_cents, e.booked_on, e.reference, e.message, b.municipality_id, s.closed_on
    FROM settlement_bankentry e
    JOIN settlement_bankstatement s ON s.id = e.statement_id
    JOIN settlement_bankaccount b ON b.id = e.account_id
    WHERE s.file_id = ANY(%(files)s) AND NOT EXISTS (SELECT FROM settlement_item i WHERE i.bank_entry_id = e.id)
        AND NOT EXISTS (
            -- The same movement told another time, by a notification and by a statement.
            SELECT FROM settlement_bankentry other JOIN settlement_bankstatement o ON o.id = other.statement_id
            WHERE other.account_id = e.account_id AND other.booked_on = e.booked_on AND o.kind <> s.kind
                AND other.amount_cents = e.amount_cents AND other.reference = e.reference
                AND (s.kind = 'notification' OR EXISTS (SELECT FROM settlement_item i WHERE i.bank_entry_id = other.id))
        )
), arrived AS (
    SELECT DISTINCT ON (i.municipality_id, digits) i.id, i.merchant_account_id, i.subject, i.municipality_id, digits
    FROM settlement_item i, ltrim(regexp_replace(i.reference, '\D', '', 'g'), '0') AS digits
    WHERE i.kind = 'settlement' AND i.municipality_id = ANY(%(municipalities)s) AND i.number = 1
        AND i.bank_entry_id IS NOT NULL AND digits <> ''
    ORDER BY i.municipality_id, digits, i.id
), judged AS (
    SELECT f.*, known.merchant_account_id, known.subject,
        row_number() OVER (PARTITION BY known.id ORDER BY f.id) AS place, known.id AS known_id
    FROM fresh f
    LEFT JOIN arrived known ON known.municipality_id = f.municipality_id AND known.digits = f.reference
    WHERE known.id IS NOT NULL OR f.message ~* %(providers)s
)
INSERT INTO settlement_item (
    merchant_account_id, municipality_id, kind, subject, number, bank_entry_id, reported_cents, fee_cents, settlement,
    reference, happened_on, row_class, first_seen_at, changed_at, cleared_by, cleared_note, booked, bookings, is_booked
)
SELECT merchant_account_id, municipality_id, 'settlement', coalesce(subject, 'bank:' || id),
    CASE WHEN known_id IS NULL THEN 1 ELSE place + (
        SELECT max(i.number) FROM settlement_item i
        WHERE i.merchant_account_id = judged.merchant_account_id AND i.kind = 'settlement'
            AND i.subject = judged.subject AND i.municipality_id = judged.municipality_id
    ) END,
    id, amount_cents, 0, '', reference, coalesce(booked_on, closed_on, (%(now)s::timestamptz)::date), '', %(now)s,
    %(now)s, '', '', '{}', 0, false
FROM judged
