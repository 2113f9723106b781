"""The sandbox does what a real Koha was seen to do; without that, a test against it would prove nothing."""

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from tests.ports.sip2_world import CARD, OTHER_CARD, PATRONS, Wire, sandbox, wire_to
from torget.sandbox.sip2 import Books, Fault


def test_sign_in_status_and_patron_read_as_observed() -> None:
    with sandbox() as server, wire_to(server, signed_in=False) as wire:
        assert wire.ask("9300CNtorget|COsandbox-secret|CPHELLE|") == "941AY0AZFDFD"
        assert wire.ask("9900802.00", sequence=1)[:12] == "98YYYYNN0250"
        status = wire.ask(f"2300020261124    151944AOHELLE|AA{CARD}|AC|AD1234|")
        assert status.startswith("24YYYY      YY  000")
        assert f"AEÄiti Virtanen|AA{CARD}|BLY|CQY|BV20.40|AFGreetings from Koha." in status
        information = wire.patron()
        assert f"AOHELLE|AA{CARD}|AEÄiti Virtanen|BLY|CQY|BV20.40|" in information
        assert "|AV" not in information


def test_refused_sign_in_keeps_the_line_and_the_next_message_kills_it() -> None:
    with sandbox() as server, wire_to(server, signed_in=False) as wire:
        assert wire.ask("9300CNtorget|COwrong|CPHELLE|").startswith("940")
        assert wire.ask("9900802.00") == ""


def test_same_transaction_and_same_packet_are_booked_every_time() -> None:
    with sandbox() as server, wire_to(server) as wire:
        for _ in range(3):
            assert "BKTXN-0001|" in wire.pay("3.00", sequence=3)
        assert server.books.balance_cents(CARD) == 2040 - 3 * 300
        assert len(server.books.payments(marker="TXN-0001")) == 3


def test_resend_request_replays_without_executing_and_dies_with_the_line() -> None:
    with sandbox() as server:
        with wire_to(server) as wire:
            paid = wire.pay("3.00", sequence=3)
            replayed = wire.ask("97", sequence=None)
            assert replayed == paid.split("AY3")[0]
            wire.send("97", sequence=None)
            assert wire.read() == replayed
        with wire_to(server) as wire:
            assert wire.ask("97", sequence=None).startswith("941")
        assert server.books.balance_cents(CARD) == 1740


def test_wrong_checksum_is_asked_again_and_executes_nothing() -> None:
    with sandbox() as server, wire_to(server) as wire:
        text = f"3720261124    1519440400EURBV3.00|AOHELLE|AA{CARD}|"
        assert wire.ask(text, checksum=b"0000") == "96AZFEF6"
        assert server.books.payments() == []


def test_payment_stands_although_nobody_read_the_answer() -> None:
    with sandbox() as server:
        with wire_to(server) as wire:
            wire.send(f"3720261124    1519440400EURBV0.25|AOHELLE|AA{CARD}|BKlost|")
        for _ in range(200):
            if server.books.payments(marker="lost"):
                break
            threading.Event().wait(0.01)
        assert server.books.balance_cents(CARD) == 2015


@pytest.mark.parametrize(
    ("amount", "balance_cents"),
    [("0,10", 2040), ("-1.00", 2140), ("9999.00", 2040 - 999900), ("0.00", 2040), ("abc", 2040), ("3.5", 1690)],
)
def test_any_amount_is_accepted_and_some_are_booked_as_something_else(amount: str, balance_cents: int) -> None:
    with sandbox() as server, wire_to(server) as wire:
        assert wire.pay(amount).startswith("38Y")
        assert server.books.balance_cents(CARD) == balance_cents


def test_oldest_fees_are_paid_first_whatever_was_named() -> None:
    with sandbox() as server, wire_to(server) as wire:
        wire.pay("3.00", more="CG2|")
        assert [(fee.fee_id, fee.outstanding_cents) for fee in server.books.open_fees(CARD)] == [(1, 1440), (2, 300)]


def test_modern_server_itemises_and_obeys_the_fee_identifier() -> None:
    with sandbox(itemises=True, refuses_overpayment=True) as server, wire_to(server) as wire:
        information = wire.patron()
        assert information[2 + 14 + 3 + 18 + 12 :].startswith("0003")
        assert "AV3 2.40 Myöhästymismaksu|AV1 15.00 Kadonnut: Tuntematon sotilas|AV2 3.00" in information
        assert wire.pay("3.00", more="CG2|").startswith("38Y")
        assert [fee.fee_id for fee in server.books.open_fees(CARD)] == [3, 1]
        assert wire.pay("1.00", more="CG99|").startswith("38N")
        assert wire.pay("17.41").startswith("38N")
        assert server.books.balance_cents(CARD) == 1740


def test_lost_update_under_parallel_payments() -> None:
    """Six payments, six rows, but the debt falls by less: why payments of one patron are serialised."""
    with sandbox(lost_update_seconds=0.2) as server:
        wires = [Wire(server.port) for _ in range(6)]
        for wire in wires:
            wire.sign_in()
        for wire in wires:
            wire.send(f"3720261124    1519440400EURBV2.40|AOHELLE|AA{CARD}|BKparallel|")
        assert all(wire.read().startswith("38Y") for wire in wires)
        for wire in wires:
            wire.close()
        assert sum(payment.cents for payment in server.books.payments()) == 6 * 240
        assert server.books.balance_cents(CARD) > 2040 - 6 * 240


def test_wrong_pin_still_shows_everything_and_may_pay() -> None:
    with sandbox() as server, wire_to(server) as wire:
        information = wire.patron(pin="9999")
        assert "CQN|" in information
        assert "AEÄiti Virtanen|" in information
        assert "BEaiti@example.org|" in information
        assert wire.pay("1.00", more="ADwrong|").startswith("38Y")


def test_unknown_card_and_expired_patron() -> None:
    with sandbox() as server, wire_to(server) as wire:
        assert "AAnosuch|AE|BLN|" in wire.patron(card="nosuch")
        assert "AFInvalid patron barcode.|" in wire.pay("1.00", card="nosuch")
        expired = wire.patron(card=OTHER_CARD)
        assert "BLY|CQY|" in expired
        assert "PATRON EXPIRED" in expired
        assert wire.pay("1.00", card=OTHER_CARD).startswith("38Y")


def test_date_before_the_flag_on_a_knob() -> None:
    with sandbox(puts_date_before_flag=True) as server, wire_to(server) as wire:
        assert wire.pay("1.00")[:6].startswith("38202")


@pytest.mark.parametrize("end", [b"\r", b"\n", b"\r\n", b"\r\n\n"])
def test_any_line_end_and_no_error_detection(end: bytes) -> None:
    with sandbox() as server, wire_to(server, signed_in=False) as wire:
        wire._line.sendall(b"9300CNtorget|COsandbox-secret|" + end + b"9900802.00" + end)
        assert wire.read() == "941"
        assert wire.read().startswith("98Y")


def test_faults_by_chance_follow_their_seed() -> None:
    def struck() -> list[bool]:
        with sandbox() as server:
            server.faults.fail_by_chance(Fault.REFUSE, probability=0.5, seed=7)
            return [server.faults.strike("37") is not None for _ in range(20)]

    assert struck() == struck()
    assert set(struck()) == {True, False}


def test_process_takes_a_population_and_faults_by_chance(tmp_path: Path) -> None:
    state = str(tmp_path / "sip2.sqlite")
    command = [sys.executable, "-m", "torget.sandbox.sip2", "--port", "0", "--state", state, "--population", "helle"]
    with subprocess.Popen([*command, "--itemised", "--fail", "drop_after:1"], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        wire = Wire(int(process.stdout.readline().rpartition(b":")[2]))
        wire.sign_in()
        assert "AV" in wire.patron(card="26380000000022", pin="2468")
        assert wire.pay("1.00", card="26380000000022") == ""
        wire.close()
        process.terminate()
        assert process.wait(10) == 0
    books = Books(state)
    assert [payment.cents for payment in books.payments(card_number="26380000000022")] == [100]
    books.close()


def test_process_keeps_its_books_over_a_restart_and_ends_on_sigterm(tmp_path: Path) -> None:
    state = tmp_path / "sip2.sqlite"
    books = Books(str(state))
    books.load(PATRONS)
    for balance_after in (1940, 1840):
        command = [sys.executable, "-m", "torget.sandbox.sip2", "--port", "0", "--state", str(state)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            port = int(process.stdout.readline().rpartition(":")[2])
            wire = Wire(port)
            wire.sign_in()
            assert wire.pay("1.00").startswith("38Y")
            os.kill(process.pid, signal.SIGTERM)
            assert process.wait(10) == 0
            wire.close()
        assert books.balance_cents(CARD) == balance_after
    books.close()
