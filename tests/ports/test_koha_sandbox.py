"""The sandbox Koha is as strict and as treacherous as the real one, or it would prove nothing."""

import httpx
import pytest

from tests.ports.koha_sandbox import Koha, ask_token, credits_path, load
from torget.sandbox.koha.control import books
from torget.sandbox.population import SandboxItem


class TestAccess:
    def test_tokens(self, koha: Koha) -> None:
        _, client = koha
        assert ask_token(client).json().keys() == {"access_token", "token_type", "expires_in"}
        assert ask_token(client, client_secret="x").status_code == 403
        unknown = ask_token(client, grant_type="password")
        assert (unknown.status_code, unknown.json()) == (400, {"error": "Unimplemented grant type"})

    @pytest.mark.parametrize("header", ["", "Bearer wrong", "Basic dG9yZ2V0"])
    def test_no_good_token_is_401(self, koha: Koha, header: str) -> None:
        answer = koha[1].get("/api/v1/patrons/1", headers={"authorization": header})
        assert (answer.status_code, answer.json()) == (401, {"error": "Authentication failure."})

    def test_tokens_lapse_and_are_revoked(self, koha: Koha) -> None:
        sandbox, client = koha
        patron = load(sandbox)
        path = f"/api/v1/patrons/{patron.patron_id}"
        assert client.get(path).status_code == 200
        sandbox.revoke_tokens()
        assert client.get(path).status_code == 401
        sandbox.settings.token_lives_seconds = 0
        lapsed = ask_token(client).json()["access_token"]
        assert client.get(path, headers={"authorization": f"Bearer {lapsed}"}).status_code == 401

    def test_a_missing_permission_is_named(self, koha: Koha) -> None:
        sandbox, client = koha
        sandbox.settings.permissions = frozenset({"borrowers"})
        answer = client.get("/api/v1/patrons/1/account")
        assert answer.status_code == 403
        assert answer.json()["required_permissions"] == {"updatecharges": "remaining_permissions"}

    def test_the_specification_is_open_and_tells_the_version_apart(self, koha: Koha) -> None:
        sandbox, client = koha
        path = "/patrons/{patron_id}/account/credits"
        asked = {"headers": {"authorization": ""}}
        assert set(client.get("/api/v1/", **asked).json()["paths"][path]) == {"get", "post"}  # type: ignore[arg-type]
        sandbox.settings.is_old = True
        assert set(client.get("/api/v1/", **asked).json()["paths"][path]) == {"post"}  # type: ignore[arg-type]
        patron = load(sandbox)
        assert client.get(credits_path(patron)).status_code == 404


class TestStrictness:
    def test_unknown_query_parameters_are_a_bare_array(self, koha: Koha) -> None:
        answer = koha[1].get("/api/v1/patrons", params={"cardnumbr": "1"})
        assert answer.status_code == 400
        assert answer.json() == [{"path": "/query/cardnumbr", "message": "Malformed query string"}]

    @pytest.mark.parametrize(
        ("body", "path"),
        [
            ('{"amount": 1, "tax": 2}', "/body"),
            ("{}", "/body/amount"),
            ('{"amount": "1.00"}', "/body/amount"),
            ('{"amount": true}', "/body/amount"),
            ('{"amount": -1}', "/body/amount"),
            ('{"amount": 1, "account_lines_ids": ["7"]}', "/body/account_lines_ids/0"),
            ('{"amount": 1, "account_lines_ids": 7}', "/body/account_lines_ids"),
            ('{"amount": 1, "note": null}', "/body/note"),
            ("[]", "/body"),
            ("amount=1", "/body"),
        ],
    )
    def test_the_credit_body_is_checked_before_anything_is_booked(self, koha: Koha, body: str, path: str) -> None:
        sandbox, client = koha
        patron = load(sandbox, 100)
        answer = client.post(credits_path(patron), content=body)
        assert answer.status_code == 400
        assert answer.json()["errors"][0]["path"] == path
        assert books(sandbox.store)["credits"] == []

    @pytest.mark.parametrize("body", ['{"amount": 0}', '{"amount": 1, "payment_type": "GIRO"}'])
    def test_kohas_own_refusals_book_nothing_either(self, koha: Koha, body: str) -> None:
        sandbox, client = koha
        answer = client.post(credits_path(load(sandbox, 100)), content=body)
        assert answer.status_code == 400
        assert "error" in answer.json()
        assert books(sandbox.store)["credits"] == []

    def test_unknown_patron_path_and_method_are_404(self, koha: Koha) -> None:
        client = koha[1]
        assert client.post("/api/v1/patrons/77/account/credits", content='{"amount": 1}').status_code == 404
        assert client.get("/api/v1/patrons/77").json() == {"error": "Patron not found."}
        assert client.get("/api/v1/nothing").status_code == 404
        assert client.delete("/api/v1/patrons").status_code == 404


class TestQueries:
    def test_matching_contains_unless_told_otherwise(self, koha: Koha) -> None:
        sandbox, client = koha
        one = load(sandbox)
        load(sandbox)
        prefix = one.card_number[:5]
        assert len(client.get("/api/v1/patrons", params={"cardnumber": prefix}).json()) == 2
        exact = {"cardnumber": prefix, "_match": "exact"}
        assert client.get("/api/v1/patrons", params=exact).json() == []
        exact["cardnumber"] = one.card_number
        assert [row["patron_id"] for row in client.get("/api/v1/patrons", params=exact).json()] == [one.patron_id]
        assert client.get("/api/v1/patrons", params={"cardnumber": "1", "_match": "near"}).status_code == 400

    def test_pages_are_of_twenty_unless_told_otherwise(self, koha: Koha) -> None:
        sandbox, client = koha
        items = tuple(SandboxItem(item_id=n, title="T", home_branch="PRV/PK", barcode=str(n)) for n in range(1, 31))
        load(sandbox, items=items)
        answer = client.get("/api/v1/items")
        assert (len(answer.json()), answer.headers["x-total-count"]) == (20, "30")
        assert len(client.get("/api/v1/items", params={"_per_page": "-1"}).json()) == 30
        second_page = client.get("/api/v1/items", params={"_per_page": "7", "_page": "2"}).json()
        assert [row["item_id"] for row in second_page] == [8, 9, 10, 11, 12, 13, 14]
        assert client.get("/api/v1/items", params={"_per_page": "all"}).status_code == 400

    @pytest.mark.parametrize(
        ("query", "found"),
        [
            ('{"item_id": [1, 3]}', [1, 3]),
            ('{"item_id": {"-in": [2]}}', [2]),
            ('{"item_id": {">": 1, "<=": 2}}', [2]),
            ('[{"item_id": 1}, {"external_id": "b3"}]', [1, 3]),
            ('{"external_id": {"-like": "b%"}}', [1, 2, 3]),
            ('{"external_id": null}', []),
        ],
    )
    def test_q_and_the_header_ask_alike(self, koha: Koha, query: str, found: list[int]) -> None:
        sandbox, client = koha
        items = tuple(SandboxItem(item_id=n, title="T", home_branch="PRV/PK", barcode=f"b{n}") for n in (1, 2, 3))
        load(sandbox, items=items)
        by_parameter = client.get("/api/v1/items", params={"q": query}).json()
        by_header = client.get("/api/v1/items", headers={"x-koha-query": query}).json()
        assert [row["item_id"] for row in by_parameter] == [row["item_id"] for row in by_header] == found
        both = client.get("/api/v1/items", params={"q": query}, headers={"x-koha-query": '{"item_id": 3}'}).json()
        assert [row["item_id"] for row in both] == [number for number in found if number == 3]

    @pytest.mark.parametrize(
        ("query", "status"), [("{", 500), ('{"colour": 1}', 500), ('{"item_id": {"-near": 1}}', 400), ("7", 400)]
    )
    def test_bad_queries(self, koha: Koha, query: str, status: int) -> None:
        assert koha[1].get("/api/v1/items", params={"q": query}).status_code == status

    def test_the_biblio_comes_only_when_asked_for(self, koha: Koha) -> None:
        sandbox, client = koha
        load(sandbox, items=(SandboxItem(item_id=1, title="Taikatalvi", home_branch="PRV/PK", barcode="1"),))
        assert "biblio" not in client.get("/api/v1/items").json()[0]
        (item,) = client.get("/api/v1/items", headers={"x-koha-embed": "biblio"}).json()
        assert item["biblio"]["title"] == "Taikatalvi /"
        assert client.get("/api/v1/items", headers={"x-koha-embed": "holds"}).status_code == 400


class TestSigningIn:
    def ask(self, client: httpx.Client, **body: str) -> httpx.Response:
        return client.post("/api/v1/auth/password/validation", json=body)

    def test_by_card_and_by_user_name(self, koha: Koha) -> None:
        sandbox, client = koha
        patron = load(sandbox)
        expected = {
            "cardnumber": patron.card_number,
            "patron_id": patron.patron_id,
            "userid": f"user{patron.patron_id}",
        }
        for name in ({"identifier": patron.card_number}, {"userid": f"user{patron.patron_id}"}):
            answer = self.ask(client, **name, password=patron.pin)
            assert (answer.status_code, answer.json()) == (201, expected)
        assert self.ask(client, userid=patron.card_number, password=patron.pin).status_code == 400
        both = self.ask(client, userid="a", identifier="b", password="c")
        assert both.json() == {"error": "Bad request. Only one identifier attribute can be passed."}

    def test_five_wrong_ones_lock_and_a_right_one_before_that_forgives(self, koha: Koha) -> None:
        sandbox, client = koha
        patron = load(sandbox)
        for _ in range(4):
            assert self.ask(client, identifier=patron.card_number, password="0000").status_code == 400
        assert self.ask(client, identifier=patron.card_number, password=patron.pin).status_code == 201
        for _ in range(5):
            self.ask(client, identifier=patron.card_number, password="0000")
        locked = self.ask(client, identifier=patron.card_number, password=patron.pin)
        assert (locked.status_code, locked.json()) == (400, {"error": "Validation failed"})

    def test_an_expired_password_says_so(self, koha: Koha) -> None:
        sandbox, client = koha
        patron = load(sandbox)
        sandbox.store.write("update patrons set password_expired = 1")
        answer = self.ask(client, identifier=patron.card_number, password=patron.pin)
        assert (answer.status_code, answer.json()) == (400, {"error": "Password expired"})
