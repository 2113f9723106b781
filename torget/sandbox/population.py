"""Invented patrons, items and fees: pure data that any library sandbox can be filled with."""

from dataclasses import dataclass, field
from datetime import date


@dataclass(frozen=True, slots=True, kw_only=True)
class SandboxItem:
    item_id: int
    title: str
    home_branch: str
    barcode: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SandboxFee:
    """One debit as the library system holds it; `fee_id` is unique over all patrons."""

    fee_id: int
    kind: str
    charged_cents: int
    outstanding_cents: int
    description: str
    incurred_on: date
    branch: str | None
    """None: the system kept no branch for the fee, as Koha did for overdue fees until 2025."""
    item_id: int | None = None
    status: str | None = None
    """UNRETURNED while the fee still grows, RETURNED or None when it is frozen."""
    due_date: date | None = None
    returned_on: date | None = None

    @property
    def is_growing(self) -> bool:
        return self.status == "UNRETURNED"


@dataclass(frozen=True, slots=True, kw_only=True)
class SandboxPatron:
    patron_id: int
    card_number: str
    pin: str
    given_name: str
    family_name: str
    language: str
    """'fi', 'sv' or 'en'."""
    home_branch: str
    category: str
    expires_on: date
    email: str | None = None
    sms_number: str | None = None
    is_child: bool = False
    banned_until_paid: bool = False
    """A loan ban that ends by itself when nothing is owed any more (library act 1492/2016, section 15)."""
    has_expired_password: bool = False
    born_on: date | None = None
    guarantor_ids: tuple[int, ...] = ()
    """The patrons who answer for this one."""
    shows_fees_to_guarantors: bool = False
    fees: tuple[SandboxFee, ...] = ()

    @property
    def outstanding_cents(self) -> int:
        return sum(fee.outstanding_cents for fee in self.fees)


@dataclass(frozen=True, slots=True, kw_only=True)
class SandboxPopulation:
    patrons: tuple[SandboxPatron, ...]
    items: tuple[SandboxItem, ...]
    branches: dict[str, str] = field(default_factory=dict)
    """Branch code to name."""

    def patron(self, card_number: str) -> SandboxPatron:
        return next(patron for patron in self.patrons if patron.card_number == card_number)
