-- Which merchant account takes in which municipality's money, by slug: its own active account goes before its part in
-- an aggregate. An account that is second is offered only where the first gives no page (checkout_second_merchants).
CREATE OR REPLACE FUNCTION checkout_merchants() RETURNS jsonb LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (
        SELECT coalesce(jsonb_object_agg(m.slug, jsonb_build_object(
            'merchant_account_id', way.merchant_account_id, 'provider', way.provider, 'municipality_id', m.id,
            'sub_merchant', way.sub_merchant, 'owner_id', way.owner_id, 'service_email', m.contact_email
        )), '{}')
        FROM (
            SELECT DISTINCT ON (municipality_id) * FROM (
                SELECT a.municipality_id, a.id AS merchant_account_id, a.provider, NULL AS sub_merchant,
                    a.municipality_id AS owner_id, 1 AS rank
                FROM checkout_merchantaccount a
                WHERE a.is_active AND NOT a.is_second AND a.municipality_id IS NOT NULL
                UNION ALL
                SELECT s.municipality_id, a.id, a.provider, s.identifier, c.coordinator_id, 2
                FROM checkout_submerchant s
                JOIN checkout_merchantaccount a ON a.id = s.merchant_account_id
                JOIN cooperations_cooperation c ON c.id = a.cooperation_id
                WHERE a.is_active AND s.is_active
            ) every_way ORDER BY municipality_id, rank, merchant_account_id DESC
        ) way
        JOIN cooperations_municipality m ON m.id = way.municipality_id
    );
END $$;

CREATE OR REPLACE FUNCTION checkout_second_merchants() RETURNS jsonb LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (
        SELECT coalesce(jsonb_object_agg(m.slug, jsonb_build_object(
            'merchant_account_id', a.id, 'provider', a.provider, 'municipality_id', m.id,
            'sub_merchant', NULL, 'owner_id', m.id, 'service_email', m.contact_email
        )), '{}')
        FROM checkout_merchantaccount a JOIN cooperations_municipality m ON m.id = a.municipality_id
        WHERE a.is_active AND a.is_second
    );
END $$;

-- Which of a patron's fees stand in a payment that is under way, by the fee's reference.
CREATE OR REPLACE FUNCTION checkout_held(p_library_system text, p_patron_reference text) RETURNS jsonb
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (
        SELECT coalesce(jsonb_object_agg(l.fee_reference, jsonb_build_object(
            'checkout_token', c.token, 'payer_id', c.patron_id, 'state', p.state
        )), '{}')
        FROM checkout_paymentline l
        JOIN checkout_payment p ON p.id = l.payment_id
        JOIN checkout_checkout c ON c.id = p.checkout_id
        WHERE l.library_system = p_library_system AND l.patron_reference = p_patron_reference AND l.is_open
    );
END $$;
