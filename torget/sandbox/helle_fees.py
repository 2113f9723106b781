"""The classes of fees that Helle's libraries charge, and how one of each comes about."""

import random
from collections.abc import Callable
from datetime import date, timedelta
from typing import Final

from torget.sandbox.population import SandboxFee, SandboxItem

FIRST_FEE_ID: Final = 500_001

# Cents a day; 0.15 until 2024, 0.20 from 2025. Old debts keep their odd sums such as 1.15, 2.55 and 4.35.
OVERDUE_CENTS: Final = (15, 45, 75, 115, 120, 150, 180, 200, 240, 255, 300, 360, 400, 435, 460, 510, 600)


class FeeBook:
    """Hands out fees with numbers that are unique over the whole population."""

    def __init__(self, today: date, *, first_id: int = FIRST_FEE_ID) -> None:
        self._today = today
        self._next_id = first_id

    def _fee(
        self,
        kind: str,
        cents: int,
        description: str,
        *,
        branch: str | None,
        days_ago: int = 0,
        paid_cents: int = 0,
        item: SandboxItem | None = None,
        status: str | None = None,
        due: date | None = None,
        returned: date | None = None,
    ) -> SandboxFee:
        fee_id = self._next_id
        self._next_id += 1
        return SandboxFee(
            fee_id=fee_id,
            kind=kind,
            charged_cents=cents,
            outstanding_cents=cents - paid_cents,
            description=description,
            incurred_on=self._today - timedelta(days=days_ago),
            branch=branch,
            item_id=item.item_id if item else None,
            status=status,
            due_date=due,
            returned_on=returned,
        )

    def overdue(
        self, item: SandboxItem, branch: str | None, cents: int, *, days_ago: int = 20, paid_cents: int = 0
    ) -> SandboxFee:
        """Returned late, so the fee is frozen."""
        returned = self._today - timedelta(days=days_ago)
        due = returned - timedelta(days=max(1, cents // 20))
        return self._fee(
            "OVERDUE",
            cents,
            f"{item.title} {due:%d.%m.%Y} 23:59",
            branch=branch,
            days_ago=days_ago,
            paid_cents=paid_cents,
            item=item,
            status="RETURNED",
            due=due,
            returned=returned,
        )

    def growing(self, item: SandboxItem, branch: str | None, *, days_late: int) -> SandboxFee:
        """Still on loan: twenty cents more every night."""
        due = self._today - timedelta(days=days_late)
        return self._fee(
            "OVERDUE",
            20 * days_late,
            f"{item.title} {due:%d.%m.%Y} 23:59",
            branch=branch,
            item=item,
            status="UNRETURNED",
            due=due,
        )

    def reminder(self, item: SandboxItem, branch: str | None, *, days_ago: int = 15) -> SandboxFee:
        return self._fee(
            "REMINDER", 100, "Muistutusmaksu / Påminnelseavgift", branch=branch, days_ago=days_ago, item=item
        )

    def unclaimed_hold(
        self, item: SandboxItem, branch: str | None, *, days_ago: int = 9, cents: int = 150
    ) -> SandboxFee:
        text = f"Noutamaton varaus / Oavhämtad reservering: {item.title}"
        return self._fee("RESERVE_EXPIRED", cents, text, branch=branch, days_ago=days_ago, item=item)

    def lost(self, item: SandboxItem, branch: str | None, cents: int, *, days_ago: int = 60) -> SandboxFee:
        due = self._today - timedelta(days=days_ago + 30)
        text = f"Korvaushinta / Ersättning: {item.title}"
        return self._fee("LOST", cents, text, branch=branch, days_ago=days_ago, item=item, due=due)

    def processing(self, item: SandboxItem, branch: str | None, *, days_ago: int = 60) -> SandboxFee:
        text = f"Käsittelymaksu / Behandlingsavgift: {item.title}"
        return self._fee("PROCESSING", 500, text, branch=branch, days_ago=days_ago, item=item)

    def new_card(self, branch: str | None, *, days_ago: int = 100) -> SandboxFee:
        return self._fee("NEW_CARD", 300, "Uusi kortti / Nytt kort", branch=branch, days_ago=days_ago)

    def manual(self, branch: str | None, cents: int, *, days_ago: int = 40) -> SandboxFee:
        return self._fee("MANUAL", cents, "Vaurioitunut kotelo / Skadat fodral", branch=branch, days_ago=days_ago)

    def copies(self, branch: str | None, cents: int, *, days_ago: int = 5) -> SandboxFee:
        return self._fee("COPIES", cents, "Kopiot / Kopior", branch=branch, days_ago=days_ago)

    def prints(self, branch: str | None, cents: int, *, days_ago: int = 3) -> SandboxFee:
        return self._fee("PRINTS", cents, "Tulosteet / Utskrifter", branch=branch, days_ago=days_ago)

    def interlibrary_loan(self, branch: str | None, *, days_ago: int = 30) -> SandboxFee:
        return self._fee("ILL", 800, "Kaukolaina / Fjärrlån", branch=branch, days_ago=days_ago)

    def in_collection(self, branch: str | None, cents: int, *, days_ago: int = 200) -> SandboxFee:
        moved = self._today - timedelta(days=days_ago - 90)
        text = f"Siirretty perintään / Överförd till indrivning {moved:%d.%m.%Y}"
        return self._fee("COLLECTION", cents, text, branch=branch, days_ago=days_ago)


def random_fee(book: FeeBook, dice: random.Random, item: SandboxItem, branch: str | None) -> SandboxFee:
    """One fee of any class, in roughly the proportions that a library sees."""
    days_ago = dice.randint(1, 700)
    makers: list[tuple[int, Callable[[], SandboxFee]]] = [
        (50, lambda: book.overdue(item, branch, dice.choice(OVERDUE_CENTS), days_ago=days_ago)),
        (12, lambda: book.growing(item, branch, days_late=dice.randint(1, 40))),
        (14, lambda: book.unclaimed_hold(item, branch, days_ago=days_ago, cents=dice.choice((100, 150)))),
        (6, lambda: book.reminder(item, branch, days_ago=days_ago)),
        (5, lambda: book.lost(item, branch, dice.choice((1500, 2000, 2490, 3000)), days_ago=days_ago)),
        (2, lambda: book.processing(item, branch, days_ago=days_ago)),
        (4, lambda: book.new_card(branch, days_ago=days_ago)),
        (2, lambda: book.manual(branch, dice.choice((200, 350, 1000)), days_ago=days_ago)),
        (2, lambda: book.copies(branch, dice.choice((30, 60, 120)), days_ago=days_ago)),
        (2, lambda: book.prints(branch, dice.choice((40, 80, 200)), days_ago=days_ago)),
        (1, lambda: book.interlibrary_loan(branch, days_ago=days_ago)),
        (2, lambda: book.in_collection(branch, dice.choice((1250, 3890)), days_ago=200 + days_ago)),
    ]
    weights = [weight for weight, _ in makers]
    return dice.choices([make for _, make in makers], weights)[0]()
