"""How long a practised person needs for what a journey does: the keystroke-level model (Card, Moran and Newell, 1983).

Each click is a moment of thought, a movement of the mouse and a press; each text is typed letter by letter; what must
be read is read at 238 words a minute (Brysbaert, 2019); the program's own time is taken from the clock. Signing in is
not counted: they are at work.
"""

import time
from dataclasses import dataclass, field

from playwright.sync_api import Locator

from tests.journeys.visitor import Visitor

THINK, POINT, PRESS, KEY, TO_THE_KEYS = 1.35, 1.10, 0.20, 0.28, 0.40
WORDS_A_SECOND = 238 / 60


@dataclass
class HumanTime:
    visitor: Visitor
    seconds: float = 0.0
    said: list[str] = field(default_factory=list)

    def _took(self, what: str, seconds: float) -> None:
        self.seconds += seconds
        self.said.append(f"{what}: {seconds:.1f} s")

    def reads(self, what: str, *places: Locator) -> None:
        words = sum(len(place.inner_text().split()) for place in places)
        self._took(f"reads {what}, {words} words", words / WORDS_A_SECOND)

    def clicks(self, what: str, place: Locator) -> None:
        began = time.monotonic()
        place.click()
        self.visitor.page.wait_for_load_state()
        self._took(f"clicks {what}", THINK + POINT + PRESS + time.monotonic() - began)

    def types(self, what: str, place: Locator, text: str) -> None:
        place.fill(text)
        self._took(f"types {what}", THINK + POINT + PRESS + 2 * TO_THE_KEYS + KEY * len(text))
