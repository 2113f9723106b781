-- DuckDB: payouts that are kept otherwise than `judged_bank` has them, entries that a payout lacks, and entries that
-- speak of a provider and that nothing explains.
WITH entries AS (
    SELECT *, entry IN (SELECT entry FROM judged_bank WHERE entry IS NOT NULL) AS is_linked,
        entry IN (SELECT entry FROM judged_bank WHERE NOT starts_with(subject, 'bank:') AND entry IS NOT NULL) AS is_taken
    FROM {entries}
), otherwise AS (
    SELECT municipality, 'settlement ' || subject AS about,
        coalesce(kept_class || ' ' || coalesce(kept_expected_cents::VARCHAR, '–') || '/'
            || coalesce(kept_reported_cents::VARCHAR, '–') || '/' || kept_fee_cents, 'no item') AS kept,
        CASE WHEN expected_cents IS NULL AND reported_cents IS NULL THEN 'nothing' ELSE row_class || ' '
            || coalesce(expected_cents::VARCHAR, '–') || '/' || coalesce(reported_cents::VARCHAR, '–') || '/' || fee_cents
        END AS judged
    FROM judged_bank
), lacking AS (
    SELECT p.municipality, 'settlement ' || p.subject, p.kept_class, 'entry ' || min(e.entry) || ' of the bank has it'
    FROM judged_bank p JOIN entries e ON e.municipality = p.municipality AND e.reference = p.digits AND NOT e.is_taken
    WHERE p.number = 1 AND p.entry IS NULL AND p.digits <> '' AND NOT starts_with(p.subject, 'bank:')
        AND e.booked_on BETWEEN p.happened_on - 3 AND p.happened_on + 30
    GROUP BY p.municipality, p.subject, p.kept_class
), unexplained AS (
    SELECT e.municipality, 'bank entry ' || e.entry, 'no item', 'missing_here'
    FROM entries e
    WHERE e.speaks_of_provider AND NOT e.is_linked AND NOT EXISTS (
        -- The same movement told another time, by a notification and by a statement.
        SELECT 1 FROM entries other
        WHERE other.account = e.account AND other.booked_on = e.booked_on AND other.amount_cents = e.amount_cents
            AND other.reference IS NOT DISTINCT FROM e.reference AND other.statement_kind <> e.statement_kind
            AND (e.statement_kind = 'notification' OR other.is_linked)
    )
)
SELECT * FROM otherwise WHERE kept <> judged
UNION ALL SELECT * FROM lacking
UNION ALL SELECT * FROM unexplained
ORDER BY 1, 2 LIMIT {most}
