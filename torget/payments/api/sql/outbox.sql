-- What the clients are told, written in the very commit that it tells of. The triggers are deferred to that commit, when
-- every row of the step stands: so a message exists exactly if what it says has happened.

-- The words of the interface for a payment's state; v1/words.py has the same table, and a test compares the two.
CREATE OR REPLACE FUNCTION api_payment_state(p_state text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE
        WHEN p_state IN ('registering', 'uncertain') THEN 'paid'
        WHEN p_state IN ('refund_due', 'refunding', 'refund_pending') THEN 'being_refunded'
        WHEN p_state = 'attention' THEN 'being_examined'
        ELSE p_state
    END
$$;

CREATE OR REPLACE FUNCTION api_refund_state(p_state text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE p_state
        WHEN 'proposed' THEN 'waiting_for_approval'
        WHEN 'due' THEN 'accepted'
        WHEN 'asked' THEN 'accepted'
        WHEN 'refunded' THEN 'paid'
        ELSE p_state
    END
$$;

-- One message for every endpoint of the client that wants it, each with its job in the queue that the workers share.
-- The lock lets one job at a time speak to an endpoint, so that a slow one keeps no more than one worker.
CREATE OR REPLACE FUNCTION api_tell(p_client bigint, p_type text, p_data jsonb) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    told_at timestamptz := clock_timestamp();
    message_key bigint;
    delivery record;
BEGIN
    IF NOT EXISTS (
        SELECT FROM api_webhookendpoint WHERE client_id = p_client AND stopped_at IS NULL AND p_type = ANY (events)
    ) THEN
        RETURN;
    END IF;
    INSERT INTO api_webhookmessage (name, client_id, type, body, created_at)
        VALUES (
            'msg_' || replace(gen_random_uuid()::text, '-', ''), p_client, p_type,
            jsonb_build_object(
                'type', p_type,
                'timestamp', to_char(told_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
                'data', p_data
            )::text,
            told_at
        )
        RETURNING id INTO message_key;
    FOR delivery IN
        INSERT INTO api_webhookdelivery (message_id, endpoint_id, state, next_at, tries)
            SELECT message_key, id, 'waiting', told_at, 0 FROM api_webhookendpoint
            WHERE client_id = p_client AND stopped_at IS NULL AND p_type = ANY (events)
            RETURNING id, endpoint_id
    LOOP
        PERFORM api_queue_delivery(delivery.id, delivery.endpoint_id);
    END LOOP;
END $$;

-- A job for one message. One that waits in the queue already is enough.
CREATE OR REPLACE FUNCTION api_queue_delivery(p_delivery bigint, p_endpoint bigint) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM procrastinate_defer_jobs_v1(ARRAY[ROW(
        'webhooks', 'torget.payments.api.tasks.send_webhook', 0, 'webhook-endpoint:' || p_endpoint,
        'webhook-delivery:' || p_delivery, jsonb_build_object('delivery_id', p_delivery), NULL
    )::procrastinate_job_to_defer_v1]);
EXCEPTION WHEN unique_violation THEN
    NULL;
END $$;

-- A payment of the client, as the interface shows it; NULL if it is not (or no more) the client's to know.
CREATE OR REPLACE FUNCTION api_payment_data(p_payment bigint, p_state text) RETURNS TABLE (client bigint, data jsonb)
LANGUAGE sql STABLE AS $$
    SELECT started.client_id, jsonb_build_object(
        'checkout_id', k.token, 'payment_id', p.token, 'reference', p.reference, 'amount_cents', p.amount_cents,
        'refunded_cents', p.refunded_cents, 'currency', p.currency, 'state', api_payment_state(p_state),
        'lines', (
            SELECT jsonb_agg(jsonb_build_object(
                'position', l.position, 'fee_reference', l.fee_reference, 'amount_cents', l.amount_cents,
                'outcome', l.outcome
            ) ORDER BY l.position)
            FROM checkout_paymentline l WHERE l.payment_id = p.id
        )
    )
    FROM checkout_payment p
    JOIN api_clientcheckout started ON started.checkout_id = p.checkout_id
    JOIN checkout_checkout k ON k.id = p.checkout_id
    WHERE p.id = p_payment AND NOT EXISTS (
        SELECT FROM checkout_paymentline l WHERE l.payment_id = p.id AND NOT EXISTS (
            SELECT FROM api_apiclient_municipalities m
            WHERE m.apiclient_id = started.client_id AND m.municipality_id = l.payee_id
        )
    )
$$;

CREATE OR REPLACE FUNCTION api_payment_happened() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    about record;
    told_type text := CASE
        WHEN NEW.event = 'provider_paid' THEN 'payment.paid'
        WHEN NEW.event IN ('booked', 'booked_in_part', 'staff_registered') THEN 'payment.registered'
        WHEN NEW.to_state IN ('failed', 'expired') THEN 'payment.failed'
    END;
    checkout_key bigint;
    rest bigint;
BEGIN
    SELECT * INTO about FROM api_payment_data(NEW.payment_id, NEW.to_state);
    IF NOT FOUND THEN
        RETURN NULL;
    END IF;
    IF told_type IS NOT NULL THEN
        PERFORM api_tell(about.client, told_type, about.data);
    END IF;
    IF NEW.to_state IN ('registered', 'refunded', 'failed', 'expired') THEN
        SELECT checkout_id INTO checkout_key FROM checkout_payment WHERE id = NEW.payment_id;
        -- Two payments of one checkout may end at once; the later commit must see the earlier one.
        PERFORM FROM checkout_checkout WHERE id = checkout_key FOR NO KEY UPDATE;
        SELECT count(*) INTO rest FROM checkout_payment
            WHERE checkout_id = checkout_key AND state NOT IN ('registered', 'refunded', 'failed', 'expired');
        IF rest = 0 THEN
            PERFORM api_tell(about.client, 'checkout.completed', jsonb_build_object(
                'checkout_id', about.data ->> 'checkout_id',
                'payments', (
                    SELECT jsonb_agg(jsonb_build_object(
                        'payment_id', p.token, 'amount_cents', p.amount_cents, 'refunded_cents', p.refunded_cents,
                        'state', api_payment_state(p.state)
                    ) ORDER BY p.position)
                    FROM checkout_payment p WHERE p.checkout_id = checkout_key
                )
            ));
        END IF;
    END IF;
    RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION api_refund_happened() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    about record;
BEGIN
    SELECT * INTO about FROM api_payment_data(NEW.payment_id, '');
    IF FOUND THEN
        PERFORM api_tell(about.client, 'refund.' || api_refund_state(NEW.state), jsonb_build_object(
            'checkout_id', about.data ->> 'checkout_id', 'payment_id', about.data ->> 'payment_id',
            'refund_id', NEW.stamp, 'amount_cents', NEW.amount_cents, 'state', api_refund_state(NEW.state),
            'lines', (
                SELECT jsonb_agg(jsonb_build_object('position', position::int, 'amount_cents', cents::bigint)
                    ORDER BY position::int)
                FROM jsonb_each_text(NEW.lines) part (position, cents)
            )
        ));
    END IF;
    RETURN NULL;
END $$;
