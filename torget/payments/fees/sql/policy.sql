-- All that is configured for a library system's fees, in one value: every page with fees reads it anew.
CREATE OR REPLACE FUNCTION fees_policy(p_library_system text) RETURNS jsonb LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN jsonb_build_object(
        'types', (
            SELECT coalesce(jsonb_object_agg(t.code, jsonb_build_object(
                'legal_nature', t.legal_nature, 'vat_permille', t.vat_permille, 'ledger_account', t.ledger_account,
                'product_code', coalesce(t.product_codes ->> 'default', t.code), 'is_payable', t.is_payable,
                'texts', jsonb_build_object(
                    'names', t.names, 'explanations', t.explanations, 'not_payable_reasons', t.not_payable_reasons
                )
            )), '{}')
            FROM fees_feetype t WHERE t.library_system = p_library_system
        ),
        'rules', (
            SELECT coalesce(jsonb_agg(jsonb_build_object(
                'fee_type', t.code, 'sources', r.sources, 'collector', m.slug, 'shares', r.shares
            )), '[]')
            FROM fees_payeerule r
            LEFT JOIN fees_feetype t ON t.id = r.fee_type_id
            LEFT JOIN cooperations_municipality m ON m.id = r.collector_id
            WHERE r.library_system = p_library_system
        ),
        'branches', (
            SELECT coalesce(jsonb_object_agg(b.code, m.slug), '{}')
            FROM cooperations_branch b JOIN cooperations_municipality m ON m.id = b.municipality_id
        ),
        'municipalities', (
            SELECT coalesce(jsonb_object_agg(m.slug, jsonb_build_object('names', m.names, 'theme', m.theme)), '{}')
            FROM cooperations_municipality m
        ),
        'guardian_age_limits', (
            SELECT coalesce(jsonb_object_agg(m.slug, m.guardian_age_limit), '{}')
            FROM cooperations_municipality m
            WHERE EXISTS (SELECT FROM cooperations_branch b WHERE b.municipality_id = m.id)
        )
    );
END $$;
