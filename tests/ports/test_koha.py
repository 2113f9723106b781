"""The Koha connector beyond the common suite: what is particular to Koha's answers."""

import json
import logging
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from decimal import Decimal
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug import Request, Response

from tests.ports.koha_world import KohaWorld, koha_world
from tests.ports.library_system_suite import new_patron, order_for, read
from torget.connectors.library_systems.koha import KohaLibrary, field_map
from torget.connectors.library_systems.koha.booking import read_booking
from torget.foundation.core.money import ZERO, Money
from torget.payments.core.ports import (
    LibrarySystemUnavailable,
    PatronNotFound,
    RegistrationLine,
    RegistrationOrder,
    RegistrationOutcome,
    WrongCredentials,
)
from torget.sandbox.helle import helle_population
from torget.sandbox.helle_demo import CHILD, DEMO_CARDS, LOAN_BAN, MIXED_FEES, SIXTY_FEES, SWEDISH_SPEAKER, UNUSUAL_NAME
from torget.sandbox.koha import Fault, KohaSettings
from torget.sandbox.koha.control import books, grow_fees, pay_at_desk
from torget.sandbox.server import serving

TODAY = date(2026, 11, 24)


@pytest.fixture(scope="module")
def shared() -> Iterator[KohaWorld]:
    """One Koha full of Helle's patrons, for cases that bring their own patrons or only read."""
    with koha_world() as world:
        world.sandbox.load(helle_population(today=TODAY, patron_count=60))
        yield world


@pytest.fixture
def world(shared: KohaWorld) -> Iterator[KohaWorld]:
    """The shared Koha with its preferences put back afterwards."""
    yield shared
    shared.sandbox.faults.clear()
    fresh = KohaSettings()
    for name in ("permissions", "redacts", "is_old", "client_secret", "token_lives_seconds"):
        setattr(shared.sandbox.settings, name, getattr(fresh, name))


def outcome_of(world: KohaWorld, *, cents: int = 255) -> tuple[RegistrationOutcome, Money]:
    """Register a fresh patron's only fee; the outcome, and what the books say was received."""
    patron = new_patron(cents)
    world.add(patron)
    order = RegistrationOrder(
        marker=f"m-{patron.patron_id}",
        marker_number=patron.patron_id,
        patron_reference=str(patron.patron_id),
        card_number=patron.card_number,
        lines=(RegistrationLine(fee_reference=str(patron.fees[0].fee_id), amount=Money(cents)),),
    )
    return world.library.register(order).outcome, world.received(patron.card_number)


class TestFees:
    def test_a_fee_carries_all_that_decides_its_payee_and_its_text(self, world: KohaWorld) -> None:
        who = world.library.authenticate(card_number=SWEDISH_SPEAKER.card_number, pin=SWEDISH_SPEAKER.pin)
        account = world.library.account(patron_reference=who.reference, card_number=who.card_number)
        fee = next(fee for fee in account.fees if fee.outstanding == Money(115))
        assert (fee.kind, fee.status, fee.is_growing) == ("OVERDUE", "RETURNED", False)
        assert fee.title == "Pappan och havet"
        assert (fee.fee_branch, fee.item_home_branch) == ("PRV/PK", "PRV/PK")
        assert (fee.due_date, fee.returned_on) == (date(2026, 10, 20), date(2026, 10, 25))
        assert fee.incurred_on == date(2026, 10, 25)
        assert {fee.fee_branch[:3] for fee in account.fees if fee.fee_branch} == {"PRV", "SIP", "RAS"}
        assert (who.language, who.home_branch, who.is_child) == ("sv", "PRV/PK", False)

    def test_a_fee_without_branch_grows_or_is_in_collection(self, world: KohaWorld) -> None:
        who = world.library.authenticate(card_number=MIXED_FEES.card_number, pin=MIXED_FEES.pin)
        fees = world.library.account(patron_reference=who.reference, card_number=who.card_number).fees
        assert [fee.kind for fee in fees if fee.is_growing] == ["OVERDUE"]
        assert [fee.outstanding for fee in fees if fee.fee_branch is None] == [Money(150)]
        assert [fee.kind for fee in fees if "perintään" in fee.description] == ["COLLECTION"]
        lost = next(fee for fee in fees if fee.kind == "LOST")
        assert lost.returned_on is None
        copies = next(fee for fee in fees if fee.kind == "COPIES")
        assert (copies.title, copies.item_home_branch, copies.due_date) == (None, None, None)

    def test_demo_patrons_are_who_they_are_said_to_be(self, world: KohaWorld) -> None:
        people = {card: world.library.authenticate(card_number=card.card_number, pin=card.pin) for card in DEMO_CARDS}
        assert [card for card, who in people.items() if who.is_child] == [CHILD]
        assert [card for card, who in people.items() if who.loan_ban] == [LOAN_BAN]
        assert people[UNUSUAL_NAME].name == "Zoë 🦊 Åström-Ñúñez"
        sixty = people[SIXTY_FEES]
        assert len(world.library.account(patron_reference=sixty.reference, card_number="").fees) == 60

    def test_a_ban_ends_with_the_last_fee(self, world: KohaWorld) -> None:
        who = world.library.authenticate(card_number=LOAN_BAN.card_number, pin=LOAN_BAN.pin)
        account = world.library.account(patron_reference=who.reference, card_number=who.card_number)
        assert account.patron.loan_ban
        assert world.library.register(order_for(account)).outcome is RegistrationOutcome.BOOKED
        after = world.library.account(patron_reference=who.reference, card_number=who.card_number)
        assert not after.patron.loan_ban
        world.sandbox.load(helle_population(today=TODAY, patron_count=9))

    def test_credit_is_reported_and_not_netted(self, world: KohaWorld) -> None:
        patron = new_patron(100)
        account = read(world, patron, world.add(patron))
        pay_at_desk(world.sandbox.store, patron.fees[0].fee_id)
        assert world.library.register(order_for(account)).outcome is RegistrationOutcome.BOOKED
        richer = read(world, patron, account.patron.reference)
        assert (richer.fees, richer.credit) == ((), Money(100))

    def test_the_nightly_run_is_seen(self, world: KohaWorld) -> None:
        who = world.library.authenticate(card_number=MIXED_FEES.card_number, pin=MIXED_FEES.pin)
        before = world.library.account(patron_reference=who.reference, card_number=who.card_number).fees
        assert grow_fees(world.sandbox.store, 20) >= 1
        after = world.library.account(patron_reference=who.reference, card_number=who.card_number).fees
        grown = {fee.reference for fee in before if fee.is_growing}
        for old, new in zip(before, after, strict=True):
            assert new.outstanding - old.outstanding == (Money(20) if old.reference in grown else ZERO)

    def test_a_thousand_fees_are_read_in_chunks(self, world: KohaWorld) -> None:
        """The ids of 700 items fit in a header line; more come in further requests and none is lost."""
        population = helle_population(today=TODAY, patron_count=9)
        item = population.items[0]
        patron = new_patron(*([20] * 1500))
        world.add(patron, items=(item,))
        for table in ("checkouts", "account_lines"):
            world.sandbox.store.write(f"delete from {table} where patron_id = ?", (patron.patron_id,))
        for number in range(1500):
            item_id = 9_000_000 + number
            world.sandbox.store.write(
                "insert into items values (?, ?, null, 'PRV/PK', ?)", (item_id, item_id, f"Titel {number}")
            )
            world.sandbox.store.write(
                "insert into account_lines (account_line_id, patron_id, item_id, date, amount, amount_outstanding,"
                " debit_type) values (?, ?, ?, '2026-01-01', 200000, 200000, 'OVERDUE')",
                (9_000_000 + number, patron.patron_id, item_id),
            )
        start = world.request_count()
        account = read(world, patron, str(patron.patron_id))
        assert len({fee.title for fee in account.fees}) == 1500
        assert world.request_count() - start == 2 + 3

    def test_loans_can_be_left_unread(self, world: KohaWorld) -> None:
        world.sandbox.settings.permissions -= {"circulate"}
        library = world.connect(reads_checkouts=False)
        account = library.account(patron_reference="1001", card_number="")
        assert account.fees[0].title
        with pytest.raises(LibrarySystemUnavailable, match="403"):
            world.library.account(patron_reference="1001", card_number="")
        library.close()

    def test_fractions_of_a_cent_stay_in_koha_and_are_told(
        self, world: KohaWorld, caplog: pytest.LogCaptureFixture
    ) -> None:
        patron = new_patron(100, 100)
        world.add(patron)
        for fee, micros in zip(patron.fees, (1_339_999, 4_000), strict=True):
            world.sandbox.store.write(
                "update account_lines set amount_outstanding = ? where account_line_id = ?", (micros, fee.fee_id)
            )
        with caplog.at_level(logging.WARNING):
            account = read(world, patron, str(patron.patron_id))
        assert [fee.outstanding for fee in account.fees] == [Money(133)]
        assert "2 fees" in caplog.text
        assert patron.card_number not in caplog.text

    def test_redaction_is_an_error_for_staff_and_not_an_empty_list(self, world: KohaWorld) -> None:
        patron = new_patron(100)
        reference = world.add(patron)
        world.sandbox.settings.redacts = True
        with pytest.raises(LibrarySystemUnavailable, match="stands above all branches") as hidden:
            read(world, patron, reference)
        assert patron.card_number not in str(hidden.value)
        with pytest.raises(LibrarySystemUnavailable, match="stands above"):
            world.library.authenticate(card_number=patron.card_number, pin=patron.pin)


class TestSigningIn:
    def test_somebody_elses_card_as_user_name_opens_nothing(self, world: KohaWorld) -> None:
        """Koha tries the user name before the card number, and a user name can be any text."""
        victim, other = new_patron(), new_patron()
        world.add(victim)
        world.add(other)
        world.sandbox.store.write(
            "update patrons set userid = ?, password = '4444' where patron_id = ?",
            (victim.card_number, other.patron_id),
        )
        with pytest.raises(WrongCredentials):
            world.library.authenticate(card_number=victim.card_number, pin="4444")

    def test_a_locked_account_and_an_expired_password_are_wrong_credentials(self, world: KohaWorld) -> None:
        locked, expired = new_patron(), new_patron()
        world.add(locked)
        world.add(expired)
        world.sandbox.store.write("update patrons set password_expired = 1 where patron_id = ?", (expired.patron_id,))
        for _ in range(5):
            with pytest.raises(WrongCredentials):
                world.library.authenticate(card_number=locked.card_number, pin="0000")
        for patron in (locked, expired):
            with pytest.raises(WrongCredentials):
                world.library.authenticate(card_number=patron.card_number, pin=patron.pin)

    def test_blanks_around_the_number_and_its_case_do_not_matter(self, world: KohaWorld) -> None:
        patron = new_patron()
        world.add(patron)
        world.sandbox.store.write("update patrons set cardnumber = 'AB12' where patron_id = ?", (patron.patron_id,))
        assert world.library.authenticate(card_number=" AB12 ", pin=patron.pin).card_number == "AB12"

    def test_a_missing_permission_is_not_the_patrons_fault(self, world: KohaWorld) -> None:
        world.sandbox.settings.permissions -= {"borrowers"}
        with pytest.raises(LibrarySystemUnavailable, match="403"):
            world.library.authenticate(card_number="26380000000014", pin="1907")

    @pytest.mark.parametrize("fault", [Fault.MAINTENANCE, Fault.ERROR_BEFORE, Fault.NOT_JSON])
    def test_an_error_is_not_the_patrons_fault(self, world: KohaWorld, fault: Fault) -> None:
        world.sandbox.faults.fail_next(fault, path_contains="validation")
        with pytest.raises(LibrarySystemUnavailable):
            world.library.authenticate(card_number=SWEDISH_SPEAKER.card_number, pin=SWEDISH_SPEAKER.pin)


class TestToken:
    def test_a_rejected_token_is_renewed_once_and_the_payment_booked_once(self, world: KohaWorld) -> None:
        world.library.account(patron_reference="1001", card_number="")
        world.sandbox.revoke_tokens()
        assert outcome_of(world) == (RegistrationOutcome.BOOKED, Money(255))

    def test_a_token_that_stays_rejected_is_a_refusal(self, world: KohaWorld) -> None:
        world.sandbox.faults.fail_next(Fault.UNAUTHORIZED, count=2, path_contains="credits")
        assert outcome_of(world) == (RegistrationOutcome.REFUSED, ZERO)

    def test_without_a_token_nothing_was_sent(self, world: KohaWorld) -> None:
        patron = new_patron(255)
        account = read(world, patron, world.add(patron))
        stranger = world.connect(client_secret="wrong")
        result = stranger.register(order_for(account))
        assert result.outcome is RegistrationOutcome.NOT_SENT
        assert "403" in result.detail
        with pytest.raises(LibrarySystemUnavailable, match="403"):
            read_with(stranger)
        stranger.close()

    def test_a_token_is_renewed_before_it_lapses(self, world: KohaWorld) -> None:
        world.sandbox.settings.token_lives_seconds = 0
        library = world.connect()
        world.sandbox.settings.token_lives_seconds = 3600
        assert read_with(library)
        library.close()

    def test_many_threads_share_one_token(self, world: KohaWorld) -> None:
        library = world.connect()
        with ThreadPoolExecutor(6) as pool:
            list(pool.map(lambda _: read_with(library), range(12)))
        asked = [row for row in books(world.sandbox.store)["requests"] if row["path"].endswith("/oauth/token")]
        before = len(asked)
        with ThreadPoolExecutor(6) as pool:
            list(pool.map(lambda _: read_with(library), range(12)))
        after = [row for row in books(world.sandbox.store)["requests"] if row["path"].endswith("/oauth/token")]
        assert len(after) == before
        library.close()


def read_with(library: KohaLibrary) -> int:
    return len(library.account(patron_reference="1001", card_number="").fees)


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
        self, world: KohaWorld, fault: Fault, outcome: RegistrationOutcome, received: Money
    ) -> None:
        world.sandbox.faults.fail_next(fault, path_contains="credits")
        assert outcome_of(world) == (outcome, received)

    def test_a_body_koha_does_not_know_is_refused(self, world: KohaWorld) -> None:
        patron = new_patron(255)
        account = read(world, patron, world.add(patron))
        library = world.connect()
        library._credit_fields["tax"] = "255"
        result = library.register(order_for(account))
        assert result.outcome is RegistrationOutcome.REFUSED
        assert "Properties not allowed: tax" in result.detail
        assert world.received(patron.card_number) == ZERO
        library.close()

    def test_without_permission_it_is_refused(self, world: KohaWorld) -> None:
        world.sandbox.settings.permissions -= {"updatecharges"}
        assert outcome_of(world) == (RegistrationOutcome.REFUSED, ZERO)

    def test_references_that_are_not_kohas_are_refused_unsent(self, world: KohaWorld) -> None:
        start = world.request_count()
        for patron_reference, fee_reference in (("../1", "1"), ("1", "balance"), ("", "1"), ("１", "1")):
            order = RegistrationOrder(
                marker="m",
                marker_number=1,
                patron_reference=patron_reference,
                card_number="1",
                lines=(RegistrationLine(fee_reference=fee_reference, amount=Money(1)),),
            )
            assert world.library.register(order).outcome is RegistrationOutcome.REFUSED
        assert world.request_count() == start
        with pytest.raises(PatronNotFound):
            world.library.account(patron_reference="../1", card_number="1")

    def test_what_staff_sees_in_koha(self, world: KohaWorld) -> None:
        patron = new_patron(255)
        account = read(world, patron, world.add(patron))
        library = world.connect(payment_type="ONLINE", library_id="PRV/PK")
        order = order_for(account)
        result = library.register(order)
        (credit,) = world.credits(patron.card_number)
        assert credit["internal_note"] == order.marker
        assert credit["description"] == "Verkkomaksu / Nätbetalning"
        assert (credit["payment_type"], credit["library_id"], credit["credit_type"]) == ("ONLINE", "PRV/PK", "PAYMENT")
        assert result.booking_reference == str(credit["account_line_id"])
        library.close()

    def test_two_bookings_with_one_marker_are_seen_as_double(self, world: KohaWorld) -> None:
        patron = new_patron(255)
        account = read(world, patron, world.add(patron))
        order = order_for(account)
        world.library.register(order)
        world.library.register(order)
        found = world.library.find_registration(patron_reference=order.patron_reference, marker=order.marker)
        assert found is not None
        assert found.amount == Money(510)
        assert found.booking_reference.count(",") == 1

    def test_a_settled_line_turns_our_money_into_credit(self, world: KohaWorld) -> None:
        """The reason why the account is read and compared before an order is sent."""
        patron = new_patron(255, 100)
        account = read(world, patron, world.add(patron))
        pay_at_desk(world.sandbox.store, patron.fees[0].fee_id)
        world.library.register(order_for(account, only=(account.fees[0].reference,)))
        after = read(world, patron, account.patron.reference)
        assert (after.fees, after.credit) == ((), Money(155))

    def test_an_old_koha_without_the_search_is_never_a_no(self, world: KohaWorld) -> None:
        world.sandbox.settings.is_old = True
        library = world.connect()
        assert not library.capabilities.can_find_registration
        with pytest.raises(LibrarySystemUnavailable):
            library.find_registration(patron_reference="1001", marker="m")
        told = world.connect(can_find_registration=True)
        assert told.capabilities.can_find_registration
        library.close()
        told.close()

    def test_capabilities_are_asked_once_and_never_guessed(self, world: KohaWorld) -> None:
        library = world.connect()
        world.sandbox.faults.fail_next(Fault.ERROR_BEFORE)
        with pytest.raises(LibrarySystemUnavailable):
            assert library.capabilities
        start = world.request_count()
        assert library.capabilities == library.capabilities
        assert world.request_count() - start == 1
        library.close()


class TestAmountOnTheWire:
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
        body = library._credit_body(order)
        assert f'"amount": {cents // 100}.{cents % 100:02d},'.encode() in body
        parsed = json.loads(body, parse_float=Decimal)
        assert Money.from_decimal(parsed["amount"]) == Money(cents)
        assert parsed["account_lines_ids"] == [7]

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
            (401, '{"error": "Authentication failure."}', RegistrationOutcome.REFUSED),
            (403, '{"error": "Missing", "required_permissions": {}}', RegistrationOutcome.REFUSED),
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
        result = read_booking(httpx.Response(status, text=body), amount=Money(255))
        assert result.outcome is outcome
        assert result.detail
        assert "\n" not in result.detail


class TestNonsense:
    """A server that answers 200 to everything with a body of the test's choosing."""

    @pytest.mark.parametrize("body", ["null", "[]", "7", '"text"', "{}", "[1]", '{"outstanding_debits": []}', "NaN"])
    def test_is_unavailable_and_never_a_crash(self, body: str) -> None:
        def answer(environ: dict[str, Any], start_response: Any) -> Any:
            request = Request(environ)
            request.get_data()
            token = '{"access_token": "t", "expires_in": 60}'
            text = token if request.path.endswith("token") else body
            return Response(text, content_type="application/json")(environ, start_response)

        with serving(answer) as address:
            library = KohaLibrary(base_url=address, client_id="", client_secret="")
            for call in (
                lambda: library.authenticate(card_number="1", pin="1"),
                lambda: library.account(patron_reference="1", card_number="1"),
                lambda: library.capabilities,
            ):
                with pytest.raises(LibrarySystemUnavailable):
                    call()
            library.close()


def test_threads_renew_a_lapsed_token_only_once(world: KohaWorld) -> None:
    library = world.connect()
    read_with(library)
    world.sandbox.revoke_tokens()
    start = sum(row["path"].endswith("/oauth/token") for row in books(world.sandbox.store)["requests"])
    gate = threading.Barrier(6)

    def together(_: int) -> int:
        gate.wait()
        return read_with(library)

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(together, range(6)))
    end = sum(row["path"].endswith("/oauth/token") for row in books(world.sandbox.store)["requests"])
    assert end - start == 1
    library.close()
