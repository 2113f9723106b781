"""Matters of the demo in every state, made by the same use cases as real ones, about fees of the sandbox library."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction

from torget.casework.cases.models import Case
from torget.casework.cases.register import PersonFacts, open_case
from torget.casework.core.deadlines import NoticeChannel
from torget.casework.core.procedure import find_procedure
from torget.casework.decisions.carry_out import carry_out_next
from torget.casework.decisions.commission import commission
from torget.casework.decisions.models import Commissioning, Decision, DecisionMaker, RuleModel
from torget.casework.decisions.prepare import prepare_case
from torget.casework.decisions.sign import sign_decision
from torget.casework.decisions.take_in import decide_if_allowed
from torget.casework.publication.publish import publish_decision
from torget.foundation.cooperations.models import Municipality
from torget.foundation.people.models import Employee
from torget.payments.fees.library_systems import library_system
from torget.sandbox.helle import helle_population
from torget.sandbox.helle_demo import NAMED_CARDS

LIBRARY = "helle"
_TITLES: Mapping[str, dict[str, str]] = {
    "fee_dispute": {"sv": "Bestridd avgift", "fi": "Kiistetty maksu", "en": "Disputed fee"},
    "payment_time": {"sv": "Mer tid att betala", "fi": "Lisää maksuaikaa", "en": "More time to pay"},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Debtor:
    """Somebody of the sandbox who owes one returned, late item."""

    reference: str
    card_number: str
    name: str
    email: str
    language: str
    fee_reference: str


def _debtors(branch_prefix: str, *, since: date = date.min) -> Iterator[Debtor]:
    """Not the named cards: those are the visitors' own."""
    named = {card.card_number for card in NAMED_CARDS}
    library = library_system(LIBRARY)
    for patron in helle_population().patrons:
        if patron.card_number in named or patron.is_child or not (patron.home_branch or "").startswith(branch_prefix):
            continue
        account = library.account(patron_reference=str(patron.patron_id), card_number=patron.card_number)
        fee = next(
            (
                one
                for one in account.fees
                if one.kind == "OVERDUE"
                and one.returned_on
                and not one.is_growing
                and one.due_date
                and one.due_date >= since
            ),
            None,
        )
        if fee is not None:
            yield Debtor(
                reference=str(patron.patron_id),
                card_number=patron.card_number,
                name=f"{patron.given_name} {patron.family_name}",
                email=patron.email or f"patron{patron.patron_id}@example.org",
                language=patron.language,
                fee_reference=fee.reference,
            )


def _open(slug: str, procedure: str, debtor: Debtor, at: datetime, **answers: Any) -> Case:
    municipality = Municipality.objects.get(slug=slug)
    origin = f"demo:{slug}:{debtor.reference}"
    subject = {
        "library_system": LIBRARY,
        "patron_reference": debtor.reference,
        "card_number": debtor.card_number,
        "fee_reference": debtor.fee_reference,
        "origin": origin,
        **answers,
    }
    titles = {language: f"{text}, {debtor.name}" for language, text in _TITLES[procedure].items()}
    with transaction.atomic():
        case = open_case(
            municipality_id=municipality.pk,
            municipality_number=municipality.number,
            procedure=find_procedure(procedure),
            titles=titles,
            public_titles=_TITLES[procedure],
            language=debtor.language,
            subject=subject,
            parties=[
                PersonFacts(
                    role="applicant", name=debtor.name, email=debtor.email, details={"card_number": debtor.card_number}
                )
            ],
            origin=origin,
            actor="patron:demo",
            at=at,
        )
    # These wait for a visitor, not for the worker.
    Case.objects.filter(pk=case.pk).update(prepare_at=None)
    return Case.objects.get(pk=case.pk)


def _official(username: str) -> Employee:
    return Employee.objects.get(username=username)


def _prepare(case: Case, username: str, at: datetime) -> Decision:
    employee = _official(username)
    return prepare_case(case=case, actor=f"staff:{employee.pk}", at=at, preparer=employee)


def _commission(slug: str, at: datetime) -> Commissioning:
    return commission(
        decision_maker_id=DecisionMaker.objects.get(municipality__slug=slug).pk,
        procedure="payment_time",
        model_sha256=RuleModel.objects.get(procedure="payment_time", withdrawn_at=None).sha256,
        reasons={
            "sv": "Tio villkor som kan prövas utan bedömning; allt annat går till en människa. 434/2003 53 e §.",
            "fi": "Kymmenen ehtoa, jotka voidaan todeta ilman harkintaa; kaikki muu menee ihmiselle. 434/2003 53 e §.",
            "en": "Ten conditions that need no judgement; everything else goes to a person. 434/2003, section 53 e.",
        },
        documents=["Käsittelysäännöt / Behandlingsregler 1.0", "Testausraportti / Testrapport 1.0"],
        go_live_on=at.date(),
        contact=f"library.{slug}@example.fi",
        employee=_official(f"official.{slug}"),
        at=at,
    )


def load_demo_cases(now: datetime) -> int:
    """How many cases were made; none when there are some already."""
    if Case.objects.exists():
        return 0
    day = timedelta(days=1)
    porvoo, others = _debtors("PRV/"), _debtors("LOV/")
    late = _debtors("SIP/", since=(now - 250 * day).date())
    pay_by = (now + 60 * day).date().isoformat()
    asks = {"channel": "form", "ground": "finances", "address_in_finland": "yes", "pay_by": pay_by}
    _prepare(
        _open("porvoo", "fee_dispute", next(porvoo), now - 3 * day, claim="wrong_amount"),
        "preparer.porvoo",
        now - 2 * day,
    )
    _prepare(
        _open("porvoo", "fee_dispute", next(porvoo), now - 2 * day, claim="not_mine"), "preparer.porvoo", now - day
    )
    _open("porvoo", "fee_dispute", next(porvoo), now - day, claim="returned_in_time")
    upheld = _prepare(
        _open("porvoo", "fee_dispute", next(porvoo), now - 9 * day, claim="returned_in_time"),
        "preparer.porvoo",
        now - 8 * day,
    )
    signed = sign_decision(
        decision_id=upheld.pk,
        version=upheld.version,
        employee=_official("official.porvoo"),
        channel=NoticeChannel.ELECTRONIC,
        at=now - 7 * day,
    )
    publish_decision(
        decision_id=signed.pk, shows_names=False, actor=f"staff:{_official('official.porvoo').pk}", at=now - 7 * day
    )
    _commission("porvoo", now - 20 * day)
    automatic = _open("porvoo", "payment_time", next(late), now - day, **asks)
    decide_if_allowed(prepare_case(case=automatic, actor="worker", at=now - day), at=now - day)
    _prepare(
        _open("lahti", "fee_dispute", next(others), now - 40 * day, claim="wrong_amount"),
        "preparer.lahti",
        now - 3 * day,
    )
    _prepare(_open("lahti", "payment_time", next(late), now - 2 * day, **asks), "preparer.lahti", now - day)
    _prepare(
        _open("heinola", "payment_time", next(others), now - 4 * day, **{**asks, "ground": "other"}),
        "official.heinola",
        now - day,
    )
    while carry_out_next(now) is not None:
        pass
    return Case.objects.count()
