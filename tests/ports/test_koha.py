"""The Koha connector beyond the common suite: what is particular to Koha's answers."""

import logging
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest

from tests.ports.koha_world import KohaWorld, outcome_of, read_first_demo_patron
from tests.ports.library_system_suite import new_patron, order_for, read
from torget.foundation.core.money import ZERO, Money
from torget.payments.core.ports import (
    LibrarySystemUnavailable,
    RegistrationOutcome,
    WrongCredentials,
)
from torget.sandbox.helle import helle_population
from torget.sandbox.helle_demo import CHILD, DEMO_CARDS, LOAN_BAN, MIXED_FEES, SIXTY_FEES, SWEDISH_SPEAKER, UNUSUAL_NAME
from torget.sandbox.koha import Fault
from torget.sandbox.koha.control import books, grow_fees, pay_at_desk

TODAY = date(2026, 11, 24)


class TestFees:
    def test_a_fee_carries_all_that_decides_its_payee_and_its_text(self, helle: KohaWorld) -> None:
        who = helle.library.authenticate(card_number=SWEDISH_SPEAKER.card_number, pin=SWEDISH_SPEAKER.pin)
        account = helle.library.account(patron_reference=who.reference, card_number=who.card_number)
        fee = next(fee for fee in account.fees if fee.outstanding == Money(115))
        assert (fee.kind, fee.status, fee.is_growing) == ("OVERDUE", "RETURNED", False)
        assert fee.title == "Pappan och havet"
        assert (fee.fee_branch, fee.item_home_branch) == ("PRV/PK", "PRV/PK")
        assert (fee.due_date, fee.returned_on) == (date(2026, 10, 20), date(2026, 10, 25))
        assert fee.incurred_on == date(2026, 10, 25)
        assert {fee.fee_branch[:3] for fee in account.fees if fee.fee_branch} == {"PRV", "SIP", "RAS"}
        assert (who.language, who.home_branch, who.is_child) == ("sv", "PRV/PK", False)

    def test_a_fee_without_branch_grows_or_is_in_collection(self, helle: KohaWorld) -> None:
        who = helle.library.authenticate(card_number=MIXED_FEES.card_number, pin=MIXED_FEES.pin)
        fees = helle.library.account(patron_reference=who.reference, card_number=who.card_number).fees
        assert [fee.kind for fee in fees if fee.is_growing] == ["OVERDUE"]
        assert [fee.outstanding for fee in fees if fee.fee_branch is None] == [Money(150)]
        assert [fee.kind for fee in fees if "perintään" in fee.description] == ["COLLECTION"]
        lost = next(fee for fee in fees if fee.kind == "LOST")
        assert lost.returned_on is None
        copies = next(fee for fee in fees if fee.kind == "COPIES")
        assert (copies.title, copies.item_home_branch, copies.due_date) == (None, None, None)

    def test_demo_patrons_are_who_they_are_said_to_be(self, helle: KohaWorld) -> None:
        people = {card: helle.library.authenticate(card_number=card.card_number, pin=card.pin) for card in DEMO_CARDS}
        assert [card for card, who in people.items() if who.is_child] == [CHILD]
        assert [card for card, who in people.items() if who.loan_ban] == [LOAN_BAN]
        assert people[UNUSUAL_NAME].name == "Zoë 🦊 Åström-Ñúñez"
        sixty = people[SIXTY_FEES]
        assert len(helle.library.account(patron_reference=sixty.reference, card_number="").fees) == 60

    def test_a_ban_ends_with_the_last_fee(self, helle: KohaWorld) -> None:
        who = helle.library.authenticate(card_number=LOAN_BAN.card_number, pin=LOAN_BAN.pin)
        account = helle.library.account(patron_reference=who.reference, card_number=who.card_number)
        assert account.patron.loan_ban
        assert helle.library.register(order_for(account)).outcome is RegistrationOutcome.BOOKED
        after = helle.library.account(patron_reference=who.reference, card_number=who.card_number)
        assert not after.patron.loan_ban
        helle.sandbox.load(helle_population(today=TODAY, patron_count=9))

    def test_credit_is_reported_and_not_netted(self, helle: KohaWorld) -> None:
        patron = new_patron(100)
        account = read(helle, patron, helle.add(patron))
        pay_at_desk(helle.sandbox.store, patron.fees[0].fee_id)
        assert helle.library.register(order_for(account)).outcome is RegistrationOutcome.BOOKED
        richer = read(helle, patron, account.patron.reference)
        assert (richer.fees, richer.credit) == ((), Money(100))

    def test_the_nightly_run_is_seen(self, helle: KohaWorld) -> None:
        who = helle.library.authenticate(card_number=MIXED_FEES.card_number, pin=MIXED_FEES.pin)
        before = helle.library.account(patron_reference=who.reference, card_number=who.card_number).fees
        assert grow_fees(helle.sandbox.store, 20) >= 1
        after = helle.library.account(patron_reference=who.reference, card_number=who.card_number).fees
        grown = {fee.reference for fee in before if fee.is_growing}
        for old, new in zip(before, after, strict=True):
            assert new.outstanding - old.outstanding == (Money(20) if old.reference in grown else ZERO)

    def test_a_thousand_fees_are_read_in_chunks(self, helle: KohaWorld) -> None:
        """The ids of 700 items fit in a header line; more come in further requests and none is lost."""
        population = helle_population(today=TODAY, patron_count=9)
        item = population.items[0]
        patron = new_patron(*([20] * 1500))
        helle.add(patron, items=(item,))
        for table in ("checkouts", "account_lines"):
            helle.sandbox.store.write(f"delete from {table} where patron_id = ?", (patron.patron_id,))
        for number in range(1500):
            item_id = 9_000_000 + number
            helle.sandbox.store.write(
                "insert into items values (?, ?, null, 'PRV/PK', ?)", (item_id, item_id, f"Titel {number}")
            )
            helle.sandbox.store.write(
                "insert into account_lines (account_line_id, patron_id, item_id, date, amount, amount_outstanding,"
                " debit_type) values (?, ?, ?, '2026-01-01', 200000, 200000, 'OVERDUE')",
                (9_000_000 + number, patron.patron_id, item_id),
            )
        helle.library.open_fees(patron_reference=str(patron.patron_id), card_number="")  # fetches the token
        start = helle.request_count()
        account = read(helle, patron, str(patron.patron_id))
        assert len({fee.title for fee in account.fees}) == 1500
        assert helle.request_count() - start == 2 + 3

    def test_loans_can_be_left_unread(self, helle: KohaWorld) -> None:
        helle.sandbox.settings.permissions -= {"circulate"}
        library = helle.connect(reads_checkouts=False)
        account = library.account(patron_reference="1001", card_number="")
        assert account.fees[0].title
        with pytest.raises(LibrarySystemUnavailable, match="403"):
            helle.library.account(patron_reference="1001", card_number="")
        library.close()

    def test_fractions_of_a_cent_stay_in_koha_and_are_told(
        self, helle: KohaWorld, caplog: pytest.LogCaptureFixture
    ) -> None:
        patron = new_patron(100, 100)
        helle.add(patron)
        for fee, micros in zip(patron.fees, (1_339_999, 4_000), strict=True):
            helle.sandbox.store.write(
                "update account_lines set amount_outstanding = ? where account_line_id = ?", (micros, fee.fee_id)
            )
        with caplog.at_level(logging.WARNING):
            account = read(helle, patron, str(patron.patron_id))
        assert [fee.outstanding for fee in account.fees] == [Money(133)]
        assert "2 fees" in caplog.text
        assert patron.card_number not in caplog.text

    def test_redaction_is_an_error_for_staff_and_not_an_empty_list(self, helle: KohaWorld) -> None:
        patron = new_patron(100)
        reference = helle.add(patron)
        helle.sandbox.settings.redacts = True
        with pytest.raises(LibrarySystemUnavailable, match="stands above all branches") as hidden:
            read(helle, patron, reference)
        assert patron.card_number not in str(hidden.value)
        with pytest.raises(LibrarySystemUnavailable, match="stands above"):
            helle.library.authenticate(card_number=patron.card_number, pin=patron.pin)


class TestSigningIn:
    def test_somebody_elses_card_as_user_name_opens_nothing(self, helle: KohaWorld) -> None:
        """Koha tries the user name before the card number, and a user name can be any text."""
        victim, other = new_patron(), new_patron()
        helle.add(victim)
        helle.add(other)
        helle.sandbox.store.write(
            "update patrons set userid = ?, password = '4444' where patron_id = ?",
            (victim.card_number, other.patron_id),
        )
        with pytest.raises(WrongCredentials):
            helle.library.authenticate(card_number=victim.card_number, pin="4444")

    def test_a_locked_account_and_an_expired_password_are_wrong_credentials(self, helle: KohaWorld) -> None:
        locked, expired = new_patron(), new_patron()
        helle.add(locked)
        helle.add(expired)
        helle.sandbox.store.write("update patrons set password_expired = 1 where patron_id = ?", (expired.patron_id,))
        for _ in range(5):
            with pytest.raises(WrongCredentials):
                helle.library.authenticate(card_number=locked.card_number, pin="0000")
        for patron in (locked, expired):
            with pytest.raises(WrongCredentials):
                helle.library.authenticate(card_number=patron.card_number, pin=patron.pin)

    def test_blanks_around_the_number_and_its_case_do_not_matter(self, helle: KohaWorld) -> None:
        patron = new_patron()
        helle.add(patron)
        helle.sandbox.store.write("update patrons set cardnumber = 'AB12' where patron_id = ?", (patron.patron_id,))
        assert helle.library.authenticate(card_number=" AB12 ", pin=patron.pin).card_number == "AB12"

    def test_a_missing_permission_is_not_the_patrons_fault(self, helle: KohaWorld) -> None:
        helle.sandbox.settings.permissions -= {"borrowers"}
        with pytest.raises(LibrarySystemUnavailable, match="403"):
            helle.library.authenticate(card_number="26380000000014", pin="1907")

    @pytest.mark.parametrize("fault", [Fault.MAINTENANCE, Fault.ERROR_BEFORE, Fault.NOT_JSON])
    def test_an_error_is_not_the_patrons_fault(self, helle: KohaWorld, fault: Fault) -> None:
        helle.sandbox.faults.fail_next(fault, path_contains="validation")
        with pytest.raises(LibrarySystemUnavailable):
            helle.library.authenticate(card_number=SWEDISH_SPEAKER.card_number, pin=SWEDISH_SPEAKER.pin)


class TestToken:
    def test_a_rejected_token_is_renewed_once_and_the_payment_booked_once(self, helle: KohaWorld) -> None:
        helle.library.account(patron_reference="1001", card_number="")
        helle.sandbox.revoke_tokens()
        assert outcome_of(helle) == (RegistrationOutcome.BOOKED, Money(255))

    def test_a_token_that_stays_rejected_means_that_nothing_was_sent(self, helle: KohaWorld) -> None:
        helle.sandbox.faults.fail_next(Fault.UNAUTHORIZED, count=2, path_contains="credits")
        assert outcome_of(helle) == (RegistrationOutcome.NOT_SENT, ZERO)

    def test_without_a_token_nothing_was_sent(self, helle: KohaWorld) -> None:
        patron = new_patron(255)
        account = read(helle, patron, helle.add(patron))
        stranger = helle.connect(client_secret="wrong")
        result = stranger.register(order_for(account))
        assert result.outcome is RegistrationOutcome.NOT_SENT
        assert "403" in result.detail
        with pytest.raises(LibrarySystemUnavailable, match="403"):
            read_first_demo_patron(stranger)
        stranger.close()

    def test_a_token_is_renewed_before_it_lapses(self, helle: KohaWorld) -> None:
        helle.sandbox.settings.token_lives_seconds = 0
        library = helle.connect()
        helle.sandbox.settings.token_lives_seconds = 3600
        assert read_first_demo_patron(library)
        library.close()

    def test_many_threads_share_one_token(self, helle: KohaWorld) -> None:
        library = helle.connect()
        with ThreadPoolExecutor(6) as pool:
            list(pool.map(lambda _: read_first_demo_patron(library), range(12)))
        asked = [row for row in books(helle.sandbox.store)["requests"] if row["path"].endswith("/oauth/token")]
        before = len(asked)
        with ThreadPoolExecutor(6) as pool:
            list(pool.map(lambda _: read_first_demo_patron(library), range(12)))
        after = [row for row in books(helle.sandbox.store)["requests"] if row["path"].endswith("/oauth/token")]
        assert len(after) == before
        library.close()


def test_threads_renew_a_lapsed_token_only_once(helle: KohaWorld) -> None:
    library = helle.connect()
    read_first_demo_patron(library)
    helle.sandbox.revoke_tokens()
    start = sum(row["path"].endswith("/oauth/token") for row in books(helle.sandbox.store)["requests"])
    gate = threading.Barrier(6)

    def together(_: int) -> int:
        gate.wait()
        return read_first_demo_patron(library)

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(together, range(6)))
    end = sum(row["path"].endswith("/oauth/token") for row in books(helle.sandbox.store)["requests"])
    assert end - start == 1
    library.close()
