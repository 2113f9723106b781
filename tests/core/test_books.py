"""Entries balance by construction, for any lines, VAT rates and shares."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from torget.foundation.core.money import Money
from torget.payments.core.ledger import Account, AccountParts, Entry, PostingValue, UnbalancedEntry, read_account
from torget.payments.core.posting_rules import (
    BookedLine,
    paid_entries,
    payout_entry,
    provider_fee_entry,
    refunded_entries,
    registered_entries,
    vat_of,
)

MUNICIPALITIES = {1: "porvoo", 2: "sipoo", 3: "raasepori"}


@st.composite
def booked_lines(draw: st.DrawFn) -> BookedLine:
    municipality_id = draw(st.sampled_from(sorted(MUNICIPALITIES)))
    shares = draw(st.none() | st.dictionaries(st.sampled_from(sorted(MUNICIPALITIES.values())), st.integers(1, 9)))
    return BookedLine(
        municipality_id=municipality_id,
        municipality=MUNICIPALITIES[municipality_id],
        amount=Money(draw(st.integers(1, 10**7))),
        vat_permille=draw(st.sampled_from([0, 100, 135, 140, 255])),
        ledger_account=draw(st.sampled_from(["3100", "3200"])),
        shares=shares or {},
    )


def sums(entries: list[Entry]) -> dict[tuple[int, str], int]:
    found: dict[tuple[int, str], int] = {}
    for entry in entries:
        for posting in entry.postings:
            key = (entry.municipality_id, posting.account)
            found[key] = found.get(key, 0) + posting.amount.cents
    return {key: cents for key, cents in found.items() if cents}


def test_an_entry_that_does_not_balance_cannot_be_built() -> None:
    with pytest.raises(UnbalancedEntry):
        Entry(
            municipality_id=1,
            key="x",
            kind="x",
            postings=(PostingValue("a", Money(1)), PostingValue("b", Money(-2))),
        )
    with pytest.raises(UnbalancedEntry):
        Entry(municipality_id=1, key="x", kind="x", postings=())
    with pytest.raises(UnbalancedEntry):
        Entry(
            municipality_id=1,
            key="x",
            kind="x",
            postings=(PostingValue("a", Money(1)), PostingValue("b", Money(-1)), PostingValue("c", Money(0))),
        )


@given(st.lists(booked_lines(), min_size=1, max_size=12))
def test_what_was_paid_becomes_income_and_nothing_waits(lines: list[BookedLine]) -> None:
    after = sums(paid_entries(1, lines) + registered_entries(1, lines))
    assert not any(account == Account.UNREGISTERED for _, account in after)
    for municipality_id in MUNICIPALITIES:
        paid = sum(line.amount.cents for line in lines if line.municipality_id == municipality_id)
        assert after.get((municipality_id, Account.PROVIDER), 0) == paid


@given(st.lists(booked_lines(), min_size=1, max_size=12), st.booleans())
def test_a_whole_refund_leaves_nothing_behind(lines: list[BookedLine], was_registered: bool) -> None:
    entries = paid_entries(1, lines)
    if was_registered:
        entries += registered_entries(1, lines)
    assert sums(entries + refunded_entries("r", lines, was_registered=was_registered)) == {}


@given(st.lists(booked_lines(), min_size=1, max_size=4), st.booleans(), st.data())
def test_many_small_refunds_leave_nothing_behind(lines: list[BookedLine], was_registered: bool, data: Any) -> None:
    """Cents of VAT and of shares are not lost in the rounding of the parts."""
    entries = paid_entries(1, lines)
    if was_registered:
        entries += registered_entries(1, lines)
    gone = dict.fromkeys(range(len(lines)), 0)
    for number in range(100):
        left = {index: line.amount.cents - gone[index] for index, line in enumerate(lines)}
        open_now = [index for index, cents in left.items() if cents]
        if not open_now:
            break
        chosen = data.draw(st.lists(st.sampled_from(open_now), min_size=1, unique=True))
        cents = {index: left[index] if number > 3 else data.draw(st.integers(1, left[index])) for index in chosen}
        parts = [replace(lines[index], amount=Money(cents[index])) for index in chosen]
        before = {place: Money(gone[index]) for place, index in enumerate(chosen)}
        refund = refunded_entries(f"r{number}", parts, was_registered=was_registered, gone_before=before)
        paid_back = sum(
            posting.amount.cents
            for entry in refund
            for posting in entry.postings
            if posting.account == Account.PROVIDER
        )
        assert paid_back == -sum(cents.values())
        entries += refund
        for index in chosen:
            gone[index] += cents[index]
    assert sums(entries) == {}


def test_thirds_of_a_line_give_back_its_vat_to_the_cent() -> None:
    """0.33 + 0.33 + 0.34 of 1.00 at 25.5 %: by themselves they would hold 21 cents of VAT, the line holds 20."""
    line = booked(100, 255)
    vat = [
        posting.amount.cents
        for before, cents in ((0, 33), (33, 33), (66, 34))
        for entry in refunded_entries(
            "r", [replace(line, amount=Money(cents))], was_registered=True, gone_before={0: Money(before)}
        )
        for posting in entry.postings
        if posting.account.startswith("vat:255")
    ]
    assert sum(vat) == vat_of(Money(100), 255).cents == 20


def booked(cents: int, vat_permille: int) -> BookedLine:
    return BookedLine(
        municipality_id=1,
        municipality="porvoo",
        amount=Money(cents),
        vat_permille=vat_permille,
        ledger_account="3300",
    )


def test_vat_is_inside_the_price() -> None:
    assert vat_of(Money(1255), 255) == Money(255)
    assert vat_of(Money(100), 0) == Money(0)
    assert vat_of(Money(60), 255) == Money(12)


def test_fixed_shares_are_owed_to_the_other_members() -> None:
    line = BookedLine(
        municipality_id=1,
        municipality="porvoo",
        amount=Money(800),
        vat_permille=0,
        ledger_account="3120",
        shares={"porvoo": 5, "sipoo": 2, "raasepori": 3},
    )
    (entry,) = registered_entries(7, [line])
    assert {posting.account: posting.amount.cents for posting in entry.postings} == {
        "income:3120": -400,
        "owed_to:raasepori": -240,
        "owed_to:sipoo": -160,
        "unregistered": 800,
    }


def test_the_accounts_say_what_was_sold_at_which_rate() -> None:
    line = BookedLine(
        municipality_id=1,
        municipality="porvoo",
        amount=Money(1255),
        vat_permille=255,
        ledger_account="3300",
        shares={"porvoo": 1, "sipoo": 1},
    )
    (entry,) = registered_entries(7, [line])
    assert {posting.account: posting.amount.cents for posting in entry.postings} == {
        "income:3300:255": -500,
        "owed_to:sipoo:255": -500,
        "unregistered": 1255,
        "vat:255:3300": -255,
    }


@pytest.mark.parametrize(
    ("account", "parts"),
    [
        (Account.income("3300", 255), AccountParts("income", "3300", 255)),
        (Account.income("3100"), AccountParts("income", "3100")),
        (Account.vat(255, "3300"), AccountParts("vat", "3300", 255)),
        (Account.vat(255), AccountParts("vat", "", 255)),
        (Account.owed_to("sipoo", 255), AccountParts("owed_to", "sipoo", 255)),
        (Account.PROVIDER, AccountParts("provider")),
        ("vat:x", AccountParts("vat", "x")),
        ("income:a:b", AccountParts("income", "a:b")),
    ],
)
def test_an_account_can_be_taken_apart(account: str, parts: AccountParts) -> None:
    assert read_account(account) == parts


def test_fee_and_payout_of_the_provider() -> None:
    fee = provider_fee_entry(municipality_id=1, key="f", fee=Money(35))
    payout = payout_entry(municipality_id=1, key="p", amount=Money(965))
    assert sums([fee, payout]) == {
        (1, Account.PROVIDER): -1000,
        (1, Account.PROVIDER_FEES): 35,
        (1, Account.BANK): 965,
    }
