"""A library that has just joined Helle's Koha, of a municipality that Torget does not know yet, and its patron."""

from datetime import date, timedelta
from typing import Final

from torget.sandbox.helle_demo import DemoCard
from torget.sandbox.helle_fees import FeeBook
from torget.sandbox.population import SandboxPatron, SandboxPopulation

NEWCOMER: Final = DemoCard(
    card_number="26380000900015", pin="1010", about="two fees of a municipality that is not in Torget yet"
)
_BRANCH: Final = "KAU/PK"
_FIRST_ID: Final = 950_001


def newcomer_population(today: date) -> SandboxPopulation:
    book = FeeBook(today, first_id=_FIRST_ID)
    patron = SandboxPatron(
        patron_id=_FIRST_ID,
        card_number=NEWCOMER.card_number,
        pin=NEWCOMER.pin,
        given_name="Ylva",
        family_name="Granbacka",
        language="sv",
        home_branch=_BRANCH,
        category="HENKILO",
        expires_on=today + timedelta(days=900),
        fees=(book.copies(_BRANCH, 120), book.new_card(_BRANCH)),
    )
    return SandboxPopulation(patrons=(patron,), items=(), branches={_BRANCH: "Kauniaisten kirjasto"})
