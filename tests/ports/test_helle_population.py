"""Helle's invented population is large, of every kind, and the same each time."""

from collections import Counter
from datetime import date

import pytest

from torget.sandbox.helle import card_number, helle_population
from torget.sandbox.helle_demo import (
    CHILD,
    DEMO_CARDS,
    EXPIRED_CARD,
    FINNISH_SPEAKER,
    LOAN_BAN,
    MIXED_FEES,
    NO_FEES,
    SIXTY_FEES,
    SWEDISH_SPEAKER,
    UNUSUAL_NAME,
)
from torget.sandbox.helle_newcomer import newcomer_population
from torget.sandbox.population import SandboxPopulation

TODAY = date(2026, 11, 24)


@pytest.fixture(scope="module")
def helle() -> SandboxPopulation:
    return helle_population(today=TODAY)


def test_is_the_same_for_the_same_day_and_seed(helle: SandboxPopulation) -> None:
    assert helle_population(today=TODAY) == helle
    assert helle_population(today=TODAY, seed=1) != helle


def test_numbers_are_never_shared(helle: SandboxPopulation) -> None:
    # The sandbox loads the newcomer beside them.
    patrons = [*helle.patrons, *newcomer_population(TODAY).patrons]
    for numbers in (
        [fee.fee_id for patron in patrons for fee in patron.fees],
        [patron.card_number for patron in patrons],
        [patron.patron_id for patron in patrons],
        [item.item_id for item in helle.items],
        [item.barcode for item in helle.items],
    ):
        assert len(set(numbers)) == len(numbers)


def test_cards_and_pins_look_like_the_real_ones(helle: SandboxPopulation) -> None:
    assert card_number(1) == "26380000000014"
    for patron in helle.patrons:
        assert len(patron.card_number) == 14
        digits = [int(digit) for digit in patron.card_number]
        doubled = [sum(divmod(digit * 2, 10)) if index % 2 == 0 else digit for index, digit in enumerate(digits)]
        assert sum(doubled) % 10 == 0
        assert len(patron.pin) == 4
        assert patron.pin.isdigit()


def test_every_municipality_branch_language_and_class_of_fee_is_there(helle: SandboxPopulation) -> None:
    assert len(helle.patrons) >= 2000
    municipalities = Counter(branch.split("/")[0] for branch in helle.branches)
    assert set(municipalities) == {"ASK", "HAN", "INK", "LAP", "LOV", "MYR", "PNK", "PRV", "PUK", "RAS", "SIP", "SIU"}
    assert all(2 <= count <= 4 for count in municipalities.values())
    assert {patron.home_branch for patron in helle.patrons} == set(helle.branches)
    assert {item.home_branch for item in helle.items} <= set(helle.branches)
    languages = Counter(patron.language for patron in helle.patrons)
    assert languages["sv"] > 500
    assert languages["fi"] > 1000
    fees = [fee for patron in helle.patrons for fee in patron.fees]
    assert {fee.kind for fee in fees} == {
        "OVERDUE",
        "RESERVE_EXPIRED",
        "LOST",
        "PROCESSING",
        "NEW_CARD",
        "MANUAL",
        "REMINDER",
        "COPIES",
        "PRINTS",
        "ILL",
        "COLLECTION",
    }
    assert {115, 255, 435} <= {fee.outstanding_cents for fee in fees}
    assert any(fee.branch is None for fee in fees)
    assert {fee.branch for fee in fees if fee.branch} <= set(helle.branches)
    known_items = {item.item_id for item in helle.items}
    assert {fee.item_id for fee in fees if fee.item_id is not None} <= known_items


def test_a_fee_is_owed_and_a_growing_one_is_not_returned(helle: SandboxPopulation) -> None:
    for fee in (fee for patron in helle.patrons for fee in patron.fees):
        assert 0 < fee.outstanding_cents <= fee.charged_cents
        assert fee.incurred_on <= TODAY
        if fee.is_growing:
            assert fee.returned_on is None
            assert fee.due_date is not None
            assert fee.due_date < TODAY


def test_the_demo_patrons(helle: SandboxPopulation) -> None:
    by_card = {card: helle.patron(card.card_number) for card in DEMO_CARDS}
    assert [by_card[card].pin for card in DEMO_CARDS] == [card.pin for card in DEMO_CARDS]
    assert list(by_card.values()) == list(helle.patrons[: len(DEMO_CARDS)])
    swedish = by_card[SWEDISH_SPEAKER]
    assert swedish.language == "sv"
    assert {fee.branch.split("/")[0] for fee in swedish.fees if fee.branch} == {"PRV", "SIP", "RAS"}
    assert {115, 255} <= {fee.outstanding_cents for fee in swedish.fees}
    assert (by_card[FINNISH_SPEAKER].language, len(by_card[FINNISH_SPEAKER].fees)) == ("fi", 2)
    assert by_card[CHILD].is_child
    assert by_card[EXPIRED_CARD].expires_on < TODAY
    mixed = by_card[MIXED_FEES].fees
    assert any(fee.is_growing for fee in mixed)
    assert any(fee.branch is None for fee in mixed)
    assert {"COLLECTION", "LOST"} <= {fee.kind for fee in mixed}
    assert by_card[NO_FEES].fees == ()
    assert len(by_card[SIXTY_FEES].fees) == 60
    assert not by_card[UNUSUAL_NAME].given_name.isascii()
    assert by_card[LOAN_BAN].banned_until_paid
    assert [fee.kind for fee in by_card[LOAN_BAN].fees] == ["OVERDUE"]
