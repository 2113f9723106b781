-- One step of a payment: the guarded update and everything that follows from it, in one statement and one commit.
-- Returns false, and has done nothing, when the payment or its refund is no longer in the state the caller saw.
CREATE OR REPLACE FUNCTION payment_move(
    p_id bigint, p_from text, p_event text, p_to text, p_now timestamptz, p_next_at timestamptz, p_actor text,
    p_detail jsonb, p_facts jsonb, p_entries jsonb
) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
    from_holds boolean := p_from IN (SELECT to_state FROM checkout_paymenttransition WHERE holds);
    to_holds boolean;
    reserved jsonb := coalesce(p_facts -> 'refund_reserved', '{}');
    released jsonb := coalesce(p_facts -> 'refund_released', '{}');
BEGIN
    SELECT holds INTO to_holds FROM checkout_paymenttransition
        WHERE from_state = p_from AND event = p_event AND to_state = p_to;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'no step % from % to %', p_event, p_from, p_to USING ERRCODE = 'check_violation';
    END IF;

    IF p_facts ? 'refund_from' THEN
        -- A step that leads to the same state could be taken twice; the refund's own state guards it.
        PERFORM FROM checkout_payment WHERE id = p_id AND state = p_from FOR UPDATE;
        IF NOT FOUND OR NOT EXISTS (
            SELECT FROM checkout_refund
            WHERE stamp = (p_facts ->> 'refund_stamp')::uuid AND state = p_facts ->> 'refund_from'
        ) THEN
            RETURN false;
        END IF;
    END IF;

    UPDATE checkout_payment SET
        state = p_to,
        next_at = p_next_at,
        changed_at = p_now,
        tries = coalesce((p_facts ->> 'tries')::smallint, 0),
        provider_reference = coalesce(p_facts ->> 'provider_reference', provider_reference),
        pay_url = coalesce(p_facts ->> 'pay_url', pay_url),
        method = coalesce(p_facts ->> 'method', method),
        settlement_reference = coalesce(p_facts ->> 'settlement_reference', settlement_reference),
        -- Of several cards each has its own.
        booking_reference = left(concat_ws(',', nullif(booking_reference, ''), p_facts ->> 'booking_reference'), 100),
        attention_reason = CASE WHEN p_to = 'attention'
            THEN coalesce(p_facts ->> 'attention_reason', attention_reason) ELSE '' END,
        attention_owner_id = CASE WHEN p_to = 'attention' THEN (
            SELECT employee_id FROM people_role
            WHERE people_role.municipality_id = checkout_payment.municipality_id AND answers_work_list
        ) END,
        paid_at = CASE WHEN p_event = 'provider_paid' THEN p_now ELSE paid_at END,
        registered_at = CASE WHEN p_to = 'registered' OR p_event = 'booked_in_part'
            THEN coalesce(registered_at, p_now) ELSE registered_at END,
        refunded_cents = refunded_cents
            + coalesce((SELECT sum(cents::bigint) FROM jsonb_each_text(reserved) r (position, cents)), 0)
            - coalesce((SELECT sum(cents::bigint) FROM jsonb_each_text(released) r (position, cents)), 0)
    WHERE id = p_id AND state = p_from;
    IF NOT FOUND THEN
        RETURN false;
    END IF;

    INSERT INTO checkout_paymentevent (payment_id, at, actor, from_state, event, to_state, detail)
        VALUES (p_id, p_now, p_actor, p_from, p_event, p_to, p_detail);

    IF p_facts ? 'outcomes' OR (from_holds AND NOT to_holds) THEN
        UPDATE checkout_paymentline SET
            is_open = is_open AND to_holds,
            outcome = coalesce(p_facts -> 'outcomes' ->> position::text, outcome)
        WHERE payment_id = p_id;
    ELSIF to_holds AND NOT from_holds THEN
        -- Money came late: take the fees back unless another payment has them by now; registration sorts that out.
        BEGIN
            UPDATE checkout_paymentline mine SET is_open = true WHERE payment_id = p_id AND NOT EXISTS (
                SELECT FROM checkout_paymentline other
                WHERE other.library_system = mine.library_system AND other.patron_reference = mine.patron_reference
                    AND other.fee_reference = mine.fee_reference AND other.is_open
            );
        EXCEPTION WHEN unique_violation THEN
            NULL;  -- Another payment took a fee this very moment.
        END;
    END IF;

    IF p_event = 'card_set_aside' THEN
        UPDATE checkout_paymentline line SET
            aside_until = (p_facts ->> 'aside_until')::timestamptz,
            aside_tries = (p_facts ->> 'aside_tries')::smallint,
            aside_reason = coalesce(p_facts ->> 'aside_reason', '')
        FROM checkout_payment payment
        WHERE payment.id = p_id AND line.payment_id = p_id
            AND line.library_system = payment.library_system AND line.patron_reference = payment.patron_reference;
    ELSIF p_event = 'staff_retried' THEN
        UPDATE checkout_paymentline SET aside_until = NULL, aside_tries = 0, aside_reason = ''
            WHERE payment_id = p_id AND aside_until IS NOT NULL;
    END IF;

    IF p_event = 'provider_paid' THEN
        INSERT INTO checkout_receipt (payment_id, token, issued_at) VALUES (p_id, p_facts ->> 'receipt_token', p_now);
    END IF;

    IF p_facts ? 'message' THEN
        INSERT INTO checkout_providermessagerecord (payment_id, received_at, channel, verdict, content)
            VALUES (p_id, p_now, p_facts #>> '{message,channel}', 'applied', p_facts #>> '{message,content}');
    END IF;

    IF p_facts ? 'attempt' THEN
        UPDATE checkout_registrationattempt SET
            outcome = p_facts #>> '{attempt,outcome}', detail = p_facts #>> '{attempt,detail}', finished_at = p_now
        WHERE payment_id = p_id AND number = (p_facts #>> '{attempt,number}')::smallint;
    END IF;

    IF reserved <> '{}' OR released <> '{}' THEN
        -- The constraint never_refund_more_of_a_line stands behind this.
        UPDATE checkout_paymentline SET refunded_cents = refunded_cents
            + coalesce((reserved ->> position::text)::bigint, 0) - coalesce((released ->> position::text)::bigint, 0)
        WHERE payment_id = p_id AND (reserved ? position::text OR released ? position::text);
    END IF;

    IF p_facts ? 'new_refund' THEN
        INSERT INTO checkout_refund (
            payment_id, stamp, amount_cents, lines, was_registered, state, provider_reference, category, reason,
            opens_fee_again, by_email, email, requested_by, created_at, needs_second_person, expires_at, decided_by,
            decision_note
        )
        SELECT p_id, r.stamp, r.amount_cents, r.lines, r.was_registered, coalesce(r.state, 'due'), '',
            coalesce(r.category, ''), r.reason, coalesce(r.opens_fee_again, false), false, coalesce(r.email, ''),
            p_actor, p_now, coalesce(r.needs_second_person, false), r.expires_at, '', ''
        FROM jsonb_to_record(p_facts -> 'new_refund') r (
            stamp uuid, amount_cents bigint, lines jsonb, was_registered boolean, state text, category text,
            reason text, opens_fee_again boolean, email text, needs_second_person boolean, expires_at timestamptz
        );
    END IF;

    IF p_facts ? 'refund_said_paid' THEN
        UPDATE checkout_refund SET said_paid_at = p_now WHERE stamp = (p_facts ->> 'refund_said_paid')::uuid;
    END IF;

    IF p_facts ? 'refund_state' THEN
        PERFORM refund_move(p_id, p_now, p_facts);
    END IF;

    IF jsonb_array_length(p_entries) > 0 THEN
        WITH entry AS (
            INSERT INTO ledger_journalentry (municipality_id, key, kind, happened_at, payment_id)
            SELECT (e ->> 'municipality_id')::bigint, e ->> 'key', e ->> 'kind', p_now, p_id
            FROM jsonb_array_elements(p_entries) e
            RETURNING id, municipality_id, key
        )
        INSERT INTO ledger_posting (entry_id, account, amount_cents)
            SELECT entry.id, posting ->> 0, (posting ->> 1)::bigint
            FROM jsonb_array_elements(p_entries) e
            JOIN entry ON entry.key = e ->> 'key' AND entry.municipality_id = (e ->> 'municipality_id')::bigint,
            jsonb_array_elements(e -> 'postings') posting;
    END IF;
    RETURN true;
END $$;
