"""From a key to a paid checkout: what a program may see and start, once and never twice."""

import json
from concurrent.futures import ThreadPoolExecutor

from django.db import connections
from django.test import override_settings
from django.utils import timezone

from tests.api.client import Program, problem, program
from tests.database.everywhere import found_anywhere
from tests.database.staff import catch_up
from tests.world import World, make_fee, make_patron
from torget.connectors.library_systems.koha.library import KohaLibrary
from torget.foundation.audit.models import AuditEntry
from torget.payments.api.keys import revoke_key
from torget.payments.api.models import ApiKey, KeptAnswer
from torget.payments.checkout.models import Checkout, Payment
from torget.payments.core.checkout import State
from torget.payments.fees.library_systems import library_system
from torget.sandbox.population import SandboxPatron


def debtor(world: World, *fees: tuple[int, int, str], patron_id: int = 1) -> SandboxPatron:
    owed = fees or ((11, 115, "PRV/PK"), (12, 255, "SIP/PK"))
    patron = make_patron(patron_id, *(make_fee(number, cents, branch) for number, cents, branch in owed))
    world.add(patron)
    return patron


def test_the_vertical_from_key_to_registered(world: World) -> None:
    finna, patron = program(), debtor(world)
    fees = finna.post("cards/fees", {"card_number": patron.card_number}).json()
    assert fees["payable_cents"] == 370
    assert {(one["reference"], one["payee"]["slug"]) for one in fees["fees"]} == {("11", "porvoo"), ("12", "sipoo")}
    assert "title" not in json.dumps(fees)
    started = finna.start(patron.card_number, ("11", 115), ("12", 255))
    assert started.status_code == 201, started.content
    checkout = started.json()
    assert checkout["state"] == "open"
    assert checkout["page_url"].endswith(f"/checkout/{checkout['id']}/")
    assert started.headers["Location"] == f"/api/v1/checkouts/{checkout['id']}"
    payment = Payment.objects.get()
    page = finna.post(f"checkouts/{checkout['id']}/payment-page").json()
    assert page == finna.post(f"checkouts/{checkout['id']}/payment-page").json()
    assert page["url"] == Payment.objects.get().pay_url != ""
    held = finna.post("cards/fees", {"card_number": patron.card_number}).json()
    assert held["payable_cents"] == 0
    assert {(one["not_payable"], one["checkout_id"]) for one in held["fees"]} == {("in_payment", checkout["id"])}
    url = world.at_provider(payment.id, "pay")
    assert url is not None
    world.come_back(url)
    assert finna.get(f"checkouts/{checkout['id']}").json()["state"] == "in_progress"
    catch_up(world)
    world.work()
    ended = finna.get(f"checkouts/{checkout['id']}").json()
    assert ended["state"] == "completed"
    assert ended["payments"][0]["state"] == "registered"
    receipt = finna.get(f"payments/{payment.token}/receipt", language="sv").json()
    assert receipt["number"] == payment.reference
    assert receipt["total_cents"] == 370
    pdf = finna.get(f"payments/{payment.token}/receipt.pdf")
    assert pdf.content.startswith(b"%PDF-")
    assert problem(finna.post(f"checkouts/{checkout['id']}/payment-page"), 409) == "not_open"
    assert AuditEntry.objects.filter(actor=f"client:{finna.row.pk}", action="read fees").count() == 3


def test_the_same_key_gives_the_same_answer_and_one_effect(world: World) -> None:
    finna, patron = program(), debtor(world)
    first = finna.start(patron.card_number, ("11", 115), key="one")
    again = finna.start(patron.card_number, ("11", 115), key="one")
    assert (again.status_code, again.content) == (first.status_code, first.content)
    assert again.headers["Idempotent-Replayed"] == "true"
    assert Checkout.objects.count() == 1
    assert problem(finna.start(patron.card_number, ("12", 255), key="one"), 422) == "key_used_otherwise"
    other = program("Other")
    assert problem(other.start(patron.card_number, ("11", 115), key="one"), 409) == "fee_in_another_payment"
    assert KeptAnswer.objects.count() == 1


def test_eight_at_once_under_one_key_start_one_checkout(world: World) -> None:
    finna, patron = program(), debtor(world)

    def start(_number: int) -> tuple[int, bytes]:
        answer = Program(finna.row, finna.key).start(patron.card_number, ("11", 115), key="one")
        connections.close_all()
        return answer.status_code, answer.content

    with ThreadPoolExecutor(8) as pool:
        answers = set(pool.map(start, range(8)))
    assert len(answers) == 1
    assert Checkout.objects.count() == KeptAnswer.objects.count() == 1


def test_nothing_is_kept_of_what_had_no_effect(world: World) -> None:
    finna, patron = program(), debtor(world)
    assert problem(finna.start(patron.card_number, ("11", 116), key="one"), 409) == "fees_changed"
    assert finna.start(patron.card_number, ("11", 115), key="one").status_code == 201


def test_an_identifier_of_somebody_else_and_of_nobody_look_the_same(world: World) -> None:
    finna, patron = program(), debtor(world)
    checkout = finna.start(patron.card_number, ("11", 115), ("12", 255)).json()
    payment = checkout["payments"][0]["id"]
    stranger = program("Stranger")
    nobody = "0192f0c1-2345-7000-8000-000000000000"
    for theirs, none in (
        (stranger.get(f"checkouts/{checkout['id']}"), stranger.get("checkouts/AAAA")),
        (stranger.get(f"payments/{payment}"), stranger.get(f"payments/{nobody}")),
        (stranger.get(f"payments/{payment}/receipt"), stranger.get(f"payments/{nobody}/receipt")),
        (stranger.post(f"checkouts/{checkout['id']}/give-up"), stranger.post("checkouts/AAAA/give-up")),
    ):
        assert problem(theirs, 404) == "not_found"
        assert (theirs.content, sorted(theirs.headers)) == (none.content, sorted(none.headers))
    # And a client whose municipalities were taken away sees no more of what it started itself.
    finna.row.municipalities.set(finna.row.municipalities.exclude(slug="sipoo"))
    assert problem(finna.get(f"payments/{payment}"), 404) == "not_found"
    assert finna.get("checkouts").json()["items"] == []


def test_a_client_of_one_municipality_knows_nothing_of_the_others(world: World) -> None:
    porvoo, patron = program(slugs=("porvoo",)), debtor(world)
    fees = porvoo.post("cards/fees", {"card_number": patron.card_number}).json()
    assert [one["reference"] for one in fees["fees"]] == ["11"]
    assert problem(porvoo.start(patron.card_number, ("12", 255)), 409) == "fees_changed"
    assert porvoo.start(patron.card_number, ("11", 115)).status_code == 201


def test_keys_are_kept_as_digests_and_can_be_revoked(world: World) -> None:
    finna, patron = program(), debtor(world)
    assert finna.get("client").json()["name"] == "Finna"
    row = ApiKey.objects.get()
    assert row.last_used_at is not None
    assert found_anywhere([finna.key, finna.key.rpartition("_")[2]]) == {}
    for key in ("", "nonsense", finna.key[:-1] + "A", finna.key.replace(row.prefix, "a" * 12)):
        assert problem(Program(finna.row, key).get("client"), 401) == "unauthorized"
    assert revoke_key(client=finna.row, prefix=row.prefix, actor="operator", at=timezone.now())
    assert problem(finna.get("client"), 401) == "unauthorized"
    assert problem(finna.start(patron.card_number, ("11", 115)), 401) == "unauthorized"


def test_a_scope_that_is_missing_is_named(world: World) -> None:
    reader, patron = program(scopes=("fees:read",)), debtor(world)
    answer = reader.start(patron.card_number, ("11", 115))
    assert problem(answer, 403) == "missing_scope"
    assert answer.json()["scope"] == "checkouts:write"


def test_more_than_the_allowance_waits(world: World) -> None:
    finna = program()
    finna.row.requests_per_minute = 3
    finna.row.save()
    answers = [finna.get("client") for _ in range(4)]
    assert [one.status_code for one in answers] == [200, 200, 200, 429]
    assert answers[0].headers["RateLimit-Policy"] == '"minute";q=3;w=60'
    assert answers[2].headers["RateLimit"].startswith('"minute";r=0;t=')
    assert problem(answers[3], 429) == "too_many_requests"
    assert 1 <= int(answers[3].headers["Retry-After"]) <= 60
    assert program("Other").get("client").status_code == 200


def test_everything_that_can_be_wrong_is_a_problem(world: World) -> None:
    finna, patron = program(), debtor(world)
    raw = {"authorization": f"Bearer {finna.key}"}
    assert problem(finna.get("nonsense"), 404) == "not_found"
    answer = finna.browser.put("/api/v1/client", headers=raw)
    assert problem(answer, 405) == "method_not_allowed"
    assert answer.headers["Allow"] == "GET"
    text = finna.browser.post("/api/v1/cards/fees", "x", content_type="text/plain", headers=raw)
    assert problem(text, 415) == "unsupported_media_type"
    broken = finna.browser.post("/api/v1/cards/fees", "{", content_type="application/json", headers=raw)
    assert problem(broken, 400) == "bad_request"
    invalid = finna.post("cards/fees", {"card_number": "12\x00", "pin": "1234"})
    assert problem(invalid, 422) == "invalid"
    assert {one["where"] for one in invalid.json()["errors"]} == {"body.card.card_number", "body.card.pin"}
    assert "1234" not in invalid.content.decode()
    assert problem(finna.post("cards/fees", {"card_number": "404"}), 404) == "card_not_found"
    assert problem(finna.get("payments", cursor="x"), 422) == "invalid"
    elsewhere = finna.start(patron.card_number, ("11", 115), return_url="https://evil.example/")
    assert problem(elsewhere, 403) == "return_url_not_allowed"
    large = finna.post("cards/fees", {"card_number": "1" * 70_000})
    assert problem(large, 413) == "too_large"


def test_an_error_of_ours_is_a_problem_too(world: World) -> None:
    finna, patron = program(), debtor(world)
    world.koha.store.write("DROP TABLE account_lines")
    assert problem(finna.post("cards/fees", {"card_number": patron.card_number}), 503) == "library_unavailable"


class NeedsThePin(KohaLibrary):
    find_patron = None  # type: ignore[assignment]  # as a system that has no such ability


def test_a_library_system_that_tells_nothing_of_a_card_alone(world: World) -> None:
    patron = debtor(world)
    library_system.cache_clear()
    with override_settings(LIBRARY_SYSTEM_KINDS={"koha": f"{__name__}.NeedsThePin"}):
        assert problem(program().post("cards/fees", {"card_number": patron.card_number}), 409) == "card_needs_pin"
    library_system.cache_clear()


def test_pages_stay_where_they_are_while_rows_come_in(world: World) -> None:
    finna = program()
    patrons = [debtor(world, (number * 10, 100, "PRV/PK"), patron_id=number) for number in range(1, 6)]
    for number, patron in enumerate(patrons[:4], 1):
        assert finna.start(patron.card_number, (str(number * 10), 100)).status_code == 201
    first = finna.get("checkouts", limit=2).json()
    finna.start(patrons[4].card_number, ("50", 100))
    second = finna.get("checkouts", limit=2, cursor=first["next"]).json()
    tokens = [one["id"] for one in (*first["items"], *second["items"])]
    assert tokens == list(Checkout.objects.order_by("-id").values_list("token", flat=True))[1:]
    assert second["next"] is None
    assert problem(program("Other").get("checkouts", cursor=first["next"]), 422) == "invalid"
    assert len(finna.get("payments").json()["items"]) == 5


def test_given_up_lets_the_fees_go(world: World) -> None:
    finna, patron = program(), debtor(world)
    checkout = finna.start(patron.card_number, ("11", 115)).json()
    ended = finna.post(f"checkouts/{checkout['id']}/give-up").json()
    assert ended["state"] == "completed"
    assert State(Payment.objects.get().state) is State.EXPIRED
    assert finna.start(patron.card_number, ("11", 115)).status_code == 201
