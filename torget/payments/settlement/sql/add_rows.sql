-- Add what no earlier file had; a row that comes n times in this file has n occurrences.
WITH added AS (
    INSERT INTO settlement_settlementrecord (
        file_id, line, merchant_account_id, identity, occurrence, kind, amount_cents, fee_cents, stamp,
        provider_reference, reference, refunded_payment, method, entry_on, settlement_id, settlement_reference,
        settled_on, sub_merchant
    )
    SELECT %(file)s, line, %(account)s, identity, row_number() OVER (PARTITION BY identity ORDER BY line), kind,
        amount_cents, fee_cents, stamp, provider_reference, reference, refunded_payment, method, entry_on,
        settlement_id, settlement_reference, settled_on, sub_merchant
    FROM settlement_staged ORDER BY line
    ON CONFLICT ON CONSTRAINT settlement_record_once DO NOTHING
    RETURNING 1
)
SELECT count(*) FROM added
