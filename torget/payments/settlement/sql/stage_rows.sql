-- The rows of one file before they are believed; gone with the transaction, whichever way it ends.
CREATE TEMPORARY TABLE settlement_staged (
    line bigint, identity uuid, kind text, amount_cents bigint, fee_cents bigint, stamp text, stamp_token uuid,
    provider_reference text, reference text, refunded_payment text, method text, entry_on date, settlement_id text,
    settlement_reference text, settled_on date, sub_merchant text
) ON COMMIT DROP
