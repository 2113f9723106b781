"""The pages of finance about files: who may look, who may bring, and what is shown."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests.database.settling import AT, add_bank_account, csv_file, csv_row, read, take_in
from tests.database.staff import hire, sign_in
from tests.network import make_network
from torget.foundation.audit.models import AuditEntry
from torget.payments.settlement.models import SettlementFile
from torget.payments.settlement.read_file import read_settlement_file

pytestmark = pytest.mark.usefixtures("settlement_folder")
GOOD = csv_file(csv_row("a", 1255, fee_cents=35), csv_row("b", 300), csv_row("c", -300, original="a"))
FILES = "/staff/reconciliation/files/"


@pytest.fixture
def network(committed_db: None) -> None:
    make_network()


def bring(client: Client, content: bytes, label: str, name: str = "tilitys.csv") -> Any:
    form = client.get(f"{FILES}upload/").context["form"]
    number = next(number for number, text in form.fields["source"].choices if label in text)
    return client.post(f"{FILES}upload/", {"source": number, "file": SimpleUploadedFile(name, content)})


def read_all() -> None:
    for file_id in SettlementFile.objects.filter(state="received").values_list("pk", flat=True):
        read_settlement_file(file_id=file_id, clock=lambda: AT)


def test_finance_brings_a_file_and_sees_what_is_in_it(network: None) -> None:
    client = sign_in(hire("finance", "raasepori"))
    answer = bring(client, GOOD, "Paytrail")
    assert answer.status_code == 302
    waiting = client.get(answer.url)
    assert "Being read" in waiting.content.decode()
    part = client.get(answer.url, headers={"hx-request": "true"}).content.decode()
    assert part.lstrip().startswith("<div id=")
    assert 'hx-trigger="every 2s"' in part
    read_all()
    page = client.get(answer.url).content.decode()
    for text in ("€15.55", "€0.35", "3 rows were new", "24.11.2026", "tilitys.csv", "€12.20"):
        assert text in page
    assert "hx-get" not in page
    actions = set(AuditEntry.objects.values_list("action", flat=True))
    assert {"upload settlement file", "view settlement file"} <= actions


def test_a_refused_file_says_why_and_what_to_do(network: None) -> None:
    client = sign_in(hire("finance", "raasepori", "sv"))
    answer = bring(client, GOOD[:-10], "Paytrail")
    read_all()
    page = client.get(answer.url).content.decode()
    assert "Filen är avklippt" in page
    assert "Ladda ner den på nytt" in page
    again = bring(client, GOOD[:-10], "Paytrail")
    assert again.url == answer.url


def test_mistakes_of_the_form(network: None) -> None:
    client = sign_in(hire("finance", "raasepori"))
    page = client.post(f"{FILES}upload/", {})
    assert page.status_code == 422
    assert "Choose what the file is of" in page.content.decode()
    assert "Choose a file" in page.content.decode()
    assert "The file is empty" in bring(client, b"", "Paytrail").content.decode()


def test_only_finance_brings_and_only_ones_own_is_seen(network: None) -> None:
    file_id = take_in(GOOD)
    desk = sign_in(hire("library_desk", "raasepori"))
    assert desk.get(f"{FILES}{file_id}/").status_code == 200
    assert desk.get(f"{FILES}upload/").status_code == 302
    stranger = sign_in(hire("finance", "porvoo"))
    assert stranger.get(f"{FILES}{file_id}/").status_code == 404
    assert f"files/{file_id}/" not in stranger.get(FILES).content.decode()
    assert AuditEntry.objects.filter(action="view settlement file refused").exists()
    assert AuditEntry.objects.filter(action="upload settlement file refused").exists()


def test_what_one_may_bring(network: None) -> None:
    form = sign_in(hire("finance", "sipoo")).get(f"{FILES}upload/").context["form"]
    assert [text for _, text in form.fields["source"].choices] == ["Bank statement, Sipoo", "Paytrail 695875, Sipoo"]
    coordinator = sign_in(hire("finance", "porvoo")).get(f"{FILES}upload/").context["form"]
    assert [text for _, text in coordinator.fields["source"].choices] == [
        "Bank statement, Porvoo",
        "Paytrail 695874, Porvoo",
        "Paytrail 695875, Sipoo",
    ]


def test_the_list_is_empty_and_says_so(network: None) -> None:
    client = sign_in(hire("finance", "raasepori", "fi"))
    assert "Ei vielä tiedostoja" in client.get(FILES).content.decode()
    add_bank_account("raasepori")
    read(GOOD)
    page = client.get(FILES).content.decode()
    assert "Luettu" in page
    assert "/staff/reconciliation/" in client.get("/staff/").content.decode()
