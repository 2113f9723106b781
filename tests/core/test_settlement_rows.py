"""What is impossible in a provider's row, and when two rows are the same row."""

from dataclasses import replace
from datetime import date

import pytest

from torget.foundation.core.money import Money
from torget.payments.core.settlement import (
    REFUSING,
    FileRefused,
    Problem,
    RowKind,
    SettlementRow,
    row_identity,
    row_key,
    row_problem,
)

PAYMENT = SettlementRow(
    line=2,
    kind=RowKind.PAYMENT,
    amount=Money(255),
    fee=Money(20),
    stamp="s",
    provider_reference="p",
    settlement_id="7",
    entry_on=date(2026, 11, 23),
)


@pytest.mark.parametrize(
    ("kind", "cents", "is_possible"),
    [
        (RowKind.PAYMENT, 1, True),
        (RowKind.PAYMENT, -1, False),
        (RowKind.REFUND, -1, True),
        (RowKind.REFUND, 1, False),
        (RowKind.CHARGEBACK, -1, True),
        (RowKind.CHARGEBACK, 1, False),
        (RowKind.FEE, -1, True),
        (RowKind.FEE, 1, True),
        (RowKind.PAYOUT, -1, True),
        (RowKind.PAYOUT, 1, True),
        (RowKind.ADJUSTMENT, 1, True),
        (RowKind.ADJUSTMENT, -1, True),
    ],
)
def test_sign(kind: RowKind, cents: int, is_possible: bool) -> None:
    finding = row_problem(replace(PAYMENT, kind=kind, amount=Money(cents)))
    assert (finding is None) is is_possible
    if finding is not None:
        assert finding.problem is Problem.IMPOSSIBLE_SIGN
        assert finding.line == 2


def test_a_negative_fee_is_impossible() -> None:
    finding = row_problem(replace(PAYMENT, fee=Money(-1)))
    assert finding is not None
    assert finding.problem in REFUSING


def test_a_row_of_nothing_is_odd_but_a_row_of_a_fee_is_not() -> None:
    nothing = row_problem(replace(PAYMENT, amount=Money(0), fee=Money(0)))
    assert nothing is not None
    assert nothing.problem is Problem.ZERO_ROWS
    assert row_problem(replace(PAYMENT, amount=Money(0))) is None


def test_the_same_row_in_another_file_or_with_another_fee_is_the_same() -> None:
    again = replace(PAYMENT, line=99, fee=Money(21), method="nordea", entry_on=None)
    assert row_key(again) == row_key(PAYMENT)
    assert row_identity(again) == row_identity(PAYMENT)


@pytest.mark.parametrize(
    "other",
    [
        replace(PAYMENT, kind=RowKind.REFUND),
        replace(PAYMENT, provider_reference="q"),
        replace(PAYMENT, amount=Money(256)),
        replace(PAYMENT, settlement_id="8"),
        replace(PAYMENT, sub_merchant="m"),
    ],
)
def test_another_row(other: SettlementRow) -> None:
    assert row_identity(other) != row_identity(PAYMENT)


def test_rows_without_any_reference_differ_by_what_they_say() -> None:
    bare = replace(PAYMENT, provider_reference="", stamp="", reference="1232")
    assert row_key(bare) != row_key(replace(bare, reference="1245"))
    assert row_key(bare) != row_key(replace(bare, entry_on=None))
    assert row_key(replace(PAYMENT, provider_reference="")) != row_key(bare)


def test_only_a_refusing_problem_refuses() -> None:
    assert FileRefused(Problem.EMPTY, line=1, detail="x").finding.problem is Problem.EMPTY
    with pytest.raises(ValueError, match="does not refuse"):
        FileRefused(Problem.ZERO_ROWS)
