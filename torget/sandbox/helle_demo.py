"""The named demo patrons of Helle: always the first nine, always with these cards and PINs."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from torget.sandbox.helle_fees import FeeBook
from torget.sandbox.population import SandboxFee, SandboxItem, SandboxPatron


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoCard:
    card_number: str
    pin: str
    about: str


SWEDISH_SPEAKER: Final = DemoCard(
    card_number="26380000000014", pin="1907", about="Swedish; fees of Porvoo, Sipoo and Raasepori on one card"
)
FINNISH_SPEAKER: Final = DemoCard(card_number="26380000000022", pin="2468", about="Finnish; two fees")
CHILD: Final = DemoCard(card_number="26380000000030", pin="3141", about="a child's card with one fee")
EXPIRED_CARD: Final = DemoCard(card_number="26380000000048", pin="4711", about="an expired card; signs in and pays")
MIXED_FEES: Final = DemoCard(
    card_number="26380000000055",
    pin="5005",
    about="a growing fee, one in collection, one without a branch, a lost item, and payable ones",
)
NO_FEES: Final = DemoCard(card_number="26380000000063", pin="6006", about="owes nothing")
SIXTY_FEES: Final = DemoCard(card_number="26380000000071", pin="7007", about="60 fees")
UNUSUAL_NAME: Final = DemoCard(
    card_number="26380000000089",
    pin="8008",
    about="a name with Latin-1 letters and emoji; fees of Hanko, Inkoo and Siuntio, paid through three providers",
)
LOAN_BAN: Final = DemoCard(
    card_number="26380000000097", pin="9009", about="a loan ban that ends when the last public-law fee is paid"
)

DEMO_CARDS: Final = (
    SWEDISH_SPEAKER,
    FINNISH_SPEAKER,
    CHILD,
    EXPIRED_CARD,
    MIXED_FEES,
    NO_FEES,
    SIXTY_FEES,
    UNUSUAL_NAME,
    LOAN_BAN,
)

GUARDIAN: Final = DemoCard(card_number="26380900000015", pin="1010", about="a guardian with one fee and two children")
SCHOOLCHILD: Final = DemoCard(
    card_number="26380900000023", pin="1111", about="the guardian's child of ten, with two fees"
)
YOUNGER_CHILD: Final = DemoCard(
    card_number="26380900000031", pin="1212", about="the guardian's child of seven, with one fee"
)

FAMILY_CARDS: Final = (GUARDIAN, SCHOOLCHILD, YOUNGER_CHILD)

NAMED_CARDS: Final = (*DEMO_CARDS, *FAMILY_CARDS)

FIRST_PATRON_ID: Final = 1001
FIRST_FAMILY_ID: Final = 900_001

Library = Mapping[str, SandboxItem]
"""An item by its title."""


def demo_patrons(today: date, book: FeeBook, items: Library) -> list[SandboxPatron]:
    fees = _fees(book, items)
    people = [
        ("Linnea", "Sandskär", "sv", "PRV/PK"),
        ("Aino", "Rantakivi", "fi", "LOV/PK"),
        ("Niilo", "Peltosaari", "fi", "SIP/SOD"),
        ("Göran", "Bergudd", "sv", "RAS/KAR"),
        ("Tuula", "Koivuniemi", "fi", "PRV/GAM"),
        ("Ebba", "Ekholmsten", "sv", "INK/PK"),
        ("Matti", "Harjunpää", "fi", "PRV/PK"),
        ("Zoë 🦊", "Åström-Ñúñez", "en", "HAN/PK"),
        ("Ragnar", "Strömgrund", "sv", "SIP/PK"),
    ]
    return [
        SandboxPatron(
            patron_id=FIRST_PATRON_ID + index,
            card_number=card.card_number,
            pin=card.pin,
            given_name=given,
            family_name=family,
            language=language,
            home_branch=home_branch,
            category="LAPSI" if card is CHILD else "HENKILO",
            expires_on=today + timedelta(days=-40 if card is EXPIRED_CARD else 900),
            email=None if card in {CHILD, NO_FEES, MIXED_FEES} else f"patron{index + 1}@example.org",
            sms_number="040 123 4567" if card is MIXED_FEES else None,
            is_child=card is CHILD,
            banned_until_paid=card is LOAN_BAN,
            fees=fees.get(card, ()),
        )
        for index, (card, (given, family, language, home_branch)) in enumerate(zip(DEMO_CARDS, people, strict=True))
    ]


def demo_family(today: date, book: FeeBook, items: Library) -> list[SandboxPatron]:
    """A guardian and a child of Porvoo, and a child of Sipoo; made after all others, who so stay as they are."""
    cycling, tents = items["Risto Räppääjä ja polkupyörävaras"], items["Pettson tältar"]
    people = [
        ("Katja", "PRV/PK", 40, (book.overdue(items["Sinuhe egyptiläinen"], "PRV/PK", 240, days_ago=11),)),
        (
            *("Eetu", "PRV/PK", 10),
            (book.overdue(cycling, "PRV/PK", 120, days_ago=9), book.unclaimed_hold(tents, "SIP/SOD", days_ago=6)),
        ),
        ("Pihla", "SIP/SOD", 7, (book.reminder(items["Heinähattu ja Vilttitossu"], "PRV/GAM", days_ago=7),)),
    ]
    return [
        SandboxPatron(
            patron_id=FIRST_FAMILY_ID + index,
            card_number=card.card_number,
            pin=card.pin,
            given_name=given,
            family_name="Koskenranta",
            language="fi",
            home_branch=home_branch,
            category="HENKILO" if card is GUARDIAN else "LAPSI",
            expires_on=today + timedelta(days=900),
            email="katja.koskenranta@example.org" if card is GUARDIAN else None,
            is_child=card is not GUARDIAN,
            born_on=today - timedelta(days=365 * age + 100),
            guarantor_ids=() if card is GUARDIAN else (FIRST_FAMILY_ID,),
            fees=fees,
        )
        for index, (card, (given, home_branch, age, fees)) in enumerate(zip(FAMILY_CARDS, people, strict=True))
    ]


def _fees(book: FeeBook, items: Library) -> dict[DemoCard, tuple[SandboxFee, ...]]:
    papa, pappan = items["Muumipappa ja meri"], items["Pappan och havet"]
    winter, summer = items["Taikatalvi"], items["Sommarboken"]
    cycle = list(items.values())
    return {
        SWEDISH_SPEAKER: (
            book.overdue(pappan, "PRV/PK", 115, days_ago=30),
            book.overdue(summer, "SIP/SOD", 255, days_ago=12),
            book.unclaimed_hold(items["Trollvinter"], "RAS/KAR", days_ago=8),
            book.reminder(pappan, "PRV/PK", days_ago=33),
        ),
        FINNISH_SPEAKER: (
            book.overdue(papa, "LOV/PK", 435, days_ago=25),
            book.unclaimed_hold(winter, "LOV/PK", days_ago=4),
        ),
        CHILD: (book.overdue(items["Tatu ja Patu Helsingissä"], "SIP/SOD", 60, days_ago=10),),
        EXPIRED_CARD: (book.overdue(items["Tjärdalen"], "RAS/KAR", 460, days_ago=50, paid_cents=100),),
        MIXED_FEES: (
            book.growing(winter, "PRV/GAM", days_late=7),
            book.in_collection("PRV/GAM", 3890),
            book.overdue(items["Rautatie"], None, 150, days_ago=400),
            book.lost(items["Saariston linnut"], "PRV/PK", 2490),
            book.processing(items["Saariston linnut"], "PRV/PK"),
            book.overdue(items["Kalevala"], "PRV/GAM", 240, days_ago=18),
            book.copies("PRV/PK", 60),
        ),
        SIXTY_FEES: tuple(
            book.overdue(cycle[number % len(cycle)], "PRV/PK", 20 * (1 + number % 9), days_ago=10 + number)
            for number in range(60)
        ),
        UNUSUAL_NAME: (
            book.new_card("HAN/PK"),
            book.prints("HAN/PK", 80),
            book.copies("INK/PK", 120),
            book.copies("SIU/PK", 90),
        ),
        LOAN_BAN: (book.overdue(items["Fältskärns berättelser"], "SIP/PK", 510, days_ago=90),),
    }
