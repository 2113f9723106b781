"""Somebody who pays for more than one card: a guardian with two children, and a patron of two libraries."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from playwright.sync_api import expect

from tests.journeys.conftest import NewVisitor
from tests.journeys.running_torget import RunningTorget
from tests.journeys.visitor import Visitor

WIDTHS = (390, 1280)
KIRKES = {"kirkes": {"sv": "Kirkesbiblioteken", "fi": "Kirkes-kirjastot", "en": "Kirkes libraries"}}


def _look_at_both_widths(someone: Visitor) -> None:
    for width in WIDTHS:
        someone.page.set_viewport_size({"width": width, "height": 844})
        someone.look()


def _child(**more: Any) -> dict[str, Any]:
    born_on = datetime.now(UTC).date() - timedelta(days=365 * 10)
    return {"category": "LAPSI", "is_child": True, "born_on": born_on, **more}


def test_a_guardian_pays_for_two_children_in_one_go_by_the_keyboard(torget: RunningTorget, visitor: NewVisitor) -> None:
    guardian = torget.patron((240, "PRV/PK"), given_name="Katja")
    mine = {"guarantor_ids": (guardian.patron_id,)}
    elder = torget.patron((120, "PRV/PK"), (150, "SIP/PK"), **_child(given_name="Eetu", **mine))
    younger = torget.patron((100, "PRV/GAM"), **_child(given_name="Pihla", home_branch="SIP/PK", **mine))
    family = (guardian, elder, younger)
    someone = visitor("sv")
    someone.sign_in(guardian)
    for child in (elder, younger):
        someone.sees(f"{child.given_name} •••• {child.card_number[-4:]}")
    _look_at_both_widths(someone)
    someone.page.locator("form[data-totals] button.govuk-button").focus()
    someone.page.keyboard.press("Enter")
    someone.is_at("/fees/check/")
    _look_at_both_widths(someone)
    someone.pay_button.focus()
    someone.page.keyboard.press("Enter")
    someone.at_provider("pay")
    someone.is_paid()
    _look_at_both_widths(someone)
    assert [torget.credited_cents(patron) for patron in family] == [240, 270, 100]
    assert torget.ask(
        "SELECT count(DISTINCT p.id) FROM checkout_payment p JOIN checkout_paymentline l ON l.payment_id = p.id "
        "WHERE l.patron_reference = ANY(%s)",
        [str(patron.patron_id) for patron in family],
    ) == [(1,)]
    someone.page.locator("a[href*='/receipt/']").click()
    for patron in family:
        someone.sees(f"•••• {patron.card_number[-4:]}")
    _look_at_both_widths(someone)


def test_a_guardian_links_a_card_with_its_pin_and_pays_without_javascript(
    torget: RunningTorget, visitor: NewVisitor
) -> None:
    guardian, child = torget.patron(), torget.patron((120, "PRV/PK"), **_child(given_name="Eetu"))
    someone = visitor("fi", width=390, java_script_enabled=False)
    someone.sign_in(guardian)
    someone.page.get_by_role("link", name=someone.says("Children's cards")).click()
    someone.sees("No children's cards yet")
    someone.try_to_sign_in(child.card_number, "0000")
    expect(someone.page.locator(".govuk-error-summary")).to_be_visible()
    someone.try_to_sign_in(child.card_number, child.pin)
    someone.is_at("/fees/")
    someone.go_to_provider()
    someone.at_provider("pay")
    expect(someone.page).to_have_url(re.compile("/checkout/"))
    someone.open("/children/")
    someone.page.get_by_role("button", name=re.compile(someone.says("End the link"))).click()
    someone.sees("No children's cards yet")
    someone.open("/history/")
    expect(someone.page.locator("main section")).to_have_count(1)


@contextmanager
def _two_libraries(torget: RunningTorget) -> Iterator[None]:
    """The consortium brings a second library system into use, with the fee types and the rule of the first."""
    for table in ("fees_feetype", "fees_payeerule"):
        torget.do(
            f"INSERT INTO {table} SELECT (jsonb_populate_record(t, jsonb_build_object("
            f"'id', nextval(pg_get_serial_sequence('{table}', 'id')), 'library_system', 'kirkes'))).* "
            f"FROM {table} t WHERE library_system = 'helle'"
            + (" AND fee_type_id IS NULL" if table == "fees_payeerule" else "")
        )
    further = "UPDATE cooperations_cooperation SET further_library_systems = %s WHERE slug = 'helle'"
    torget.do(further, json.dumps(KIRKES))
    try:
        yield
    finally:
        torget.do(further, "{}")


def test_cards_of_two_libraries_are_paid_in_one_go(torget: RunningTorget, visitor: NewVisitor) -> None:
    here, there = torget.patron((240, "PRV/PK")), torget.patron((435, "PRV/PK"))
    with _two_libraries(torget):
        someone = visitor("sv")
        someone.sign_in(here)
        someone.page.get_by_role("link", name=someone.says("Add a card of another library")).click()
        _look_at_both_widths(someone)
        someone.page.get_by_label("Kirkesbiblioteken").check()
        someone.try_to_sign_in(there.card_number, "0000")
        expect(someone.page.locator(".govuk-error-summary")).to_be_visible()
        _look_at_both_widths(someone)
        someone.page.get_by_label("Kirkesbiblioteken").check()
        someone.try_to_sign_in(there.card_number, there.pin)
        someone.is_at("/fees/")
        someone.sees(f"Kirkesbiblioteken •••• {there.card_number[-4:]}")
        _look_at_both_widths(someone)
        someone.go_to_provider()
        someone.at_provider("pay")
        someone.is_paid()
        assert [torget.credited_cents(patron) for patron in (here, there)] == [240, 435]
        someone.open("/cards/")
        _look_at_both_widths(someone)
        someone.page.get_by_role("button", name=re.compile(someone.says("Take away"))).click()
        expect(someone.page.locator("main section")).to_have_count(1)
