"""One seeded week of disputes: people pay, dispute, are refunded; officials sign, correct, withdraw; and processes die.

The auditor believes the library system's own books and the documents, and compares cases, decisions, effects and the
ledger with them.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

from django.db import connection, transaction

from tests.libraries import library_side
from tests.network import LIBRARY
from tests.simulation.auditor import Fault
from tests.simulation.crashes import ProcessKilled, choose_crash
from tests.simulation.run import emptied_database, library_of
from tests.world import START, World, make_fee, make_patron, running_world
from torget.casework.cases.models import Case, RecordClass
from torget.casework.cases.register import PersonFacts, first_broken_action, open_case
from torget.casework.core.deadlines import NoticeChannel
from torget.casework.core.procedure import all_procedures, find_procedure
from torget.casework.decisions.carry_out import carry_out_next
from torget.casework.decisions.correct import NothingToCorrect, start_correction
from torget.casework.decisions.drafts import ChangedMeanwhile
from torget.casework.decisions.edit import BadText, choose_outcome, edit_block
from torget.casework.decisions.models import Decision, DecisionMaker, Effect, OfficeHolder, Power
from torget.casework.decisions.prepare import AlreadyDecided, install_model, prepare_case
from torget.casework.decisions.replay import replay_all
from torget.casework.decisions.settle_effect import mark_done, try_again
from torget.casework.decisions.sign import Incomplete, MayNotSign, sign_decision
from torget.casework.decisions.take_in import take_in_next
from torget.casework.decisions.withdraw import withdraw_proposal
from torget.foundation.cooperations.models import Municipality
from torget.foundation.people.models import Employee
from torget.payments.checkout.models import Refund
from torget.payments.checkout.receive import MessageNotBelieved
from torget.payments.checkout.start import FeeInAnotherPayment, FeesChanged, NothingChosen
from torget.payments.checkout.waiver_model import Waiver
from torget.payments.checkout.worker import work_once
from torget.payments.core.ports import LibrarySystemError
from torget.payments.fees.holds import place_hold
from torget.payments.fees.library_systems import library_system
from torget.payments.fees.models import FeeHold
from torget.payments.invariants.check import Finding, find_violations
from torget.sandbox.population import SandboxItem, SandboxPatron
from torget.sandbox.providers.outcomes import NotPossible

PATRONS = 6
ACTIONS = 260
CRASH_PROBABILITY = 0.25
CLAIMS = ("returned_in_time", "already_paid", "wrong_amount", "not_mine", "other")
EXPECTED = (
    AlreadyDecided,
    BadText,
    ChangedMeanwhile,
    FeeInAnotherPayment,
    FeesChanged,
    Incomplete,
    LibrarySystemError,
    MayNotSign,
    MessageNotBelieved,
    NotPossible,
    NothingChosen,
    NothingToCorrect,
    Refund.DoesNotExist,
)


def make_office() -> Employee:
    """Porvoo's, which may decide everything; the rules that are shipped are in use."""
    text = {"sv": "Chef", "fi": "Johtaja", "en": "Head"}
    RecordClass.objects.create(
        code="12.03.01", names=text, publicity=1, retention_years=6, retention_basis="Asian lopullinen ratkaisu"
    )
    maker = DecisionMaker.objects.create(
        municipality=Municipality.objects.get(slug="porvoo"), code="librarian", titles=text, organ_above=text,
        contact_name="Kirjasto", contact_email="library@porvoo.example.fi", contact_phone="+358 19 000 001",
    )  # fmt: skip
    employee = Employee.objects.create(username="maija", full_name="Maija Mallikas")
    OfficeHolder.objects.create(decision_maker=maker, employee=employee, since=START.date() - timedelta(days=9))
    for procedure in all_procedures():
        Power.objects.create(decision_maker=maker, procedure=procedure.slug, limit_cents=None, basis=text)
        install_model(procedure=procedure, at=START)
    return employee


@dataclass
class DisputeWeek:
    world: World
    seed: int
    dice: random.Random = field(init=False)
    patrons: list[SandboxPatron] = field(default_factory=list)
    crashes: int = 0
    official: Employee = field(init=False)

    def __post_init__(self) -> None:
        self.dice = random.Random(self.seed)

    @property
    def actor(self) -> str:
        return f"staff:{self.official.pk}"

    def run(self) -> list[Fault]:
        self._populate()
        self.official = make_office()
        actions: list[tuple[int, Callable[[], object]]] = [
            (10, self._dispute),
            (10, self._pay),
            (10, lambda: take_in_next(self.world.now)),
            (6, self._prepare),
            (6, self._edit),
            (14, self._sign),
            (4, self._withdraw),
            (4, self._correct),
            (14, lambda: carry_out_next(self.world.now)),
            (14, lambda: work_once(self.world.clock)),
            (6, self._callbacks),
            (8, self._time_passes),
            (3, self._desk),
            (4, self._weather),
        ]
        choices = [action for weight, action in actions for _ in range(weight)]
        for _ in range(ACTIONS):
            self._do(self.dice.choice(choices))
        self._calm_down()
        return audit(self.world)

    def _populate(self) -> None:
        for number in range(1, PATRONS + 1):
            items, fees = [], []
            for place in range(3):
                fee_id = number * 100 + place
                due = START.date() - timedelta(days=self.dice.choice((3, 30)))
                late = timedelta(days=self.dice.choice((0, 1, 20)))
                items.append(
                    SandboxItem(item_id=fee_id, title=f"Book {fee_id}", home_branch="PRV/PK", barcode=str(fee_id))
                )
                cents = self.dice.choice((115, 435, 900))
                fees.append(make_fee(fee_id, cents, item_id=fee_id, due_date=due, returned_on=due + late))
            patron = make_patron(number, *fees)
            self.patrons.append(patron)
            self.world.add(patron, items=tuple(items))

    def _do(self, action: Callable[[], object]) -> None:
        crash = choose_crash(self.dice, CRASH_PROBABILITY)
        try:
            with crash.armed():
                action()
        except ProcessKilled:
            self.crashes += 1
            connection.close()
        except EXPECTED:
            pass

    def _dispute(self) -> None:
        patron = self.dice.choice(self.patrons)
        who = {"patron_reference": self.world.library.reference(patron), "card_number": patron.card_number}
        # Where the system does not list single fees, the whole debt is one.
        fees = library_system(LIBRARY).account(**who).fees
        if not fees:
            return
        fee = self.dice.choice(fees)
        origin = f"conversation:{fee.reference}:{self.dice.randrange(10**6)}"
        subject = {
            "library_system": LIBRARY,
            **who,
            "fee_reference": fee.reference,
            "claim": self.dice.choice(CLAIMS),
            "origin": origin,
        }
        text = {"sv": "Bestridd avgift", "fi": "Kiistetty maksu", "en": "Disputed fee"}
        porvoo = Municipality.objects.get(slug="porvoo")
        with transaction.atomic():
            place_hold(
                library_system=LIBRARY,
                patron_reference=subject["patron_reference"],
                fee_reference=subject["fee_reference"],
                origin=origin,
                at=self.world.now,
            )
            open_case(
                municipality_id=porvoo.pk, municipality_number=porvoo.number,
                procedure=find_procedure("fee_dispute"), titles=text, public_titles=text,
                language=self.dice.choice(("sv", "fi", "en")), subject=subject,
                parties=[PersonFacts(role="applicant", name="Åsa Övre", email="asa@example.fi")],
                origin=origin, actor="patron:1", at=self.world.now,
            )  # fmt: skip

    def _pay(self) -> None:
        patron = self.dice.choice(self.patrons)
        fee = self.dice.choice(patron.fees)
        (payment_id,) = self.world.start(patron, fee.fee_id).payment_ids
        url = self.world.at_provider(payment_id, "pay")
        if url and self.dice.random() < 0.8:
            self.world.come_back(url)

    def _a_draft(self) -> Decision:
        drafts = list(Decision.objects.filter(state="draft").order_by("pk"))
        if not drafts:
            raise ChangedMeanwhile
        return self.dice.choice(drafts)

    def _prepare(self) -> None:
        cases = list(Case.objects.filter(state__in=["open", "prepared"]).order_by("pk"))
        if cases:
            prepare_case(case=self.dice.choice(cases), actor=self.actor, at=self.world.now)

    def _edit(self) -> None:
        draft = self._a_draft()
        if self.dice.random() < 0.5 and draft.corrects_id is None:
            outcome = self.dice.choice(("waive", "uphold", "lapse"))
            cents = self.dice.choice((100, 115, 435))
            choose_outcome(
                decision_id=draft.pk, version=draft.version, outcome=outcome, amount_cents=cents, actor=self.actor,
                reasons={"sv": "Omdöme.", "fi": "Harkinta.", "en": "Judgement."}, at=self.world.now,
            )  # fmt: skip
        else:
            texts = {"sv": "Motivering.", "fi": "Perustelu.", "en": "Reason."}
            edit_block(
                decision_id=draft.pk, version=draft.version, position=2, texts=texts, actor=self.actor,
                at=self.world.now,
            )  # fmt: skip

    def _sign(self) -> None:
        draft = self._a_draft()
        sign_decision(
            decision_id=draft.pk,
            # Now and then somebody has changed it since.
            version=draft.version - self.dice.choice((0, 0, 0, 1)),
            employee=self.official,
            channel=self.dice.choice(list(NoticeChannel)),
            at=self.world.now,
        )

    def _withdraw(self) -> None:
        draft = self._a_draft()
        withdraw_proposal(
            decision_id=draft.pk, version=draft.version, reason="Wrong", actor=self.actor, at=self.world.now
        )

    def _correct(self) -> None:
        signed = list(Decision.objects.filter(state="signed").order_by("pk").values_list("pk", flat=True))
        if signed:
            start_correction(decision_id=self.dice.choice(signed), actor=self.actor, at=self.world.now)

    def _callbacks(self) -> None:
        self.world.deliver_due()

    def _time_passes(self) -> None:
        self.world.wait(seconds=self.dice.choice((1, 30, 120, 600, 3600, 8 * 3600)))

    def _desk(self) -> None:
        self.world.library.pay_at_desk(self.dice.choice(self.dice.choice(self.patrons).fees).fee_id)

    def _weather(self) -> None:
        self.world.library.calm()
        if self.dice.random() < 0.6:
            self.world.library.storm(self.dice)

    def _calm_down(self) -> None:
        """Everything works again: what was signed is carried out, and persons see to what machines could not do."""
        self.world.library.calm()
        for hours in (0.1, 0.5, 1, 4, 12, 24, 48, 96):
            self.world.wait(hours=hours)
            self.world.deliver_due()
            self.world.work(500)
            while carry_out_next(self.world.now) is not None:
                pass
        for effect in Effect.objects.filter(state__in=["human", "refused"]).order_by("pk"):
            if self.dice.random() < 0.5:
                try_again(effect_id=effect.pk, actor=self.actor, at=self.world.now)
            else:
                mark_done(effect_id=effect.pk, note="By hand", actor=self.actor, at=self.world.now)
        while carry_out_next(self.world.now) is not None:
            pass
        for effect in Effect.objects.filter(state__in=["human", "refused"]).order_by("pk"):
            mark_done(effect_id=effect.pk, note="By hand", actor=self.actor, at=self.world.now)
        for _ in range(6):
            self.world.work(500)
            self.world.wait(hours=2)
            self.world.deliver_due()


def audit(world: World) -> list[Fault]:
    return [*_effects(world), *_cases(), *_documents()]


def _effects(world: World) -> list[Fault]:
    """What is written off is exactly what was decided and carried out; what was paid back was decided."""
    faults, books = [], world.library.waivers()
    ordered = {f"decision:{one.decision_id}:{one.number}" for one in Effect.objects.filter(kind="waive")}
    for waiver in Waiver.objects.all():
        if waiver.key not in ordered:
            faults.append(Fault("every waiver was ordered by a decision, once", waiver.key))
        cents = books.pop(str(waiver.marker), [])
        if waiver.state == "booked" and cents != [waiver.amount_cents]:
            faults.append(Fault("a booked waiver stands once in the library's books", f"{waiver.key}: {cents}"))
        if waiver.state != "booked" and cents:
            faults.append(Fault("what the library wrote off is known here", f"{waiver.key}: {waiver.state}"))
    faults += [Fault("the library wrote off what nobody decided", marker) for marker in books]
    for effect in Effect.objects.filter(kind="waive").select_related("decision"):
        key = f"decision:{effect.decision_id}:{effect.number}"
        booked = Waiver.objects.filter(key=key, state="booked").count()
        refunds = Refund.objects.filter(requested_by=key)
        if effect.state != "done":
            faults.append(Fault("every effect ends", f"{key}: {effect.state}"))
        if booked + refunds.count() > 1:
            faults.append(Fault("an effect is carried out once", key))
        if any(one.amount_cents != effect.payload["cents"] for one in refunds):
            faults.append(Fault("paid back is what was decided", key))
        if effect.decision.state != "signed":
            faults.append(Fault("only what is signed has effects", key))
    return faults


def _cases() -> list[Fault]:
    faults = []
    for case in Case.objects.all():
        if first_broken_action(case) is not None:
            faults.append(Fault("the log is whole", case.number))
        signed = case.decisions.filter(state="signed", corrects=None).count()
        if signed > 1 or (case.state in ("decided", "closed")) != (signed == 1):
            faults.append(Fault("a decided case has one decision", f"{case.number}: {case.state}, {signed}"))
        held = FeeHold.objects.filter(origin=case.origin, ended_at=None).exists()
        if case.state == "closed" and held:
            faults.append(Fault("a closed case holds no fee", case.number))
        if case.state == "decided":
            faults.append(Fault("a decided case is closed in the end", case.number))
    sections = list(Decision.objects.filter(state="signed").order_by("section").values_list("section", flat=True))
    if sections != list(range(1, len(sections) + 1)):
        faults.append(Fault("section numbers have no gap", str(sections)))
    return faults


def _documents() -> list[Fault]:
    return [
        Fault("a decision can be made again", f"{one.decision_id}: {', '.join(one.differences)}")
        for one in replay_all()
        if not one.is_same
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class DisputeReport:
    seed: int
    over: str
    faults: list[Fault]
    broken: list[Finding]
    """What our own nightly check says; the auditor is not told."""
    crashes: int
    counts: dict[str, int]


def run_dispute_week(seed: int, over: str | None = None) -> DisputeReport:
    kind = over or library_of(seed)
    with emptied_database(), running_world(library_side(kind, seed)) as world:
        week = DisputeWeek(world, seed)
        faults = week.run()
        signed = Decision.objects.filter(state="signed")
        counts = {
            "signed": signed.count(),
            "corrected": signed.exclude(corrects=None).count(),
            "waived": Waiver.objects.filter(state="booked").count(),
            "at the desk": Waiver.objects.filter(state="desk").count(),
            "refunds": Refund.objects.count(),
        }
        broken = [finding for finding in find_violations()[0] if finding.violations]
    return DisputeReport(seed=seed, over=kind, faults=faults, broken=broken, crashes=week.crashes, counts=counts)
