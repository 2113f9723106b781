"""The pages on the interface: who sees them, and that everything on them does what it says."""

import re
from typing import Any

import pytest
from django.test import override_settings
from django.utils import timezone

from tests.api.client import Program, problem, program
from tests.api.receiver import receiving
from tests.api.test_webhooks import run_jobs, told
from tests.database.everywhere import found_anywhere
from tests.database.staff import hire, sign_in
from tests.world import World
from torget.foundation.audit.models import AuditEntry
from torget.payments.api.models import ApiClient, WebhookDelivery, WebhookEndpoint
from torget.payments.api.webhooks.endpoints import add_endpoint

HOME = "/staff/interface/"


def _fields(**more: Any) -> dict[str, Any]:
    return {
        "name": "Helle.finna.fi",
        "contact_email": "finna@example.fi",
        "scopes": ["fees:read", "checkouts:write", "checkouts:read"],
        "municipalities": ["porvoo", "sipoo"],
        "return_origins": "https://helle.finna.fi/\n",
        "requests_per_minute": "60",
        **more,
    }


def _secret(answer: Any) -> str:
    found = re.search(r"<code[^>]*>([^<]+)</code>", answer.content.decode())
    assert found is not None
    return found.group(1)


def test_from_a_new_program_to_a_revoked_key(world: World) -> None:
    coordinator = sign_in(hire("coordinator", "porvoo"))
    assert "No program yet" in coordinator.get(HOME).content.decode()
    answer = coordinator.post(f"{HOME}new/", _fields(), follow=True)
    assert "The program was added" in answer.content.decode()
    row = ApiClient.objects.get()
    assert row.return_origins == ["https://helle.finna.fi"]
    key = _secret(coordinator.post(f"{HOME}{row.pk}/keys/"))
    finna = Program(row, key)
    assert [one["slug"] for one in finna.get("client").json()["municipalities"]] == ["porvoo", "sipoo"]
    assert key not in coordinator.get(f"{HOME}{row.pk}/").content.decode()
    prefix = row.keys.get().prefix
    assert coordinator.get(f"{HOME}{row.pk}/keys/{prefix}/revoke/").status_code == 200
    coordinator.post(f"{HOME}{row.pk}/keys/{prefix}/revoke/")
    assert problem(finna.get("client"), 401) == "unauthorized"
    actions = set(AuditEntry.objects.filter(subject=f"client:{row.pk}").values_list("action", flat=True))
    assert actions == {"add api client", "issue api key", "revoke api key"}


def test_what_is_wrong_is_said_and_nothing_is_saved(world: World) -> None:
    program("Taken")
    operator = sign_in(hire("operator"))
    mistakes: tuple[dict[str, Any], ...] = (
        {"name": "Taken"},
        {"scopes": []},
        {"municipalities": ["nowhere"]},
        {"return_origins": "http://helle.finna.fi"},
        {"return_origins": "https://helle.finna.fi/MyResearch"},
        {"return_origins": "javascript:alert(1)"},
    )
    for wrong in mistakes:
        answer = operator.post(f"{HOME}new/", _fields(**wrong))
        assert answer.status_code == 422, wrong
        assert "There is a problem" in answer.content.decode()
    assert ApiClient.objects.count() == 1
    client = ApiClient.objects.get()
    for url in (
        *("http://finna.example.fi/hook", "https://127.0.0.1/", "https://10.0.0.1/", "https://[::1]/", "https://x/"),
        *("https://169.254.169.254/latest/meta-data", "https://a:b@finna.example.fi/", "https://[::ffff:10.0.0.1]/"),
        *("ftp://finna.example.fi/", "https://", "https://finna.example.fi/ x"),
    ):
        form = {"url": url, "events": ["payment.paid"]}
        assert operator.post(f"{HOME}{client.pk}/endpoints/new/", form).status_code == 422, url
    assert not WebhookEndpoint.objects.exists()


@pytest.mark.parametrize(("kind", "slug"), [("library_desk", "porvoo"), ("finance", "porvoo")])
def test_the_others_see_no_such_page(world: World, kind: str, slug: str) -> None:
    row = program().row
    client = sign_in(hire(kind, slug))
    for path in (HOME, f"{HOME}new/", f"{HOME}{row.pk}/", f"{HOME}endpoints/1/"):
        assert client.get(path).status_code == 404
    assert client.post(f"{HOME}{row.pk}/keys/").status_code == 404
    assert "Interface" not in client.get("/staff/").content.decode()


def test_a_coordinator_reaches_no_program_of_others(world: World) -> None:
    from torget.foundation.cooperations.models import Membership

    row = program().row
    coordinator = sign_in(hire("coordinator", "porvoo"))
    assert coordinator.get(f"{HOME}{row.pk}/").status_code == 200
    Membership.objects.filter(municipality__slug="hanko").delete()
    assert coordinator.get(f"{HOME}{row.pk}/").status_code == 404
    assert coordinator.post(f"{HOME}{row.pk}/keys/").status_code == 404
    assert coordinator.post(f"{HOME}new/", _fields(municipalities=["hanko"])).status_code == 422


def test_the_log_of_an_endpoint_from_test_to_replay(world: World) -> None:
    operator = sign_in(hire("operator"))
    finna = program()
    with override_settings(WEBHOOK_LOOPBACK=True), receiving() as receiver:
        form = {"url": receiver.url, "events": ["payment.paid", "payment.failed"]}
        answer = operator.post(f"{HOME}{finna.row.pk}/endpoints/new/", form)
        secret = _secret(answer)
        assert secret.startswith("whsec_")
        assert found_anywhere([secret]) == {}
        endpoint = WebhookEndpoint.objects.get()
        page = f"{HOME}endpoints/{endpoint.pk}/"
        assert "Nothing yet" in operator.get(page).content.decode()
        operator.post(f"{page}test/")
        receiver.status = 500
        run_jobs()
        text = operator.get(page).content.decode()
        assert "500: the receiver did not accept it" in text
        assert "Failing" in text
        delivery = WebhookDelivery.objects.get()
        assert "msg_" in operator.get(f"{HOME}deliveries/{delivery.pk}/").content.decode()
        receiver.status = 200
        answer = operator.post(f"{HOME}deliveries/{delivery.pk}/replay/", follow=True)
        assert "goes out again" in answer.content.decode()
        run_jobs()
        assert told(receiver) == ["torget.test", "torget.test"]
        assert "Delivered" in operator.get(f"{page}?state=delivered").content.decode()
        assert "Nothing yet" in operator.get(f"{page}?state=given_up").content.decode()
        assert operator.get(f"{page}secret/").status_code == 200
        assert _secret(operator.post(f"{page}secret/")) != secret
        WebhookDelivery.objects.update(state="given_up", next_at=None, finished_at=timezone.now())
        assert "Replay 1 message" in operator.get(page).content.decode()
        assert "1 message goes out again" in operator.post(f"{page}replay/", follow=True).content.decode()
        operator.post(f"{page}switch/")
        assert WebhookEndpoint.objects.get().stop_reason == "staff"
        stopped = operator.post(f"{HOME}deliveries/{delivery.pk}/replay/", follow=True)
        assert "The endpoint is stopped" in stopped.content.decode()
        operator.post(f"{page}switch/")
        assert WebhookEndpoint.objects.get().stopped_at is None


def test_a_stopped_program_is_out_until_it_is_let_in(world: World) -> None:
    operator = sign_in(hire("operator"))
    finna = program()
    add_endpoint(
        client=finna.row,
        url="https://finna.example.fi/hook",
        events=("payment.paid",),
        actor="operator",
        at=timezone.now(),
    )
    assert operator.get(f"{HOME}{finna.row.pk}/stop/").status_code == 200
    operator.post(f"{HOME}{finna.row.pk}/stop/")
    assert problem(finna.get("client"), 401) == "unauthorized"
    assert WebhookEndpoint.objects.get().stop_reason == "staff"
    operator.post(f"{HOME}{finna.row.pk}/stop/")
    assert finna.get("client").status_code == 200


def test_every_page_speaks_swedish(world: World) -> None:
    operator = sign_in(hire("operator", language="sv"))
    row = program().row
    for path in (HOME, f"{HOME}new/", f"{HOME}{row.pk}/", f"{HOME}{row.pk}/change/", f"{HOME}{row.pk}/stop/"):
        text = operator.get(path).content.decode()
        assert 'lang="sv"' in text
