"""Every look at a case is logged, by whatever page; and the URL table has no page that nobody has thought of."""

import re

from django.db import transaction
from django.test import Client

from tests.casework.conftest import NOW, KeepingBooks, new_case
from tests.casework.test_decisions import signed
from tests.casework.test_pages import preparer
from tests.database.staff import sign_in
from tests.reads import PARTS, Reads, read_everything, routes, shows_nobody
from torget.casework.cases.models import Case
from torget.casework.cases.register import add_document
from torget.casework.decisions.models import Effect
from torget.casework.decisions.prepare import prepare_case
from torget.foundation.people.models import Employee


def test_every_route_belongs_to_a_part_or_shows_nobody() -> None:
    parts = "|".join(PARTS.values())
    assert [route for route in routes() if not shows_nobody(route) and not re.match(parts, route)] == []


def test_every_look_is_logged(case: Case, procedure: KeepingBooks, librarian: Employee) -> None:
    draft = prepare_case(case=case, actor="staff:1", at=NOW)
    with transaction.atomic():
        add_document(
            case, kind="application", title="?", content=b"Hej", media_type="text/plain", actor="staff:1", at=NOW
        )
    decision = signed(prepare_case(case=new_case(procedure), actor="staff:1", at=NOW), librarian)
    Effect.objects.update(state="human", next_at=None)
    ids = {
        "case_id": case.pk,
        "number": 1,
        "decision_id": decision.pk,
        "staff/proposals/decision_id": draft.pk,
        "position": 0,
        "effect_id": Effect.objects.get().pk,
    }
    assert read_everything(sign_in(preparer(librarian)), "casework", ids) == Reads([], [])
    assert read_everything(Client(), "party", {"token": decision.token}) == Reads([], [])
