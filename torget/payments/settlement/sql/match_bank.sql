-- For each payout that has not arrived, the entry of its municipality's bank that carries its reference; else the one
-- entry of those days that names the provider and has just that sum. An entry is taken once.
WITH open AS (
    SELECT i.id, i.municipality_id, i.expected_cents, i.happened_on, a.provider,
        ltrim(regexp_replace(i.reference, '\D', '', 'g'), '0') AS digits
    FROM settlement_item i JOIN checkout_merchantaccount a ON a.id = i.merchant_account_id
    WHERE i.municipality_id = ANY(%(municipalities)s) AND i.kind = 'settlement' AND i.number = 1 AND i.reported_cents IS NULL
        -- One of nothing is explained already; should the bank have something of it, that is seen by its reference.
        AND (i.row_class <> 'matched' OR i.expected_cents = 0)
), near AS (
    SELECT o.id, e.id AS entry_id, e.amount_cents, o.expected_cents,
        (o.digits <> '' AND (e.reference = o.digits OR o.digits = ANY(string_to_array(e.message, ' ')))) AS by_reference,
        e.amount_cents = o.expected_cents AND o.expected_cents <> 0
            AND e.message ILIKE '%%' || o.provider || '%%' AS by_sum
    FROM open o
    JOIN settlement_bankaccount b ON b.municipality_id = o.municipality_id
    JOIN settlement_bankentry e ON e.account_id = b.id
        AND e.booked_on BETWEEN o.happened_on - 3 AND o.happened_on + 30
    LEFT JOIN settlement_item taken ON taken.bank_entry_id = e.id
    WHERE taken.id IS NULL OR taken.subject LIKE 'bank:%%'
), counted AS (
    SELECT *, count(*) FILTER (WHERE by_sum) OVER (PARTITION BY id) AS of_sum FROM near WHERE by_reference OR by_sum
), chosen AS (
    SELECT DISTINCT ON (id) id, entry_id, amount_cents FROM counted
    WHERE by_reference OR (by_sum AND of_sum = 1)
    ORDER BY id, by_reference DESC, (amount_cents = expected_cents) DESC, entry_id
), once AS (
    SELECT DISTINCT ON (entry_id) * FROM chosen ORDER BY entry_id, id
), explained AS (
    -- What stood alone until now is explained; it counts for nothing any more.
    UPDATE settlement_item i SET bank_entry_id = NULL, reported_cents = 0, is_booked = false
    FROM once WHERE i.bank_entry_id = once.entry_id AND i.subject LIKE 'bank:%%' RETURNING i.id
)
SELECT id, entry_id, amount_cents FROM once
