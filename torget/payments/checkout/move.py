"""The one way a payment changes: look the step up, say what follows, and let the database take it if it still can."""

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db import connection

from torget.foundation.core.money import Money
from torget.foundation.core.opaque import opaque_token
from torget.payments.checkout.load import LineFacts, PaymentFacts
from torget.payments.checkout.models import Refund
from torget.payments.core.checkout import Event, State, next_state
from torget.payments.core.ledger import Account, Entry
from torget.payments.core.posting_rules import BookedLine, paid_entries, refunded_entries, registered_entries
from torget.payments.core.schedule import work_after

_WENT_BACK = frozenset(
    {Event.REFUND_PAID, Event.STAFF_REFUNDED, Event.REFUND_PAID_IN_PART, Event.STAFF_REFUNDED_IN_PART}
)
_IN_PARTS = frozenset({Event.ONE_CARD_TOLD, Event.CARD_SET_ASIDE, Event.NEEDS_HUMAN})
"""Steps after which some lines are judged and others not."""
_BOOKED = frozenset({Event.BOOKED, Event.BOOKED_IN_PART, Event.STAFF_REGISTERED})


def _outcomes(
    payment: PaymentFacts, event: Event, given_back: frozenset[int], booked: frozenset[int]
) -> dict[int, str]:
    if event in _IN_PARTS:
        return dict.fromkeys(given_back, "give_back") | dict.fromkeys(booked, "booked")
    if event in _BOOKED or event is Event.REFUSED:
        return {line.position: "give_back" if line.position in given_back else "booked" for line in payment.lines}
    return {}


def _booked_now(payment: PaymentFacts, outcomes: Mapping[int, str]) -> list[LineFacts]:
    """Lines that become income by this step; one that was booked before is in the books already."""
    return [line for line in payment.lines if outcomes.get(line.position) == "booked" and line.outcome != "booked"]


def _entries(
    payment: PaymentFacts, event: Event, outcomes: Mapping[int, str], refund: Mapping[str, Any] | None
) -> list[Entry]:
    if event is Event.PROVIDER_PAID:
        return paid_entries(payment.id, [line.as_booked() for line in payment.lines])
    if event in _BOOKED | _IN_PARTS:
        lines = _booked_now(payment, outcomes)
        part = "-".join(str(line.position) for line in lines) if event in _IN_PARTS else ""
        return registered_entries(payment.id, [line.as_booked() for line in lines], part=part)
    if event in _WENT_BACK and refund is not None:
        return refund_entries(payment, refund)
    return []


def refund_facts(refund: Refund) -> dict[str, Any]:
    """What a step needs to know of the refund it moves; its state is checked again under the payment's lock."""
    return {
        "stamp": refund.stamp,
        "state": refund.state,
        "lines": refund.lines,
        "was_registered": refund.was_registered,
    }


def leaves_a_rest(payment: PaymentFacts, refund: Mapping[str, Any]) -> bool:
    """After this refund some money is neither in the library system nor gone back."""
    return any(
        line.outcome != "booked"
        and payment.gone_back.get(line.position, 0) + refund["lines"].get(str(line.position), 0) < line.amount.cents
        for line in payment.lines
    )


def refund_entries(payment: PaymentFacts, refund: Mapping[str, Any]) -> list[Entry]:
    """The refund's cents by line position, as entries; a part of a line keeps the line's own accounts."""
    parts = {int(position): cents for position, cents in refund["lines"].items()}
    chosen = [line for line in payment.lines if line.position in parts]
    lines = [
        BookedLine(
            municipality_id=line.payee_id,
            municipality=line.payee_slug,
            amount=Money(parts[line.position]),
            vat_permille=line.vat_permille,
            ledger_account=line.ledger_account,
            shares=line.payee_shares,
        )
        for line in chosen
    ]
    return refunded_entries(
        str(refund["stamp"]),
        lines,
        was_registered=refund["was_registered"],
        paid_from=refund.get("paid_from", Account.PROVIDER),
        gone_before={index: Money(payment.gone_back.get(line.position, 0)) for index, line in enumerate(chosen)},
    )


def _entries_json(entries: Iterable[Entry]) -> str:
    return json.dumps(
        [
            {
                "municipality_id": entry.municipality_id,
                "key": entry.key,
                "kind": entry.kind,
                "postings": [[posting.account, posting.amount.cents] for posting in entry.postings],
            }
            for entry in entries
        ]
    )


def _about_refund(refund: Mapping[str, Any] | None, facts: Mapping[str, Any]) -> dict[str, Any]:
    """Which refund the step moves, and what it takes from the lines or gives back to them."""
    found: dict[str, Any] = {}
    new = facts.get("new_refund")
    if new is not None and new.get("state") != "proposed":
        found["refund_reserved"] = new["lines"]
    if refund is not None:
        found["refund_stamp"] = str(refund["stamp"])
        if "state" in refund:
            found["refund_from"] = refund["state"]
        if facts.get("refund_state") == "failed":
            found["refund_released"] = refund["lines"]
        if refund.get("is_reserved_now"):
            found["refund_reserved"] = refund["lines"]
    return found


def move_payment(
    *,
    payment: PaymentFacts,
    event: Event,
    at: datetime,
    actor: str,
    detail: Mapping[str, Any] | None = None,
    given_back: frozenset[int] = frozenset(),
    booked: frozenset[int] = frozenset(),
    refund: Mapping[str, Any] | None = None,
    **facts: Any,
) -> State | None:
    """Take one step; the new state, or None when it changed nothing.

    None means that the table has no such step from this state, or that somebody else was faster: read again and decide
    anew. `booked` are lines that surely stand in the library system while others are not judged yet. `facts` are
    the columns that the step sets, the rows that come with it (`message`, `attempt`, `new_refund`) and `tries`; see
    sql/move.sql. Everything is one statement and one commit.
    """
    state = next_state(payment.state, event)
    if state is None:
        return None
    outcomes = _outcomes(payment, event, given_back, booked)
    if outcomes:
        facts["outcomes"] = outcomes
    if event is Event.PROVIDER_PAID:
        facts["receipt_token"] = opaque_token()
    facts |= _about_refund(refund, facts)
    entries = _entries(payment, event, outcomes, refund)
    due = work_after(
        state,
        created_at=payment.created_at,
        now=at,
        tries=facts.get("tries", 0),
        by_email=bool(facts.get("refund_by_email")),
        is_reserved=bool(facts.get("is_reserved")),
    )
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT payment_move(%s, %s, %s, %s, %s, %s, %s, %s::jsonb, %s::jsonb, %s::jsonb)",
            [
                payment.id,
                payment.state,
                event,
                state,
                at,
                due,
                actor,
                json.dumps(detail or {}),
                json.dumps(facts),
                _entries_json(entries),
            ],
        )
        moved = cursor.fetchone()[0]
    return state if moved else None
