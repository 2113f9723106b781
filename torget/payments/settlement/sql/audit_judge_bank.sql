-- DuckDB: each payout with what its rows sum to and what its entry of the bank says, and the class of that.
CREATE TABLE judged_bank AS
WITH sides AS (
    SELECT coalesce(kept.merchant_account, told.merchant_account) AS merchant_account,
        coalesce(kept.municipality, told.municipality) AS municipality, coalesce(kept.subject, told.subject) AS subject,
        'settlement' AS kind, coalesce(kept.number, 1) AS number, told.expected_cents,
        -- What stood alone and was explained later counts for nothing.
        CASE WHEN kept.entry IS NULL AND starts_with(kept.subject, 'bank:') THEN 0 ELSE bank.amount_cents END AS reported_cents,
        coalesce(told.fee_cents, 0) AS fee_cents, NULL::BIGINT AS expected_fee_cents, NULL::BIGINT AS later_fee_cents,
        kept.waits_until, kept.today, kept.row_class AS kept_class, kept.expected_cents AS kept_expected_cents,
        kept.reported_cents AS kept_reported_cents, kept.fee_cents AS kept_fee_cents, kept.happened_on, kept.entry,
        told.digits
    FROM {items} kept
    FULL JOIN {payouts} told
        ON kept.merchant_account = told.merchant_account AND kept.municipality = told.municipality
        AND kept.subject = told.subject AND kept.number = 1
    -- An entry of another municipality's bank is none.
    LEFT JOIN {entries} bank ON bank.entry = kept.entry AND bank.municipality = kept.municipality
)
SELECT *, {classify} AS row_class FROM sides
