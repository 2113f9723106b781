"""A disputed fee from the case to the library system's books."""

from datetime import date, timedelta

import pytest
from django.db import transaction

from tests.network import LIBRARY
from tests.world import START, World, make_fee, make_patron
from torget.casework.cases.models import Case
from torget.casework.cases.register import PersonFacts, open_case
from torget.casework.core.deadlines import NoticeChannel
from torget.casework.core.procedure import find_procedure
from torget.casework.decisions.carry_out import carry_out_next
from torget.casework.decisions.edit import BadText, choose_outcome
from torget.casework.decisions.models import Decision, Effect
from torget.casework.decisions.prepare import prepare_case, replay
from torget.casework.decisions.sign import sign_decision
from torget.foundation.cooperations.models import Municipality
from torget.foundation.people.models import Employee
from torget.payments.checkout.models import Payment, Refund
from torget.payments.core.ports import LibrarySystemUnavailable
from torget.payments.fees.holds import place_hold
from torget.payments.fees.library_systems import library_system
from torget.payments.fees.models import FeeHold
from torget.sandbox.faults import Fault
from torget.sandbox.population import SandboxItem

DUE = date(2026, 10, 20)


def dispute(patron_id: int, claim: str, fee: int = 71) -> Case:
    subject = {
        "library_system": LIBRARY,
        "patron_reference": str(patron_id),
        "card_number": f"2638000{patron_id:07d}",
        "fee_reference": str(fee),
        "claim": claim,
        "origin": "conversation:1",
    }
    held = {name: str(subject[name]) for name in ("library_system", "patron_reference", "fee_reference", "origin")}
    place_hold(**held, at=START)
    text = {"sv": "Bestridd avgift", "fi": "Kiistetty maksu", "en": "Disputed fee"}
    with transaction.atomic():
        return open_case(
            municipality_id=Municipality.objects.get(slug="porvoo").pk,
            municipality_number="638",
            procedure=find_procedure("fee_dispute"),
            titles=text,
            public_titles=text,
            language="sv",
            subject=subject,
            parties=[PersonFacts(role="applicant", name="Åsa Övre", email="asa@example.fi")],
            origin="conversation:1",
            actor="staff:1",
            at=START,
        )


def sign(decision: Decision, employee: Employee) -> Decision:
    return sign_decision(
        decision_id=decision.pk,
        version=decision.version,
        employee=employee,
        channel=NoticeChannel.ELECTRONIC,
        at=START,
    )


def carry_out_all() -> None:
    while carry_out_next(START) is not None:
        pass


def open_cents(patron_id: int) -> dict[str, int]:
    fees = library_system(LIBRARY).open_fees(patron_reference=str(patron_id), card_number=f"2638000{patron_id:07d}")
    return {reference: amount.cents for reference, amount in fees.items()}


def late_fee(world: World, cents: int, days_late: int) -> None:
    item = SandboxItem(item_id=7, title="Pappan och havet", home_branch="PRV/PK", barcode="7")
    fee = make_fee(
        71,
        cents,
        item_id=7,
        due_date=DUE,
        returned_on=DUE + timedelta(days=days_late),
    )
    world.add(make_patron(7, fee), items=(item,))


@pytest.mark.parametrize(
    ("claim", "days_late", "expected"),
    [
        ("returned_in_time", 0, ("waive", {})),
        ("returned_in_time", 3, ("uphold", {"71": 900})),
        ("wrong_amount", 10, ("correct", {"71": 200})),
        ("already_paid", 3, ("uphold", {"71": 900})),
    ],
)
def test_the_proposal_follows_the_facts_and_ends_in_the_library_system(
    world: World, librarian: Employee, claim: str, days_late: int, expected: tuple[str, dict[str, int]]
) -> None:
    outcome, left = expected
    late_fee(world, 900, days_late)
    decision = prepare_case(case=dispute(7, claim), actor="staff:1", at=START)
    assert decision.outcome == outcome
    signed = sign(decision, librarian)
    carry_out_all()
    assert open_cents(7) == left
    assert FeeHold.objects.get().ended_at is not None
    assert Case.objects.get().state == "closed"
    assert signed.evaluation is not None
    assert replay(signed.evaluation).trace == signed.evaluation.trace


def test_what_no_rule_knows_is_for_a_person(world: World, librarian: Employee) -> None:
    late_fee(world, 900, 3)
    decision = prepare_case(case=dispute(7, "not_mine"), actor="staff:1", at=START)
    assert decision.evaluation is not None
    assert (decision.outcome, decision.evaluation.route) == ("", "human")


def test_nothing_is_prepared_while_the_library_system_is_down(world: World, librarian: Employee) -> None:
    late_fee(world, 900, 0)
    world.koha.faults.fail_next(Fault.MAINTENANCE, count=100)
    case = dispute(7, "returned_in_time")
    with pytest.raises(LibrarySystemUnavailable):
        prepare_case(case=case, actor="staff:1", at=START)
    assert not Decision.objects.exists()


def test_a_fee_paid_here_before_the_decision_is_paid_back(world: World, librarian: Employee) -> None:
    late_fee(world, 900, 0)
    patron = make_patron(7)
    (payment_id,) = world.start(patron, 71).payment_ids
    decision = prepare_case(case=dispute(7, "returned_in_time"), actor="staff:1", at=START)
    url = world.at_provider(payment_id, "pay")
    assert url
    world.come_back(url)
    world.work()
    sign(decision, librarian)
    carry_out_all()
    carry_out_all()
    world.work()
    world.wait(minutes=5)
    world.deliver_due()
    assert Refund.objects.get().amount_cents == 900
    assert Payment.objects.get().refunded_cents == 900
    assert {effect.state for effect in Effect.objects.all()} == {"done"}


def test_nobody_decides_on_more_than_the_fee_was_or_was_paid(world: World, librarian: Employee) -> None:
    late_fee(world, 900, 0)
    case = dispute(7, "other")

    def waive(cents: int) -> None:
        draft = prepare_case(case=case, actor="staff:1", at=START)
        own = {"sv": "Skälig grund.", "fi": "Kohtuullinen syy.", "en": "Fair."}
        choose_outcome(
            decision_id=draft.pk, version=draft.version, outcome="waive", amount_cents=cents, actor="staff:1",
            reasons=own, at=START,
        )  # fmt: skip

    waive(900)
    with pytest.raises(BadText, match="too_much"):
        waive(901)
    (payment_id,) = world.start(make_patron(7), 71).payment_ids
    url = world.at_provider(payment_id, "pay")
    assert url
    world.come_back(url)
    world.work()
    # The library system shows the fee no more; what was paid here bounds it now.
    waive(900)
    with pytest.raises(BadText, match="too_much"):
        waive(901)


def test_a_fee_paid_at_the_desk_meanwhile_is_for_the_desk(world: World, librarian: Employee) -> None:
    from torget.sandbox.koha.control import pay_at_desk

    late_fee(world, 900, 0)
    decision = prepare_case(case=dispute(7, "returned_in_time"), actor="staff:1", at=START)
    pay_at_desk(world.koha.store, 71)
    sign(decision, librarian)
    carry_out_all()
    assert [effect.state for effect in Effect.objects.order_by("number")] == ["human", "done"]


def test_an_effect_waits_while_the_library_system_is_down(world: World, librarian: Employee) -> None:
    late_fee(world, 900, 0)
    sign(prepare_case(case=dispute(7, "returned_in_time"), actor="staff:1", at=START), librarian)
    world.koha.faults.fail_next(Fault.MAINTENANCE, count=100)
    carry_out_all()
    assert [effect.state for effect in Effect.objects.order_by("number")] == ["due", "done"]
    assert Case.objects.get().state == "decided"
    world.koha.faults.clear()
    assert carry_out_next(START + timedelta(minutes=5)) is not None
    assert open_cents(7) == {}
    assert Case.objects.get().state == "closed"
