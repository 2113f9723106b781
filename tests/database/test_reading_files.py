"""Files of providers and banks: what is taken, what is refused, and that nothing is half taken."""

import os
import threading
import tracemalloc
from datetime import date, timedelta

import pytest
from django.db import connection

from tests.database.settling import AT, IBANS, add_bank_account, csv_file, csv_row, problems, read, take_in
from tests.database.staff import pay
from tests.network import make_network
from tests.world import World, make_fee
from torget.foundation.retention.run import carry_out
from torget.payments.checkout.models import Payment
from torget.payments.core.settlement import Problem
from torget.payments.settlement.models import BankEntry, BankStatement, SettlementFile, SettlementRecord
from torget.payments.settlement.read_file import read_settlement_file
from torget.payments.settlement.storage import path_of
from torget.payments.settlement.tasks import remove_ended_content
from torget.sandbox.bank.camt import Entry, Statement, Transaction, camt

pytestmark = pytest.mark.usefixtures("settlement_folder")


@pytest.fixture
def network(committed_db: None) -> None:
    make_network()


def nothing_is_kept() -> None:
    assert not SettlementRecord.objects.exists()
    assert not BankStatement.objects.exists()
    assert not BankEntry.objects.exists()
    assert SettlementFile.objects.get().state == "refused"


GOOD = csv_file(csv_row("a", 1255, fee_cents=35), csv_row("b", 300), csv_row("c", -300, original="a"))


def test_a_file_becomes_rows_and_a_report(network: None) -> None:
    report = read(GOOD)
    assert (report.rows, report.new_rows, report.settlements, report.findings) == (3, 3, 1, [])
    assert {one.kind: (one.count, one.cents, one.fee_cents) for one in report.kinds} == {
        "payment": (2, 1555, 35),
        "refund": (1, -300, 0),
    }
    file = SettlementFile.objects.get()
    assert (file.state, file.first_on, file.last_on) == ("read", date(2026, 11, 24), date(2026, 11, 24))
    assert path_of(file.sha256).read_bytes() == GOOD
    assert file.progress.rows == 3


def test_the_same_file_again_is_the_same_file(network: None) -> None:
    assert take_in(GOOD) == take_in(GOOD)
    read(GOOD)
    assert SettlementRecord.objects.count() == 3


def test_the_same_bytes_for_two_parts_of_an_aggregate_are_two_files(network: None) -> None:
    content = csv_file(csv_row("a", 100))
    porvoo, sipoo = take_in(content, "porvoo"), take_in(content, "sipoo")
    assert porvoo != sipoo
    assert (take_in(content, "porvoo"), take_in(content, "sipoo")) == (porvoo, sipoo)


def test_an_overlapping_file_adds_only_what_is_new(network: None) -> None:
    read(GOOD)
    report = read(csv_file(csv_row("b", 300), csv_row("a", 1255, fee_cents=35), csv_row("d", 99)))
    assert (report.rows, report.new_rows) == (3, 1)
    assert problems(report) == {Problem.KNOWN_ROWS: 2}
    assert SettlementRecord.objects.count() == 4


def test_another_fee_for_a_known_row_is_told(network: None) -> None:
    read(GOOD)
    report = read(csv_file(csv_row("a", 1255, fee_cents=36), csv_row("e", 5)))
    assert problems(report) == {Problem.CHANGED_ROWS: 1, Problem.KNOWN_ROWS: 1}


def test_a_row_that_comes_twice_in_one_report_is_kept_twice_and_told(network: None) -> None:
    report = read(csv_file(csv_row("a", 100), csv_row("b", 300), csv_row("a", 100)))
    assert problems(report) == {Problem.REPEATED_ROWS: 1}
    assert sorted(SettlementRecord.objects.filter(stamp="a").values_list("occurrence", flat=True)) == [1, 2]


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"\n", Problem.EMPTY),
        (csv_file(), Problem.EMPTY),
        (b"name;age\nx;1\n", Problem.NOT_THIS_FORMAT),
        (GOOD[:-10], Problem.TRUNCATED),
        (GOOD + GOOD, Problem.DOUBLED),
        (GOOD + GOOD.partition(b"\n")[2], Problem.DOUBLED),
        (csv_file(csv_row("a", 100), csv_row("b", -100).replace("-1,00", "-1,0x")), Problem.UNREADABLE_ROW),
        (GOOD.replace(b"amount;", b"amount;").replace(b"12,55", b"12,555"), Problem.UNREADABLE_ROW),
        (csv_file(csv_row("a" * 201, 100)), Problem.UNREADABLE_ROW),
        (b"amount;stamp;currency;settlementId\n1,00;a;SEK;1\n", Problem.WRONG_CURRENCY),
        (b"amount;stamp;settlementId;originalTradeReference\n1,00;a;1;b\n", Problem.IMPOSSIBLE_SIGN),
    ],
)
def test_refused_whole(network: None, content: bytes, problem: Problem) -> None:
    report = read(content)
    assert problems(report) == {problem: 1}
    nothing_is_kept()


def test_a_refused_file_can_come_again_when_the_reason_is_gone(network: None) -> None:
    statement = camt([one_statement(1)])
    assert problems(read(statement, is_bank=True)) == {Problem.UNKNOWN_BANK_ACCOUNT: 1}
    nothing_is_kept()
    add_bank_account("raasepori")
    assert read(statement, is_bank=True).new_rows == 1


@pytest.mark.parametrize("prefix", [b"\xef\xbb\xbf"])
def test_a_mark_of_utf8_and_latin_1_are_read(network: None, prefix: bytes) -> None:
    latin = csv_file(csv_row("a", 100)).decode().replace("osuuspankki", "Ålandsbanken").encode("latin-1")
    assert read(prefix + GOOD).new_rows == 3
    assert read(latin.replace(b";a;a;", b";x;x;")).new_rows == 1
    assert SettlementRecord.objects.get(stamp="x").method == "Ålandsbanken"


def test_a_row_of_nothing_is_told(network: None) -> None:
    assert problems(read(csv_file(csv_row("a", 0), csv_row("b", 5)))) == {Problem.ZERO_ROWS: 1}


def test_another_municipalitys_file_is_refused(world: World) -> None:
    payment = Payment.objects.get(pk=pay(world, make_fee(11, 500, "PRV/PK")))
    assert problems(read(csv_file(csv_row(str(payment.token), 500)))) == {Problem.ANOTHER_ACCOUNT: 1}
    nothing_is_kept()
    # Without a stamp of ours the bank reference tells it.
    by_reference = csv_file(csv_row("", 500, reference="r", viite=payment.reference))
    assert problems(read(by_reference)) == {Problem.ANOTHER_ACCOUNT: 1}
    # Another part of the same aggregate.
    assert problems(read(csv_file(csv_row(str(payment.token), 500)), "sipoo")) == {Problem.ANOTHER_ACCOUNT: 1}
    assert read(csv_file(csv_row(str(payment.token), 500)), "porvoo").new_rows == 1


def test_a_row_another_account_had_already_is_refused(network: None) -> None:
    read(GOOD, "porvoo")
    assert read(GOOD, "sipoo").new_rows == 3
    assert problems(read(GOOD)) == {Problem.ANOTHER_ACCOUNT: 1}


def test_of_two_readers_at_once_one_reads(network: None) -> None:
    file_id = take_in(csv_file(*(csv_row(f"s{number}", number + 1) for number in range(2000))))

    def read_and_leave() -> None:
        read_settlement_file(file_id=file_id, clock=lambda: AT)
        connection.close()

    threads = [threading.Thread(target=read_and_leave) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert SettlementRecord.objects.count() == 2000


def one_statement(number: int, opening: int = 0, cents: int = 1000, day: date = date(2026, 11, 25)) -> Statement:
    entry = Entry(
        archive_id=f"A{number}", booked_on=day, transactions=(Transaction(amount_cents=cents, reference="1232"),)
    )
    return Statement(
        iban=IBANS["raasepori"],
        statement_id=f"S{number}",
        sequence_number=number,
        day=day,
        opening_cents=opening,
        entries=(entry,),
    )


def test_the_same_statement_twice_counts_once(network: None) -> None:
    add_bank_account("raasepori")
    assert read(camt([one_statement(1)]), is_bank=True).statements == 1
    again = read(camt([one_statement(1), one_statement(2, 1000, day=date(2026, 11, 26))]), is_bank=True)
    assert problems(again) == {Problem.SAME_STATEMENT: 1}
    assert (again.statements, again.new_rows, BankEntry.objects.count()) == (1, 1, 2)


def test_the_same_statement_with_other_content_is_refused(network: None) -> None:
    add_bank_account("raasepori")
    read(camt([one_statement(1)]), is_bank=True)
    other = read(camt([one_statement(1, cents=1001)]), is_bank=True)
    assert problems(other) == {Problem.STATEMENT_DIFFERS: 1}
    assert BankEntry.objects.count() == 1


def test_a_gap_is_told_and_taken(network: None) -> None:
    add_bank_account("raasepori")
    read(camt([one_statement(1)]), is_bank=True)
    gap = read(camt([one_statement(3, opening=5000, day=date(2026, 11, 25) + timedelta(days=2))]), is_bank=True)
    assert problems(gap) == {Problem.STATEMENT_GAP: 1, Problem.BALANCE_GAP: 1}
    assert BankStatement.objects.count() == 2


def test_a_statement_that_does_not_add_up_is_refused(network: None) -> None:
    add_bank_account("raasepori")
    wrong = camt([one_statement(1)]).replace(b'<Amt Ccy="EUR">10.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Dt>', b"", 1)
    broken = camt([one_statement(1, opening=7)]).replace(b"0.07", b"0.08", 1)
    assert wrong
    assert problems(read(broken, is_bank=True)) == {Problem.BALANCE_DOES_NOT_ADD_UP: 1}
    nothing_is_kept()


def test_another_municipalitys_statement_is_refused(network: None) -> None:
    add_bank_account("raasepori")
    assert problems(read(camt([one_statement(1)]), "porvoo", is_bank=True)) == {Problem.ANOTHER_ACCOUNT: 1}
    nothing_is_kept()


def test_memory_does_not_grow_with_the_file(network: None) -> None:
    """Rows are streamed from the file to the database: what is held at a time does not depend on how many there are."""

    def peak_bytes(rows: int) -> int:
        pieces = [csv_file(), *(csv_row(f"{rows}-{number}", number + 1).encode() for number in range(rows))]
        file_id = take_in(pieces)
        del pieces
        tracemalloc.start()
        assert read_settlement_file(file_id=file_id, clock=lambda: AT) == "read"
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return peak

    few, many = peak_bytes(1_000), peak_bytes(20_000)
    assert many < few + 1_000_000


def test_content_goes_after_six_years_and_rows_stay(network: None) -> None:
    read(GOOD)
    kept = SettlementFile.objects.get()
    SettlementFile.objects.update(received_at=AT)
    os.utime(path_of(kept.sha256), (AT.timestamp(), AT.timestamp()))
    stray = path_of("ff" * 32)
    stray.parent.mkdir(parents=True)
    stray.write_bytes(b"a row was never written for it")
    os.utime(stray, (AT.timestamp(), AT.timestamp()))
    six_years_on, seven_years_on = AT + timedelta(days=6 * 365), AT + timedelta(days=7 * 366)
    carry_out(at=six_years_on, actor="test")
    assert remove_ended_content(six_years_on) == 1
    assert path_of(kept.sha256).exists()
    carry_out(at=seven_years_on, actor="test")
    assert remove_ended_content(seven_years_on) == 1
    assert not path_of(kept.sha256).exists()
    assert SettlementRecord.objects.count() == 3
