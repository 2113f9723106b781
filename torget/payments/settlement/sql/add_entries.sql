-- The entries of the statements that are new.
WITH kept AS (
    SELECT * FROM unnest(%(numbers)s::int[], %(keys)s::bigint[]) AS k (number, statement_id)
), added AS (
    INSERT INTO settlement_bankentry (
        statement_id, account_id, number, part, amount_cents, booked_on, value_on, reference, message, end_to_end_id,
        bank_reference, is_reversal
    )
    SELECT s.id, s.account_id, e.number, e.part, e.amount_cents, e.booked_on, e.value_on, e.reference, e.message,
        e.end_to_end_id, e.bank_reference, e.is_reversal
    FROM settlement_staged_entry e JOIN kept ON kept.number = e.statement
    JOIN settlement_bankstatement s ON s.id = kept.statement_id
    ORDER BY e.statement, e.number, e.part
    RETURNING amount_cents
)
SELECT count(*), coalesce(sum(amount_cents) FILTER (WHERE amount_cents > 0), 0)::bigint,
    coalesce(sum(amount_cents) FILTER (WHERE amount_cents < 0), 0)::bigint
FROM added
