"""More time to pay: by itself when all ten conditions hold and it is commissioned, else by a person."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import transaction

from tests.network import LIBRARY
from tests.world import START, World, make_fee, make_patron
from torget.casework.cases.models import Case
from torget.casework.cases.register import PersonFacts, open_case
from torget.casework.cases.unread import note_unread
from torget.casework.core.procedure import find_procedure
from torget.casework.decisions.carry_out import carry_out_next
from torget.casework.decisions.commission import MayNotCommission, commission, stop
from torget.casework.decisions.models import Commissioning, Decision, DecisionMaker, Effect, RuleModel
from torget.casework.decisions.prepare import publish_model
from torget.casework.decisions.sign import why_not
from torget.casework.decisions.take_in import take_in_next
from torget.foundation.cooperations.models import Municipality
from torget.foundation.people.models import Employee
from torget.payments.fees.models import PaymentTime
from torget.payments.fees.payment_time import times_to_pay
from torget.sandbox.faults import Fault
from torget.sandbox.population import SandboxItem

DUE = date(2026, 11, 1)
PAY_BY = date(2027, 1, 15)


def apply(patron_id: int = 7, fee: int = 71, **changes: Any) -> Case:
    subject = {
        "library_system": LIBRARY,
        "patron_reference": str(patron_id),
        "card_number": f"2638000{patron_id:07d}",
        "fee_reference": str(fee),
        "origin": "conversation:1",
        "channel": "form",
        "ground": "unemployment",
        "address_in_finland": "yes",
        "pay_by": PAY_BY.isoformat(),
        **changes,
    }
    text = {"sv": "Mer tid att betala", "fi": "Lisää maksuaikaa", "en": "More time to pay"}
    with transaction.atomic():
        return open_case(
            municipality_id=Municipality.objects.get(slug="porvoo").pk,
            municipality_number="638",
            procedure=find_procedure("payment_time"),
            titles=text,
            public_titles=text,
            language="fi",
            subject=subject,
            parties=[PersonFacts(role="applicant", name="Aino Rantakivi", email="aino@example.fi")],
            origin="conversation:1",
            actor="patron:1",
            at=START,
        )


def commissioned(librarian: Employee, **changes: Any) -> Commissioning:
    maker = DecisionMaker.objects.get()
    values: dict[str, Any] = {
        "decision_maker_id": maker.pk,
        "procedure": "payment_time",
        "model_sha256": RuleModel.objects.get(procedure="payment_time", withdrawn_at=None).sha256,
        "reasons": {"sv": "Villkoren prövas utan bedömning.", "fi": "Ehdot eivät vaadi harkintaa.", "en": ""},
        "documents": ["Processing rules 1.0"],
        "go_live_on": START.date(),
        "contact": "library@porvoo.example.fi",
        "employee": librarian,
        "at": START,
    }
    return commission(**{**values, **changes})


def owes(world: World, kind: str = "OVERDUE", due: date = DUE) -> None:
    item = SandboxItem(item_id=7, title="Pappan och havet", home_branch="PRV/PK", barcode="7")
    fee = make_fee(71, 900, kind=kind, item_id=7, due_date=due, returned_on=due + timedelta(days=9))
    world.add(make_patron(7, fee), items=(item,))


def work() -> None:
    while take_in_next(START) is not None or carry_out_next(START) is not None:
        pass


def test_granted_by_itself_told_so_and_carried_out_once(world: World, librarian: Employee) -> None:
    owes(world)
    commissioned(librarian)
    case = apply()
    work()
    decision = Decision.objects.get()
    assert (decision.state, decision.outcome, decision.is_automatic) == ("signed", "grant", True)
    assert decision.signed_by is None
    notice = next(block for block in decision.blocks if block["kind"] == "automatic")
    assert "53 g" in notice["texts"]["fi"]
    assert "15.1.2027" in decision.blocks[0]["texts"]["fi"]
    assert times_to_pay(library_system=LIBRARY, patron_reference="7", fees=["71"]) == {"71": PAY_BY}
    case.refresh_from_db()
    assert case.state == "closed"
    find_procedure("payment_time").carry_out(
        type(
            "Order",
            (),
            {"kind": "extend", "key": f"decision:{decision.pk}:1", "payload": Effect.objects.get(number=1).payload},
        )(),
        at=START,
    )
    assert PaymentTime.objects.count() == 1


def test_without_commissioning_a_person_decides(world: World, librarian: Employee) -> None:
    owes(world)
    apply()
    work()
    decision = Decision.objects.get()
    assert (decision.state, decision.outcome) == ("draft", "grant")
    assert not any(block["kind"] == "automatic" for block in decision.blocks)


@pytest.mark.parametrize(
    ("changes", "fee", "reason"),
    [
        ({"channel": "phone"}, {}, "The application did not come through the e-service."),
        ({"address_in_finland": "no"}, {}, "The applicant has no address in Finland."),
        ({"ground": "other"}, {}, "The ground is neither illness"),
        ({}, {"kind": "LOST"}, "The fee cannot be enforced now"),
        ({"pay_by": "2027-11-02"}, {}, "The time that is asked for is not between one day and one year."),
        ({}, {"due": date(2020, 1, 1)}, "not between one day and one year"),
        ({"pay_by": "2026-11-20"}, {}, None),
        ({"pay_by": "midsummer"}, {}, None),
        ({"address_in_finland": None}, {}, None),
        ({}, {"kind": "ILL"}, "This kind of fee is not decided automatically."),
    ],
)
def test_any_miss_goes_to_a_person_and_is_no_refusal(
    world: World, librarian: Employee, changes: dict[str, Any], fee: dict[str, Any], reason: str | None
) -> None:
    owes(world, **fee)
    commissioned(librarian)
    apply(**changes)
    work()
    decision = Decision.objects.get()
    assert (decision.state, decision.outcome) == ("draft", "")
    assert decision.evaluation is not None
    told = [one["texts"]["en"] for one in decision.evaluation.reasons]
    assert (reason is None and told == []) or (reason is not None and reason in told[0])


def test_a_second_application_on_the_same_day_is_for_a_person(world: World, librarian: Employee) -> None:
    owes(world)
    commissioned(librarian)
    apply()
    apply()
    work()
    assert list(Decision.objects.values_list("state", flat=True)) == ["draft", "draft"]


def test_an_earlier_time_that_was_not_kept_is_for_a_person(world: World, librarian: Employee) -> None:
    owes(world)
    commissioned(librarian)
    fee = {"library_system": LIBRARY, "patron_reference": "7", "fee_reference": "71"}
    PaymentTime.objects.create(key="decision:0:1", **fee, until=START.date() - timedelta(days=1), granted_at=START)
    apply()
    work()
    assert Decision.objects.get().state == "draft"


def test_the_stop_switch_holds_from_the_next_moment_on(world: World, librarian: Employee) -> None:
    owes(world)
    in_force = commissioned(librarian)
    assert stop(commissioning_id=in_force.pk, reason="Wrong amounts seen", employee=librarian, at=START)
    assert not stop(commissioning_id=in_force.pk, reason="Again", employee=librarian, at=START)
    apply()
    work()
    assert Decision.objects.get().state == "draft"


def test_what_the_person_wrote_meanwhile_is_for_a_person_to_read(world: World, librarian: Employee) -> None:
    owes(world)
    commissioned(librarian)
    note_unread(apply(), at=START)
    work()
    draft = Decision.objects.get()
    assert draft.state == "draft"
    assert why_not(draft, librarian, START) == "unread"


def test_a_new_version_of_the_rules_is_not_commissioned_by_the_old_decision(world: World, librarian: Employee) -> None:
    owes(world)
    commissioned(librarian)
    xml = bytes(RuleModel.objects.get(procedure="payment_time").xml).replace(b"[1..365]", b"[1..300]")
    publish_model(procedure="payment_time", xml=xml, at=START)
    apply()
    work()
    assert Decision.objects.get().state == "draft"
    with pytest.raises(MayNotCommission, match="in_force"):
        commissioned(librarian)


def test_only_who_holds_the_office_commissions_what_was_read(world: World, librarian: Employee) -> None:
    with pytest.raises(MayNotCommission, match="another_model"):
        commissioned(librarian, model_sha256="0" * 64)
    stranger = Employee.objects.create(username="vieras", full_name="Vieras Virkailija")
    with pytest.raises(MayNotCommission, match="no_office"):
        commissioned(librarian, employee=stranger)


def test_the_library_system_down_means_later(world: World, librarian: Employee) -> None:
    owes(world)
    commissioned(librarian)
    apply()
    world.koha.faults.fail_next(Fault.MAINTENANCE, count=100)
    assert take_in_next(START) is not None
    assert not Decision.objects.exists()
    world.koha.faults.clear()
    later = START + timedelta(minutes=5)
    assert take_in_next(later) is not None
    world.koha.faults.fail_next(Fault.MAINTENANCE, count=100)
    while carry_out_next(later) is not None:
        pass
    assert set(Effect.objects.values_list("state", flat=True)) == {"due", "done"}
    world.koha.faults.clear()
    while carry_out_next(later + timedelta(hours=1)) is not None:
        pass
    assert set(Effect.objects.values_list("state", flat=True)) == {"done"}
