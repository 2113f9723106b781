"""The pages on library systems: which there are, and the tester of pasted exchanges."""

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from tests.database.staff import hire, sign_in
from tests.ports.test_sip2_exchange import ANSWER, QUESTION
from tests.world import World, make_fee, make_patron
from torget.foundation.audit.models import AuditEntry
from torget.payments.fees.models import PayeeRule

PAGE = "/staff/libraries/exchange/"
EXCHANGE = f"C> {QUESTION}\nS< {ANSWER}"


def test_only_who_keeps_the_service_sees_them(world: World) -> None:
    for kind, slug, status in (("operator", None, 200), ("coordinator", "porvoo", 200), ("finance", "porvoo", 404)):
        client = sign_in(hire(kind, slug))
        assert client.get("/staff/libraries/").status_code == status
        assert client.get(PAGE).status_code == status
    assert AuditEntry.objects.filter(action="view upkeep refused").exists()


def test_the_systems_are_listed_with_what_they_can_do(world: World) -> None:
    page = sign_in(hire("operator")).get("/staff/libraries/").content.decode()
    assert "Patrons choose which fees they pay" in page
    assert "helle" in page


@pytest.mark.parametrize(
    ("language", "heading"),
    [
        ("en", "The fees that patrons see"),
        ("fi", "Maksut, jotka asiakas näkee"),
        ("sv", "Avgifterna som låntagaren ser"),
    ],
)
def test_a_pasted_exchange_is_explained_and_its_pin_is_gone(world: World, language: str, heading: str) -> None:
    client = sign_in(hire("operator", language=language))
    answer = client.post(PAGE, {"setting": "sip2:koha", "text": EXCHANGE})
    page = answer.content.decode()
    assert answer.status_code == 200
    assert heading in page
    assert "Kadonnut" in page
    assert "17,40" in page or "17.40" in page
    assert "AD1234" not in page


def test_what_cannot_be_read_is_a_message_and_no_error(world: World) -> None:
    client = sign_in(hire("operator"))
    assert "There is no SIP2 message" in client.post(PAGE, {"setting": "sip2:koha", "text": "hello"}).content.decode()
    bad_form = client.post(PAGE, {"setting": "sip2:koha", "text": EXCHANGE, "fee_line": "{id}"})
    assert bad_form.status_code == 422
    assert "a fee line needs {amount}" in bad_form.content.decode()
    assert "AD1234" not in bad_form.content.decode()
    assert client.post(PAGE, {"setting": "nosuch", "text": EXCHANGE}).status_code == 422
    assert client.post(PAGE, {"setting": "sip2:koha", "text": "x" * 15_001}).status_code == 422


def test_the_command_says_the_same(tmp_path: Path) -> None:
    file = tmp_path / "exchange.txt"
    file.write_text(EXCHANGE, encoding="utf-8")
    said = StringIO()
    call_command("sip2_exchange", str(file), setting="sip2:koha", stdout=said)
    assert "15.00  1    Kadonnut" in said.getvalue()
    assert "1234" not in said.getvalue().replace("15.19.44", "")
    with pytest.raises(CommandError, match="sip2:koha"):
        call_command("sip2_exchange", str(file), setting="nosuch")
    with pytest.raises(SystemExit):
        call_command("sip2_exchange", str(file), setting="sip2:evergreen-3m", stdout=said)


def test_whose_money_says_which_rule_decides_for_each_kind(world: World) -> None:
    finance = sign_in(hire("finance", "porvoo"))
    page = finance.get("/staff/libraries/whose-money/").content.decode()
    assert "1. by the branch where the fee arose" in page
    assert "PRV/PK" in page
    assert "No merchant account" in page
    assert sign_in(hire("library_desk", "porvoo")).get("/staff/libraries/whose-money/").status_code == 404
    PayeeRule.objects.all().delete()
    assert "No rule: the fee cannot be paid online" in finance.get("/staff/libraries/whose-money/").content.decode()


def test_a_payments_line_says_what_named_its_payee(world: World) -> None:
    patron = make_patron(1, make_fee(11, 240))
    world.add(patron)
    (payment_id,) = world.start(patron).payment_ids
    page = sign_in(hire("finance", "porvoo")).get(f"/staff/payments/{payment_id}/").content.decode()
    assert "by the branch where the fee arose" in page
    assert "/staff/libraries/whose-money/" in page
