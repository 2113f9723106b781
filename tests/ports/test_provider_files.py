"""Reports of providers as they come: the rows that are read, and what refuses a file or is told about it."""

import io
from datetime import date
from decimal import Decimal

import pytest

from torget.connectors.delimited import Row
from torget.connectors.payment_providers.paytrail.reports import PaytrailCsv, PaytrailJson
from torget.connectors.settlement_files.ceepos.reader import CeeposCsv
from torget.connectors.settlement_files.mobilepay.reader import MobilePayLedgerCsv
from torget.connectors.settlement_files.stripe.reader import StripePayoutCsv
from torget.foundation.core.money import Money
from torget.payments.core.settlement import FileRefused, Finding, Problem, RowKind, SettlementReader, SettlementRow

STAMP = "6f0c8a52-3a9d-4a57-9f7e-1d6f2d0c9b11"

PAYTRAIL = (
    "entryDate;created;amount;status;reference;paymentMethod;stamp;checkoutReference;settlementId;settlementDate;"
    "settlementReference;originalTradeReference;paymentMethodFee;paymentMethodCommission;shopInShopCommission\n"
    f"24-11-2026;10:22;1 234,50;Paid and settled;1232;nordea;{STAMP};5a1c;777;25-11-2026;45667372;;0,35;0,124;0\n"
    "24-11-2026;11:05;-12,00;Paid and settled;1232;nordea;r-1;5a1d;777;25-11-2026;45667372;5a1c;-0,35;0;0\n"
    "25-11-2026;09:00;4,00;Paid;1245;mobilepay;later;5a1e;;;;;0,35;0;0\n"
).encode()
CEEPOS = (
    "Id;Ceepos-viite;Viitenumero;Maksutapa;Aika;Summa;Provisio;Tilitysnumero;Tilityspäivä;Tilitysviite\n"
    f"{STAMP};900001;1232;Osuuspankki;24.11.2026 10:22;10,00;0,30;T1;26.11.2026;45667372\n"
    f"{STAMP};900001;1232;Osuuspankki;24.11.2026 10:22;2,50;0,05;T1;26.11.2026;45667372\n"
    "h-1;900002;1232;Osuuspankki;25.11.2026 8:00;-2,50;0,00;T1;26.11.2026;45667372\n"
).encode()
STRIPE = (
    '"automatic_payout_id","automatic_payout_effective_at","balance_transaction_id","created","available_on",'
    '"currency","gross","fee","net","reporting_category","source_id","description","charge_id","payment_intent_id",'
    '"payment_method_type","trace_id","payment_metadata[stamp]","refund_metadata[stamp]"\n'
    '"po_1","2026-11-26 00:00:00","txn_1","2026-11-24 10:22:31","2026-11-26 00:00:00","eur","1,250.00","18.70",'
    f'"1231.30","charge","ch_1","Fees, library","ch_1","pi_1","card","45667372","{STAMP}",""\n'
    '"po_1","2026-11-26 00:00:00","txn_2","2026-11-24 12:00:00","2026-11-26 00:00:00","eur","-5.00","0.00","-5.00",'
    '"refund","re_1","","ch_1","pi_1","card","45667372","","r-1"\n'
    '"po_1","2026-11-26 00:00:00","txn_3","2026-11-25 09:00:00","2026-11-26 00:00:00","eur","-20.00","15.00",'
    '"-35.00","dispute","dp_1","","ch_2","pi_2","card","45667372","",""\n'
    '"po_1","2026-11-26 00:00:00","txn_4","2026-11-25 09:30:00","2026-11-26 00:00:00","eur","-2.00","0.00","-2.00",'
    '"fee","fee_1","Radar","","","","45667372","",""\n'
    '"po_1","2026-11-26 00:00:00","txn_5","2026-11-26 00:00:00","2026-11-26 00:00:00","eur","-1189.30","0.00",'
    '"-1189.30","payout","po_1","STRIPE PAYOUT","","","","45667372","",""\n'
).encode()
MOBILEPAY = (
    "pspReference,time,ledgerDate,entryType,reference,currency,amount,balanceBefore,balanceAfter\n"
    f"psp-1,2026-11-24T10:22:31Z,2026-11-24,capture,{STAMP},EUR,123450,0,123450\n"
    f"psp-2,2026-11-24T12:00:00Z,2026-11-24,refund,{STAMP},EUR,-1200,123450,122250\n"
    "psp-3,2026-11-24T22:30:00Z,2026-11-25,fees-retained,,EUR,-1225,122250,121025\n"
    "psp-4,2026-11-24T22:31:00Z,2026-11-25,payout-scheduled,45667372,EUR,-121025,121025,0\n"
).encode()

READERS: dict[str, tuple[SettlementReader, bytes]] = {
    "paytrail": (PaytrailCsv(), PAYTRAIL),
    "ceepos": (CeeposCsv(), CEEPOS),
    "stripe": (StripePayoutCsv(), STRIPE),
    "mobilepay": (MobilePayLedgerCsv(), MOBILEPAY),
}
each_provider = pytest.mark.parametrize(("reader", "content"), READERS.values(), ids=READERS)


def read(reader: SettlementReader, content: bytes) -> tuple[list[SettlementRow], dict[Problem, int]]:
    rows, problems = [], dict[Problem, int]()
    for one in reader.read(io.BytesIO(content)):
        if isinstance(one, Finding):
            problems[one.problem] = problems.get(one.problem, 0) + one.count
        else:
            rows.append(one)
    return rows, problems


def sums(rows: list[SettlementRow]) -> list[tuple[str, int, int]]:
    return [(row.kind.value, row.amount.cents, row.fee.cents) for row in rows]


def refused(reader: SettlementReader, content: bytes) -> Problem:
    with pytest.raises(FileRefused) as refusal:
        read(reader, content)
    return refusal.value.finding.problem


def test_paytrail_in_csv() -> None:
    rows, problems = read(PaytrailCsv(), PAYTRAIL)
    # The fee that came back with the refund is a row of its own; 0.474 euros are rounded to the cent.
    assert sums(rows) == [("payment", 123450, 47), ("refund", -1200, 0), ("fee", 35, 0)]
    assert problems == {Problem.NOT_SETTLED_ROWS: 1, Problem.ROUNDED_FEES: 1}
    payment, refund, _ = rows
    assert (payment.stamp, payment.reference, payment.method) == (STAMP, "1232", "nordea")
    assert (payment.entry_on, payment.settled_on) == (date(2026, 11, 24), date(2026, 11, 25))
    assert (payment.settlement_id, payment.settlement_reference) == ("777", "45667372")
    assert (refund.stamp, refund.refunded_payment) == ("r-1", "5a1c")


def test_paytrail_in_json_says_the_same() -> None:
    rows, _ = read(
        PaytrailJson(),
        b'[{"entryDate": "24-11-2026", "amount": 1234.50, "status": "Paid and settled", "reference": "1232",'
        b' "paymentMethod": "nordea", "stamp": "' + STAMP.encode() + b'", "checkoutReference": "5a1c",'
        b' "settlementId": 777, "settlementDate": "25-11-2026", "settlementReference": 45667372,'
        b' "paymentMethodFee": 0.35, "paymentMethodCommission": 0.124, "shopInShopCommission": null}]',
    )
    first, *_rest = read(PaytrailCsv(), PAYTRAIL)[0]
    assert [(row.kind, row.amount, row.fee, row.stamp, row.settled_on, row.settlement_id) for row in rows] == [
        (first.kind, first.amount, first.fee, first.stamp, first.settled_on, first.settlement_id)
    ]


def test_ceepos_adds_up_the_products_of_a_payment() -> None:
    rows, problems = read(CeeposCsv(), CEEPOS)
    assert sums(rows) == [("payment", 1250, 35), ("refund", -250, 0)]
    assert problems == {}
    assert (rows[0].line, rows[0].reference, rows[0].provider_reference) == (2, "1232", "900001")
    assert (rows[0].entry_on, rows[0].settled_on) == (date(2026, 11, 24), date(2026, 11, 26))


def test_ceepos_with_the_headings_of_the_interface() -> None:
    rows, _ = read(CeeposCsv(), f"Id,Reference,PaymentSum,PaymentMethod\n{STAMP},900001,12.50,2\n".encode())
    assert sums(rows) == [("payment", 1250, 0)]


def test_stripe_pays_out_what_its_rows_sum_to() -> None:
    rows, problems = read(StripePayoutCsv(), STRIPE)
    assert sums(rows) == [
        ("payment", 125000, 1870),
        ("refund", -500, 0),
        ("chargeback", -2000, 1500),
        ("fee", -200, 0),
        ("payout", -118930, 0),
    ]
    assert problems == {}
    assert sum(row.amount.cents - row.fee.cents for row in rows) == 0
    assert (rows[0].stamp, rows[0].provider_reference, rows[1].stamp) == (STAMP, "pi_1", "r-1")
    assert {row.settlement_id for row in rows} == {"po_1"}
    assert (rows[1].refunded_payment, rows[2].refunded_payment) == ("pi_1", "pi_2")


def test_the_ledger_of_mobilepay_sums_to_its_balance() -> None:
    rows, problems = read(MobilePayLedgerCsv(), MOBILEPAY)
    assert sums(rows) == [
        ("payment", 123450, 0),
        ("refund", -1200, 0),
        ("fee", -1225, 0),
        ("payout", -121025, 0),
    ]
    assert problems == {}
    assert (rows[0].stamp, rows[1].stamp, rows[1].refunded_payment) == (STAMP, "", STAMP)
    assert (rows[3].settlement_id, rows[3].settlement_reference) == ("psp-4", "45667372")
    assert rows[3].settled_on == date(2026, 11, 25)


def test_a_kind_that_nobody_knows_is_an_adjustment_and_told() -> None:
    for name, known, other in (
        ("stripe", b'"fee","fee_1"', b'"moon_tax","x"'),
        ("mobilepay", b"fees-ret", b"moon-ret"),
    ):
        reader, content = READERS[name]
        rows, problems = read(reader, content.replace(known, other))
        assert problems == {Problem.UNKNOWN_KIND: 1}
        assert RowKind.ADJUSTMENT in {row.kind for row in rows}


@each_provider
def test_a_byte_order_mark_other_encodings_and_line_ends_change_nothing(
    reader: SettlementReader, content: bytes
) -> None:
    whole = read(reader, content)
    assert read(reader, b"\xef\xbb\xbf" + content) == whole
    assert read(reader, content.replace(b"\n", b"\r\n")) == whole
    assert read(reader, content.decode().encode("utf-16")) == whole
    assert read(reader, content.decode().encode("latin-1")) == whole


@each_provider
def test_a_file_cut_off_anywhere_is_refused_or_gives_whole_rows(reader: SettlementReader, content: bytes) -> None:
    """Cut behind a line it is a shorter file; what it lacks is then missing at the provider, and that is found."""
    whole, _ = read(reader, content)
    for length in range(len(content)):
        try:
            rows, _ = read(reader, content[:length])
        except FileRefused:
            continue
        # Of a payment with several products the last may be missing; no amount is ever cut within.
        assert len(rows) <= len(whole)
        for got, right in zip(rows, whole, strict=False):
            assert got == right or (isinstance(reader, CeeposCsv) and got.amount.cents == 1000), length


@each_provider
def test_files_that_are_something_else(reader: SettlementReader, content: bytes) -> None:
    assert refused(reader, b"") is Problem.EMPTY
    assert refused(reader, content.partition(b"\n")[0] + b"\n") is Problem.EMPTY
    assert refused(reader, content + content) is Problem.DOUBLED
    assert refused(reader, b"<?xml version='1.0'?><Document/>\n") is Problem.NOT_THIS_FORMAT
    assert refused(reader, b"PK\x03\x04" + bytes(200)) is Problem.NOT_THIS_FORMAT
    for other, (_, foreign) in READERS.items():
        if foreign is not content:
            assert refused(reader, foreign) is Problem.NOT_THIS_FORMAT, other


@each_provider
def test_another_currency_refuses_the_file(reader: SettlementReader, content: bytes) -> None:
    if b"EUR" in content or b'"eur"' in content:
        assert refused(reader, content.replace(b"EUR", b"SEK").replace(b'"eur"', b'"sek"')) is Problem.WRONG_CURRENCY
        return
    # These name the currency only if somebody chose the column.
    heading, _, rest = content.partition(b"\n")
    lines = [line + b";SEK" for line in rest.splitlines()]
    assert refused(reader, b"\n".join([heading + b";currency", *lines, b""])) is Problem.WRONG_CURRENCY


@pytest.mark.parametrize(
    ("name", "found", "put"),
    [
        ("stripe", b'"1231.30"', b'"1231.31"'),
        ("mobilepay", b"1200,123450", b"1201,123450"),
        ("mobilepay", b",123450,0,", b",1234.5,0,"),
        ("paytrail", b"1 234,50", b"1 234,505"),
        ("paytrail", b"1 234,50", b""),
        ("ceepos", b"10,00", b"10,00,00"),
        ("ceepos", b"10,00", b"=10+0"),
    ],
)
def test_sums_that_do_not_hold_and_amounts_that_are_none(name: str, found: bytes, put: bytes) -> None:
    reader, content = READERS[name]
    assert found in content
    assert refused(reader, content.replace(found, put, 1)) is Problem.UNREADABLE_ROW


@pytest.mark.parametrize(
    ("text", "euros"),
    [
        ("12,50", "12.50"),
        ("12.50", "12.50"),
        ("-12,50", "-12.50"),
        ("−12,50 €", "-12.50"),
        ("1 234,50", "1234.50"),
        ("1\u00a0234,50", "1234.50"),
        ("1.234,50", "1234.50"),
        ("1,234.50", "1234.50"),
        ("1'234.50", "1234.50"),
        ("+7", "7"),
        ("", "0"),
    ],
)
def test_amounts_as_people_and_programs_write_them(text: str, euros: str) -> None:
    row = Row(2, [text], {"amount": 0})
    assert row.euros("amount") == Decimal(euros)
    assert row.money("amount") == Money.from_decimal(Decimal(euros))


@pytest.mark.parametrize("text", ["1,2.3", "12,345.6,7", "1e5", "NaN", "0x10", "12,5a", "--1", "1 2 x"])
def test_amounts_that_could_mean_anything(text: str) -> None:
    with pytest.raises(FileRefused):
        Row(2, [text], {"amount": 0}).euros("amount")
