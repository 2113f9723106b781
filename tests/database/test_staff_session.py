"""Staff signs in, stays for half an hour of quiet, and signs out."""

from datetime import timedelta
from unittest.mock import patch

import pytest
from django.utils import timezone

from tests.database.staff import PASSWORD, browser, hire, sign_in
from torget.foundation.audit.models import AuditEntry
from torget.foundation.people.models import Employee
from torget.foundation.people.throttle import PAIR_FAILURES_MAX

pytestmark = pytest.mark.usefixtures("world")

SIGN_IN = "/staff/sign-in/"


def test_pages_are_closed_and_lead_back_after_the_sign_in() -> None:
    employee = hire("library_desk", "porvoo")
    client = browser()
    answer = client.get("/staff/work-list/?municipality=porvoo")
    assert answer.headers["Location"] == "/staff/sign-in/?next=%2Fstaff%2Fwork-list%2F%3Fmunicipality%3Dporvoo"
    form = client.get(answer.headers["Location"]).context["form"]
    values = {"username": employee.username, "password": PASSWORD, "next": form.initial["next"]}
    assert client.post(SIGN_IN, values).headers["Location"] == "/staff/work-list/?municipality=porvoo"
    assert AuditEntry.objects.get(action="sign in").actor == f"staff:{employee.pk}"


@pytest.mark.parametrize("target", ["https://evil.example/staff/", "//evil.example/staff/", "/fees/", "javascript:1"])
def test_the_sign_in_leads_nowhere_else(target: str) -> None:
    employee = hire("library_desk", "porvoo")
    values = {"username": employee.username, "password": PASSWORD, "next": target}
    assert browser().post(SIGN_IN, values).headers["Location"] == "/staff/"


def test_the_error_does_not_say_whether_the_name_exists() -> None:
    employee = hire("library_desk", "porvoo")
    former = hire("finance", "porvoo")
    Employee.objects.filter(pk=former.pk).update(is_active=False)
    pages = [
        browser().post(SIGN_IN, {"username": name, "password": password})
        for name, password in ((employee.username, "no"), ("nobody", "no"), (former.username, PASSWORD))
    ]
    assert [page.status_code for page in pages] == [422] * 3
    assert len({tuple(page.context["form"].non_field_errors()) for page in pages}) == 1
    assert AuditEntry.objects.filter(action="sign in refused").count() == 3


def test_guessing_is_slowed_down_however_the_name_is_written() -> None:
    employee = hire("library_desk", "porvoo")
    client = browser()
    for number in range(PAIR_FAILURES_MAX):
        name = employee.username.upper() if number % 2 else employee.username
        client.post(SIGN_IN, {"username": name, "password": "no"})
    answer = client.post(SIGN_IN, {"username": employee.username, "password": PASSWORD})
    assert answer.status_code == 422
    assert "Wait 15 minutes" in str(answer.context["form"].non_field_errors()) or "15" in answer.content.decode()
    assert not AuditEntry.objects.filter(action="sign in").exists()


def test_a_planted_session_key_is_worth_nothing() -> None:
    employee = hire("library_desk", "porvoo")
    client = browser()
    session = client.session
    session["door"] = "sipoo"
    session["patron"] = {"planted": True}
    session.save()
    client.cookies["torget"] = str(session.session_key)
    client.post(SIGN_IN, {"username": employee.username, "password": PASSWORD})
    assert client.session.session_key != session.session_key
    assert "patron" not in client.session


@pytest.mark.parametrize(("minutes", "is_in"), [(29, True), (31, False)])
def test_half_an_hour_of_quiet_ends_it(minutes: int, is_in: bool) -> None:
    client = sign_in(hire("library_desk", "porvoo"))
    later = timezone.now() + timedelta(minutes=minutes)
    with patch("torget.foundation.staff.session.timezone.now", return_value=later):
        answer = client.get("/staff/")
    assert (answer.status_code == 200) is is_in


def test_activity_keeps_it_open_but_never_beyond_eight_hours() -> None:
    client = sign_in(hire("library_desk", "porvoo"))
    start = timezone.now()
    open_until = 0
    for minutes in range(20, 10 * 60, 20):
        with patch("torget.foundation.staff.session.timezone.now", return_value=start + timedelta(minutes=minutes)):
            if client.get("/staff/").status_code != 200:
                break
        open_until = minutes
    assert open_until == 8 * 60 - 20 or open_until == 8 * 60


def test_an_employee_who_leaves_is_out_at_once() -> None:
    employee = hire("library_desk", "porvoo")
    client = sign_in(employee)
    Employee.objects.filter(pk=employee.pk).update(is_active=False)
    assert client.get("/staff/").status_code == 302


def test_only_a_post_signs_out() -> None:
    client = sign_in(hire("library_desk", "porvoo"))
    assert client.get("/staff/sign-out/").status_code == 200
    assert client.get("/staff/").status_code == 200
    client.post("/staff/sign-out/")
    assert client.get("/staff/").status_code == 302
    assert AuditEntry.objects.filter(action="sign out").exists()


@pytest.mark.parametrize(("language", "words"), [("sv", "Arbetslista"), ("fi", "Työlista"), ("en", "Work list")])
def test_pages_speak_the_employees_language_and_the_switch_changes_it(language: str, words: str) -> None:
    client = sign_in(hire("library_desk", "porvoo", language))
    assert words in client.get("/staff/").content.decode()
    other, other_words = ("fi", "Työlista") if language != "fi" else ("sv", "Arbetslista")
    client.post("/language/", {"language": other, "next": "/staff/"})
    assert other_words in client.get("/staff/").content.decode()


def test_an_employee_is_no_patron() -> None:
    client = sign_in(hire("library_desk", "porvoo"))
    assert client.get("/fees/").status_code == 302
