"""Whose role sees other people's money shows a code as well: at the first sign-in, at every one, when it is lost."""

import re
import time
from datetime import timedelta
from io import StringIO
from unittest.mock import patch

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.conf import LazySettings, settings
from django.core.checks import run_checks
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from tests.database.staff import PASSWORD, app_of, browser, fresh_code, hire, sign_in
from torget.foundation.audit.models import AuditEntry
from torget.foundation.people.models import Employee, Role
from torget.foundation.people.second_factor.adapter import SecretUnreadable
from torget.foundation.people.second_factor.check import codes_now
from torget.foundation.people.second_factor.demo import DEMO_SECRET, demo_code
from torget.foundation.people.throttle import PAIR_FAILURES_MAX

pytestmark = pytest.mark.usefixtures("world")

SIGN_IN, CODE, ENROL = "/staff/sign-in/", "/staff/sign-in/code/", "/staff/sign-in/app/"
RECOVERY, OWN = "/staff/own-sign-in/recovery-codes/", "/staff/own-sign-in/"


def with_password(employee: Employee, target: str = "") -> tuple[Client, str]:
    """A browser after the password, and where it was sent."""
    client = browser()
    answer = client.post(SIGN_IN, {"username": employee.username, "password": PASSWORD, "next": target})
    return client, answer.headers["Location"]


def code_for(secret: str, *, steps: int = 0) -> str:
    return str(format_hotp_value(hotp_value(secret, int(time.time()) // 30 + steps)))


def shown_secret(page: str) -> str:
    found = re.search(r'torget-code">([A-Z2-7 ]+)<', page)
    assert found
    return found[1].replace(" ", "")


def is_in(client: Client) -> bool:
    return client.get("/staff/").status_code == 200


@pytest.mark.parametrize(("kind", "slug"), [("finance", "porvoo"), ("coordinator", "porvoo"), ("operator", None)])
def test_the_first_sign_in_ties_an_app_and_gives_recovery_codes(kind: str, slug: str | None) -> None:
    employee = hire(kind, slug, with_factor=False)
    client, where = with_password(employee, "/staff/search/")
    assert where == ENROL
    assert not is_in(client)
    page = client.get(ENROL).content.decode()
    secret = shown_secret(page)
    assert "<svg" in page
    assert client.post(ENROL, {"code": code_for(secret, steps=5)}).status_code == 422
    assert client.post(ENROL, {"code": code_for(secret)}).headers["Location"] == RECOVERY
    codes = re.findall(r'torget-code">(\d{4} \d{4})<', client.get(RECOVERY).content.decode())
    assert len(set(codes)) == 10
    assert client.post(RECOVERY).headers["Location"] == "/staff/search/"
    assert client.get(RECOVERY).headers["Location"] == OWN
    assert secret not in str(Authenticator.objects.values_list("data", flat=True))
    actions = list(AuditEntry.objects.order_by("id").values_list("action", flat=True))
    assert actions[-3:] == ["code refused", "enrol second factor", "sign in"]


def test_a_desk_signs_in_with_the_password_alone_until_it_chooses_otherwise() -> None:
    employee = hire("library_desk", "porvoo")
    client = sign_in(employee)
    assert is_in(client)
    other = sign_in(employee)
    assert client.post(OWN, {"app": "1"}).headers["Location"] == "/staff/own-sign-in/app/"
    secret = shown_secret(client.get("/staff/own-sign-in/app/").content.decode())
    assert client.post("/staff/own-sign-in/app/", {"code": code_for(secret)}).headers["Location"] == RECOVERY
    assert is_in(client)
    assert not is_in(other), "sessions from before end"
    assert with_password(employee)[1] == CODE


def test_the_password_alone_opens_no_page() -> None:
    employee = hire("finance", "porvoo")
    client, where = with_password(employee, "/staff/work-list/")
    assert where == CODE
    assert not is_in(client)
    assert client.get(ENROL).headers["Location"] == SIGN_IN, "nor does it tie another app"
    assert client.post(CODE, {"code": "000000"}).status_code == 422
    assert client.post(CODE, {"code": fresh_code(employee)}).headers["Location"] == "/staff/work-list/"
    assert is_in(client)
    assert AuditEntry.objects.get(action="sign in").detail == {"factor": "app"}


def test_the_half_session_ends_after_ten_minutes() -> None:
    employee = hire("finance", "porvoo")
    client, _where = with_password(employee)
    later = timezone.now() + timedelta(minutes=11)
    with patch("torget.foundation.staff.session.timezone.now", return_value=later):
        assert client.post(CODE, {"code": fresh_code(employee)}).headers["Location"] == SIGN_IN


def test_a_code_works_once_in_every_process() -> None:
    employee = hire("finance", "porvoo")
    code = fresh_code(employee)
    first, _where = with_password(employee)
    assert first.post(CODE, {"code": code}).status_code == 302
    # What one process remembers must not be what keeps the code from being used again.
    second, _where = with_password(employee)
    assert second.post(CODE, {"code": code}).status_code == 422
    assert not is_in(second)
    newer = list(codes_now(app_of(employee)))
    assert second.post(CODE, {"code": newer[-1]}).status_code == 302
    third, _where = with_password(employee)
    assert third.post(CODE, {"code": newer[0]}).status_code == 422, "nor one from before the last"


@pytest.mark.parametrize(("steps", "status"), [(-2, 422), (-1, 302), (0, 302), (1, 302), (2, 422)])
def test_a_phone_may_be_half_a_minute_wrong(steps: int, status: int) -> None:
    employee = hire("finance", "porvoo")
    client, _where = with_password(employee)
    second = int(time.time()) // 30 * 30 + 15
    with patch("allauth.mfa.totp.internal.auth.time.time", return_value=second):
        code = format_hotp_value(hotp_value(DEMO_SECRET, second // 30 + steps))
        assert client.post(CODE, {"code": f"{code[:3]} {code[3:]}"}).status_code == status


def test_a_recovery_code_works_once_and_is_audited() -> None:
    employee = hire("finance", "porvoo")
    code = Authenticator.objects.get(user=employee, type="recovery_codes").wrap().get_unused_codes()[3]
    for status in (302, 422):
        client, _where = with_password(employee)
        assert client.post(CODE, {"code": f"{code[:4]} {code[4:]}"}).status_code == status
    assert AuditEntry.objects.get(action="sign in").detail == {"factor": "recovery code"}
    assert "9 recovery codes left" in sign_in(employee).get(OWN).content.decode()


def test_guessing_is_slowed_down_and_each_wrong_code_is_audited() -> None:
    employee = hire("finance", "porvoo")
    for _number in range(PAIR_FAILURES_MAX):
        # A new password step does not give new tries.
        client, _where = with_password(employee)
        client.post(CODE, {"code": "123"})
    answer = client.post(CODE, {"code": fresh_code(employee)})
    assert answer.status_code == 422
    assert "15" in str(answer.context["form"].non_field_errors())
    assert not is_in(client)
    assert AuditEntry.objects.filter(action="code refused", subject=f"staff:{employee.pk}").count() == 5


def test_changing_the_own_sign_in_needs_a_code() -> None:
    employee = hire("finance", "porvoo")
    client = sign_in(employee)
    assert client.post(OWN, {"codes": "1", "code": "000000"}).status_code == 422
    assert client.get("/staff/own-sign-in/app/").headers["Location"] == OWN
    before = app_of(employee).data["secret"]
    assert client.post(OWN, {"codes": "1", "code": fresh_code(employee)}).headers["Location"] == RECOVERY
    assert client.post(OWN, {"app": "1", "code": fresh_code(employee)}).headers["Location"] == "/staff/own-sign-in/app/"
    secret = shown_secret(client.get("/staff/own-sign-in/app/").content.decode())
    client.post("/staff/own-sign-in/app/", {"code": code_for(secret)})
    assert app_of(employee).data["secret"] != before
    assert is_in(client)


def test_a_role_that_comes_during_the_session_demands_a_new_sign_in() -> None:
    employee = hire("library_desk", "porvoo")
    client = sign_in(employee)
    Role.objects.create(employee=employee, kind="operator")
    assert not is_in(client)
    assert with_password(employee)[1] == ENROL


def test_the_setting_turns_it_off_and_a_misspelt_role_is_an_error(settings: LazySettings) -> None:
    assert settings.SECOND_FACTOR_ROLES == ["finance", "coordinator", "operator"]
    assert not [found for found in run_checks() if found.id == "people.E001"]
    settings.SECOND_FACTOR_ROLES = []
    assert is_in(sign_in(hire("finance", "porvoo", with_factor=False)))
    settings.SECOND_FACTOR_ROLES = ["finanse"]
    assert [found for found in run_checks() if found.id == "people.E001"]


def test_an_operator_resets_with_a_reason_and_every_session_ends() -> None:
    finance, operator = hire("finance", "porvoo"), hire("operator")
    theirs, client = sign_in(finance), sign_in(operator)
    path = f"/staff/colleagues/{finance.pk}/reset/"
    assert path in client.get("/staff/colleagues/").content.decode()
    assert client.post(path, {"why": "  "}).status_code == 422
    assert is_in(theirs)
    client.post(path, {"why": "Lost phone; called back on the known number"})
    assert not is_in(theirs)
    assert with_password(finance)[1] == ENROL
    entry = AuditEntry.objects.get(action="reset second factor")
    assert (entry.actor, entry.subject) == (f"staff:{operator.pk}", f"staff:{finance.pk}")
    assert entry.why.startswith("Lost phone")
    client.post(path, {"why": "again"})
    client.post(f"/staff/colleagues/{operator.pk}/reset/", {"why": "my own"})
    assert AuditEntry.objects.filter(action="reset second factor").count() == 1
    assert is_in(client)


@pytest.mark.parametrize(
    ("kind", "slug"), [("library_desk", "porvoo"), ("finance", "porvoo"), ("coordinator", "porvoo")]
)
def test_nobody_else_sees_or_resets(kind: str, slug: str) -> None:
    victim, client = hire("operator"), sign_in(hire(kind, slug))
    path = f"/staff/colleagues/{victim.pk}/reset/"
    assert client.get("/staff/colleagues/").status_code == 404
    assert client.post(path, {"why": "because"}).status_code == 404
    assert Authenticator.objects.filter(user=victim).exists()
    assert AuditEntry.objects.filter(action="reset second factor refused").count() == 1


def test_the_command_resets_when_no_operator_can() -> None:
    operator = hire("operator")
    call_command("reset_second_factor", operator.username, why="The only operator lost the phone", stdout=StringIO())
    assert with_password(operator)[1] == ENROL
    assert AuditEntry.objects.get(action="reset second factor").actor == "operator"
    with pytest.raises(CommandError):
        call_command("reset_second_factor", operator.username, why="again")


def test_a_secret_without_its_key_signs_nobody_in(settings: LazySettings) -> None:
    employee = hire("finance", "porvoo")
    code = fresh_code(employee)
    client, _where = with_password(employee)
    settings.CREDENTIAL_KEYS = ["bGV0LXVzLXByZXRlbmQtdGhhdC1rZXlzLXdlcmUtbG8="]
    with pytest.raises(SecretUnreadable):
        client.post(CODE, {"code": code})


def test_the_demo_shows_the_code_and_nothing_else_does() -> None:
    employee = hire("finance", "porvoo")
    assert not settings.DEMO
    assert demo_code(employee) == ""
    assert not re.search(r"\b\d{6}\b", with_password(employee)[0].get(CODE).content.decode())
    with patch.object(settings, "DEMO", new=True):
        client, _where = with_password(employee)
        shown = demo_code(employee)
        assert shown in client.get(CODE).content.decode()
        assert client.post(CODE, {"code": shown}).status_code == 302
        app = app_of(employee)
        app.data["secret"] = (
            type(app.wrap()).activate(hire("operator", with_factor=False), "A" * 32).instance.data["secret"]
        )
        app.save()
        assert demo_code(employee) == ""
