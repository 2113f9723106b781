"""Registering payments in Koha: which of its answers are certain, and what goes over the wire."""

import json
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from werkzeug import Request, Response

from tests.ports.koha_world import KohaWorld, outcome_of
from tests.ports.library_system_suite import new_patron, order_for, read
from torget.connectors.library_systems.koha import KohaLibrary, field_map
from torget.connectors.library_systems.koha.booking import read_booking
from torget.connectors.library_systems.koha.wire import Answer
from torget.foundation.core.money import ZERO, Money
from torget.payments.core.ports import (
    LibrarySystemUnavailable,
    PatronNotFound,
    RegistrationLine,
    RegistrationOrder,
    RegistrationOutcome,
)
from torget.sandbox.koha import Fault
from torget.sandbox.koha.control import pay_at_desk
from torget.sandbox.server import serving

TODAY = date(2026, 11, 24)


class TestRegistration:
    @pytest.mark.parametrize(
        ("fault", "outcome", "received"),
        [
            (Fault.ERROR_BEFORE, RegistrationOutcome.UNKNOWN, ZERO),
            (Fault.ERROR_AFTER, RegistrationOutcome.UNKNOWN, Money(255)),
            (Fault.ERROR_BUT_BOOKED, RegistrationOutcome.UNKNOWN, Money(255)),
            (Fault.NOT_JSON, RegistrationOutcome.UNKNOWN, ZERO),
            (Fault.MAINTENANCE, RegistrationOutcome.NOT_SENT, ZERO),
            (Fault.UNAUTHORIZED, RegistrationOutcome.BOOKED, Money(255)),
        ],
    )
    def test_every_fault_has_its_outcome(
        self, helle: KohaWorld, fault: Fault, outcome: RegistrationOutcome, received: Money
    ) -> None:
        helle.sandbox.faults.fail_next(fault, path_contains="credits")
        assert outcome_of(helle) == (outcome, received)

    def test_a_body_koha_does_not_know_is_refused(self, helle: KohaWorld) -> None:
        patron = new_patron(255)
        account = read(helle, patron, helle.add(patron))
        library = helle.connect()
        library._credit_fields["tax"] = "255"
        result = library.register(order_for(account))
        assert result.outcome is RegistrationOutcome.REFUSED
        assert "Properties not allowed: tax" in result.detail
        assert helle.received(patron.card_number) == ZERO
        library.close()

    def test_without_permission_it_waits_for_somebody_to_mend_that(self, helle: KohaWorld) -> None:
        helle.sandbox.settings.permissions -= {"updatecharges"}
        assert outcome_of(helle) == (RegistrationOutcome.NOT_SENT, ZERO)

    def test_references_that_are_not_kohas_are_refused_unsent(self, helle: KohaWorld) -> None:
        start = helle.request_count()
        for patron_reference, fee_reference in (("../1", "1"), ("1", "balance"), ("", "1"), ("１", "1")):
            order = RegistrationOrder(
                marker="m",
                marker_number=1,
                patron_reference=patron_reference,
                card_number="1",
                lines=(RegistrationLine(fee_reference=fee_reference, amount=Money(1)),),
            )
            assert helle.library.register(order).outcome is RegistrationOutcome.REFUSED
        assert helle.request_count() == start
        with pytest.raises(PatronNotFound):
            helle.library.account(patron_reference="../1", card_number="1")

    def test_what_staff_sees_in_koha(self, helle: KohaWorld) -> None:
        patron = new_patron(255)
        account = read(helle, patron, helle.add(patron))
        library = helle.connect(payment_type="ONLINE", library_id="PRV/PK")
        order = order_for(account)
        result = library.register(order)
        (credit,) = helle.credits(patron.card_number)
        assert credit["internal_note"] == order.marker
        assert credit["description"] == "Verkkomaksu / Nätbetalning"
        assert (credit["payment_type"], credit["library_id"], credit["credit_type"]) == ("ONLINE", "PRV/PK", "PAYMENT")
        assert result.booking_reference == str(credit["account_line_id"])
        library.close()

    def test_two_bookings_with_one_marker_are_seen_as_double(self, helle: KohaWorld) -> None:
        patron = new_patron(255)
        account = read(helle, patron, helle.add(patron))
        order = order_for(account)
        helle.library.register(order)
        helle.library.register(order)
        found = helle.library.find_registration(patron_reference=order.patron_reference, marker=order.marker)
        assert found is not None
        assert found.amount == Money(510)
        assert found.booking_reference.count(",") == 1

    def test_a_settled_line_turns_our_money_into_credit(self, helle: KohaWorld) -> None:
        """The reason why the account is read and compared before an order is sent."""
        patron = new_patron(255, 100)
        account = read(helle, patron, helle.add(patron))
        pay_at_desk(helle.sandbox.store, patron.fees[0].fee_id)
        helle.library.register(order_for(account, only=(account.fees[0].reference,)))
        after = read(helle, patron, account.patron.reference)
        assert (after.fees, after.credit) == ((), Money(155))

    def test_an_old_koha_without_the_search_is_never_a_no(self, helle: KohaWorld) -> None:
        helle.sandbox.settings.is_old = True
        library = helle.connect()
        assert not library.capabilities.can_find_registration
        with pytest.raises(LibrarySystemUnavailable):
            library.find_registration(patron_reference="1001", marker="m")
        told = helle.connect(can_find_registration=True)
        assert told.capabilities.can_find_registration
        library.close()
        told.close()

    def test_capabilities_are_asked_once_and_never_guessed(self, helle: KohaWorld) -> None:
        library = helle.connect()
        helle.sandbox.faults.fail_next(Fault.ERROR_BEFORE)
        with pytest.raises(LibrarySystemUnavailable):
            assert library.capabilities
        start = helle.request_count()
        assert library.capabilities == library.capabilities
        assert helle.request_count() - start == 1
        library.close()


class TestAmountOnTheWire:
    @settings(deadline=None)
    @given(cents=st.integers(min_value=1, max_value=100_000_00))
    def test_goes_out_with_two_decimals_and_no_float(self, cents: int) -> None:
        library = _offline()
        order = RegistrationOrder(
            marker="m",
            marker_number=1,
            patron_reference="1",
            card_number="1",
            lines=(RegistrationLine(fee_reference="7", amount=Money(cents)),),
        )
        body = library._credit_body(order, {})
        assert f'"amount": {cents // 100}.{cents % 100:02d},'.encode() in body
        parsed = json.loads(body, parse_float=Decimal)
        assert Money.from_decimal(parsed["amount"]) == Money(cents)
        assert parsed["account_lines_ids"] == [7]

    @settings(deadline=None)
    @given(cents=st.integers(min_value=0, max_value=100_000_00))
    def test_comes_in_exactly_however_koha_writes_it(self, cents: int) -> None:
        exact = Decimal(cents).scaleb(-2)
        for text in (f"{exact:.2f}", f"{exact:.6f}", repr(float(exact)), f"{exact + Decimal('0.0000000001')}"):
            value = json.loads(text, parse_float=Decimal)
            assert field_map.money({"amount": value}, "amount") == Money(cents)

    @pytest.mark.parametrize("value", [None, True, "1,50", "", [], {}, "NaN"])
    def test_nonsense_is_refused(self, value: Any) -> None:
        with pytest.raises(LibrarySystemUnavailable):
            field_map.money({"amount": value}, "amount")


_OFFLINE: list[KohaLibrary] = []


def _offline() -> KohaLibrary:
    if not _OFFLINE:
        _OFFLINE.append(KohaLibrary(base_url="http://127.0.0.1:9", client_id="", client_secret=""))
    return _OFFLINE[0]


class TestAnswerTable:
    """read_booking over answers as they came from the wire, the odd ones included."""

    @pytest.mark.parametrize(
        ("status", "body", "outcome"),
        [
            (201, '{"account_line_id": 7, "amount": -2.55}', RegistrationOutcome.BOOKED),
            (201, '{"account_line_id": 7, "amount": -2.550000}', RegistrationOutcome.BOOKED),
            (200, '{"account_line_id": 7}', RegistrationOutcome.BOOKED),
            (201, '{"account_line_id": 7, "amount": -2.54}', RegistrationOutcome.UNKNOWN),
            (201, '{"account_line_id": 7, "amount": 2.55}', RegistrationOutcome.UNKNOWN),
            (201, '{"account_line_id": null, "amount": null}', RegistrationOutcome.UNKNOWN),
            (201, "", RegistrationOutcome.UNKNOWN),
            (200, "[]", RegistrationOutcome.UNKNOWN),
            (204, "", RegistrationOutcome.UNKNOWN),
            (302, "", RegistrationOutcome.UNKNOWN),
            (400, '[{"path": "/query/x", "message": "Malformed query string"}]', RegistrationOutcome.REFUSED),
            (400, '{"errors": [{"path": "/body/amount", "message": "Missing"}]}', RegistrationOutcome.REFUSED),
            (400, '{"errors": []}', RegistrationOutcome.UNKNOWN),
            (400, '{"error": "Exception thrown"}', RegistrationOutcome.UNKNOWN),
            (400, "[]", RegistrationOutcome.UNKNOWN),
            (401, '{"error": "Authentication failure."}', RegistrationOutcome.NOT_SENT),
            (403, '{"error": "Missing", "required_permissions": {}}', RegistrationOutcome.NOT_SENT),
            (404, '{"error": "Patron not found."}', RegistrationOutcome.REFUSED),
            (409, '{"error": "Conflict"}', RegistrationOutcome.UNKNOWN),
            (429, "", RegistrationOutcome.UNKNOWN),
            (500, '{"error": "Something went wrong"}', RegistrationOutcome.UNKNOWN),
            (502, "<html></html>", RegistrationOutcome.UNKNOWN),
            (503, "<html>Service Unavailable</html>", RegistrationOutcome.UNKNOWN),
            (503, '{"error": "System is under maintenance."}', RegistrationOutcome.NOT_SENT),
            (504, "", RegistrationOutcome.UNKNOWN),
        ],
    )
    def test_outcome(self, status: int, body: str, outcome: RegistrationOutcome) -> None:
        result = read_booking(Answer(status, body.encode()), amount=Money(255))
        assert result.outcome is outcome
        assert result.detail
        assert "\n" not in result.detail


class TestNonsense:
    """A server that answers 200 to everything with a body of the test's choosing."""

    @pytest.fixture(scope="class")
    @classmethod
    def babbler(cls) -> Iterator[tuple[KohaLibrary, list[str]]]:
        bodies = [""]

        def answer(environ: dict[str, Any], start_response: Any) -> Any:
            request = Request(environ)
            request.get_data()
            token = '{"access_token": "t", "expires_in": 60}'
            text = token if request.path.endswith("token") else bodies[0]
            return Response(text, content_type="application/json")(environ, start_response)

        with serving(answer) as address:
            library = KohaLibrary(base_url=address, client_id="", client_secret="")
            yield library, bodies
            library.close()

    @pytest.mark.parametrize("body", ["null", "[]", "7", '"text"', "{}", "[1]", '{"outstanding_debits": []}', "NaN"])
    def test_is_unavailable_and_never_a_crash(self, babbler: tuple[KohaLibrary, list[str]], body: str) -> None:
        library, bodies = babbler
        bodies[0] = body
        for call in (
            lambda: library.authenticate(card_number="1", pin="1"),
            lambda: library.account(patron_reference="1", card_number="1"),
            lambda: library.capabilities,
        ):
            with pytest.raises(LibrarySystemUnavailable):
                call()

    @pytest.mark.parametrize("body", ["null", "7", '"text"', "{}", "[1]", "NaN", '[{"internal_note": null}]'])
    def test_is_never_a_no_to_a_look_up(self, babbler: tuple[KohaLibrary, list[str]], body: str) -> None:
        library, bodies = babbler
        bodies[0] = body
        with pytest.raises(LibrarySystemUnavailable):
            library.find_registration(patron_reference="1", marker="m")
