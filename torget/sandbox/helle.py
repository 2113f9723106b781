"""Helle's invented population: the named demo patrons first, then as many others as are asked for, then a family.

The same seed, count and day give the same population, so that a failing run can be repeated.
"""

import random
from datetime import UTC, date, datetime, timedelta
from typing import Final

from torget.sandbox.helle_demo import DEMO_CARDS, FIRST_PATRON_ID, demo_family, demo_patrons
from torget.sandbox.helle_fees import FeeBook, random_fee
from torget.sandbox.helle_words import (
    BRANCHES,
    FINNISH_FAMILY,
    FINNISH_GIVEN,
    FINNISH_TITLES,
    MUNICIPALITIES,
    SWEDISH_FAMILY,
    SWEDISH_GIVEN,
    SWEDISH_TITLES,
)
from torget.sandbox.population import SandboxFee, SandboxItem, SandboxPatron, SandboxPopulation

_CARD_PREFIX: Final = "26380"
_FIRST_ITEM_ID: Final = 20_001
_COPIES_PER_TITLE: Final = 12

# The first copy of what the demo patrons have borrowed belongs where they borrowed it.
_FIRST_COPY_HOMES: Final = {
    "Pappan och havet": "PRV/PK",
    "Sommarboken": "SIP/SOD",
    "Trollvinter": "RAS/KAR",
    "Muumipappa ja meri": "LOV/PK",
    "Taikatalvi": "LOV/PK",
    "Rautatie": "PRV/GAM",
    "Saariston linnut": "PRV/PK",
    "Kalevala": "PRV/GAM",
}


def helle_population(*, today: date | None = None, seed: int = 2021, patron_count: int = 2400) -> SandboxPopulation:
    today = today or datetime.now(UTC).date()
    dice = random.Random(seed)
    items = _items(dice)
    first_copies = {item.title: item for item in reversed(items)}
    book = FeeBook(today)
    patrons = demo_patrons(today, book, first_copies)
    patrons += [
        _patron(index, dice, today=today, book=book, items=items) for index in range(len(DEMO_CARDS), patron_count)
    ]
    patrons += demo_family(today, book, first_copies)
    return SandboxPopulation(patrons=tuple(patrons), items=tuple(items), branches=dict(BRANCHES))


def card_number(serial: int) -> str:
    """Fourteen digits, the last a check digit by Luhn's rule, as on the barcode of a library card."""
    digits = f"{_CARD_PREFIX}{serial:08d}"
    weighed = sum(sum(divmod(int(digit) * (2 - index % 2), 10)) for index, digit in enumerate(digits))
    return f"{digits}{-weighed % 10}"


def _items(dice: random.Random) -> list[SandboxItem]:
    titles = [*FINNISH_TITLES, *SWEDISH_TITLES] * _COPIES_PER_TITLE
    title_count = len(titles) // _COPIES_PER_TITLE
    return [
        SandboxItem(
            item_id=_FIRST_ITEM_ID + index,
            title=title,
            home_branch=_home(title if index < title_count else "", dice.choice(list(BRANCHES))),
            barcode=f"46380{index:09d}",
        )
        for index, title in enumerate(titles)
    ]


def _home(first_copy_of: str, otherwise: str) -> str:
    return _FIRST_COPY_HOMES.get(first_copy_of, otherwise)


def _patron(index: int, dice: random.Random, *, today: date, book: FeeBook, items: list[SandboxItem]) -> SandboxPatron:
    municipality = dice.choices(list(MUNICIPALITIES), [share for share, _ in MUNICIPALITIES.values()])[0]
    speaks_swedish = dice.randrange(100) < MUNICIPALITIES[municipality][1]
    given, family = (SWEDISH_GIVEN, SWEDISH_FAMILY) if speaks_swedish else (FINNISH_GIVEN, FINNISH_FAMILY)
    is_child = dice.random() < 0.15
    home_branch = dice.choice([branch for branch in BRANCHES if branch.startswith(f"{municipality}/")])
    return SandboxPatron(
        patron_id=FIRST_PATRON_ID + index,
        card_number=card_number(index + 1),
        pin=f"{dice.randrange(10_000):04d}",
        given_name=dice.choice(given),
        family_name=dice.choice(family),
        language="sv" if speaks_swedish else "fi",
        home_branch=home_branch,
        category="LAPSI" if is_child else "HENKILO",
        expires_on=today + timedelta(days=dice.randint(-60, 1000)),
        email=None if is_child or dice.random() < 0.3 else f"patron{index + 1}@example.org",
        is_child=is_child,
        fees=_fees(dice, home_branch=home_branch, book=book, items=items),
    )


def _fees(dice: random.Random, *, home_branch: str, book: FeeBook, items: list[SandboxItem]) -> tuple[SandboxFee, ...]:
    """Two patrons of five owe nothing; a fee arises mostly at home, now and then elsewhere, and one in ten nowhere."""
    count = dice.choices((0, 1, 2, 3, 5, 8), (40, 28, 15, 9, 6, 2))[0]
    fees = []
    for _ in range(count):
        branch = home_branch if dice.random() < 0.75 else dice.choice(list(BRANCHES))
        fees.append(random_fee(book, dice, dice.choice(items), None if dice.random() < 0.1 else branch))
    return tuple(fees)
