"""The shapes that go over the wire. Amounts are whole cents, times are RFC 3339, identifiers are opaque."""

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from ninja import Schema as NinjaSchema
from pydantic import BeforeValidator, ConfigDict, Field, StringConstraints

from torget.foundation.core.languages import Language
from torget.payments.api.v1.words import CheckoutWord, PaymentWord, RefundWord
from torget.payments.core.fees import NotPayable
from torget.payments.core.refunding import FeeAfterwards, RefundCategory

# No control characters: PostgreSQL takes no NUL, and no name of anything here has one.
PRINTABLE = r"^[^\x00-\x1f\x7f]+$"
EMAIL = r"^[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63}){1,3}$"
KEY = r"^[\x21-\x7e]+$"


def _whole(value: Any) -> Any:
    """In JSON, 115.0 is the integer 115; a text or a truth value is none."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


Cents = Annotated[int, Field(strict=True, ge=1, le=100_000_000), BeforeValidator(_whole)]
CardNumber = Annotated[str, StringConstraints(min_length=1, max_length=40, pattern=r"^[0-9A-Za-z][0-9A-Za-z -]*$")]
Reference = Annotated[str, StringConstraints(min_length=1, max_length=60, pattern=PRINTABLE)]
Email = Annotated[str, StringConstraints(max_length=254, pattern=EMAIL)]
Url = Annotated[str, StringConstraints(min_length=8, max_length=500, pattern=r"^https?://[\x21-\x7e]+$")]


class Schema(NinjaSchema):
    """What stands below a field is its description for whoever reads the interface."""

    model_config = ConfigDict(use_attribute_docstrings=True)


class Texts(Schema):
    """One text in the three languages."""

    sv: str
    fi: str
    en: str


class Strict(Schema):
    """A request: what it does not know, it refuses, so that a misspelt field is noticed."""

    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)


class MunicipalityOut(Schema):
    slug: str
    names: Texts


class ClientOut(Schema):
    """Who the key belongs to, and what it may do."""

    name: str
    scopes: list[str]
    municipalities: list[MunicipalityOut]
    requests_per_minute: int


class CardIn(Strict):
    card_number: CardNumber
    library_system: Annotated[str, StringConstraints(max_length=30, pattern=r"^[a-z0-9_-]*$")] = ""
    """Only where there are several; see the installation."""


class HandOffIn(CardIn):
    language: Language = Language.FINNISH


class HandOffOut(Schema):
    url: str
    """Send the patron's browser there; it signs in once. Nobody else may see it."""
    expires_at: datetime


class FeeOut(Schema):
    reference: str
    kind: str
    """The library system's own code of the kind of fee."""
    names: Texts | None
    payee: MunicipalityOut | None
    amount_cents: int
    """What is owed now."""
    charged_cents: int
    is_payable: bool
    not_payable: NotPayable | None
    """Why not, as a code; its words are in docs/how-to/use-the-api.md."""
    not_payable_texts: Texts | None
    """The municipality's own words, where it has some."""
    incurred_on: date | None
    due_date: date | None
    returned_on: date | None
    checkout_id: str | None
    """Your own checkout that holds the fee."""


class FeesOut(Schema):
    fees: list[FeeOut]
    payable_cents: int
    must_pay_all: bool
    """The library system settles what it likes: all that is payable is paid together, or nothing."""


class ChosenFee(Strict):
    reference: Reference
    amount_cents: Cents
    """As you showed it to the patron; if it has changed meanwhile, nothing is started."""


class CheckoutIn(CardIn):
    fees: Annotated[list[ChosenFee], Field(min_length=1, max_length=200)]
    language: Language = Language.FINNISH
    email: Email | None = None
    """For the receipt."""
    return_url: Url | None = None
    """Where Torget's page leads back to; its origin must be one of your client's."""


class LineOut(Schema):
    position: int
    fee_reference: str
    kind: str
    payee: str
    """Slug of the municipality whose money it is."""
    amount_cents: int
    refunded_cents: int
    outcome: str
    """'booked' in the library system, 'give_back', or empty until known."""


class PaymentOut(Schema):
    id: UUID
    checkout_id: str
    reference: str
    """Bank reference number; also the number of the receipt."""
    state: PaymentWord
    amount_cents: int
    refunded_cents: int
    currency: str
    method: str
    created_at: datetime
    paid_at: datetime | None
    registered_at: datetime | None
    lines: list[LineOut]


class CheckoutOut(Schema):
    id: str
    page_url: str
    """Torget's own page of it: send the patron's browser there."""
    state: CheckoutWord
    amount_cents: int
    language: Language
    created_at: datetime
    payments: list[PaymentOut]
    """One for each merchant account, to be paid one after the other."""


class PageUrl(Schema):
    payment_id: UUID
    url: str
    """The provider's own page; a browser that goes there comes back to Torget's page."""


class ManyCheckouts(Schema):
    items: list[CheckoutOut]
    next: str | None
    """Give it as `cursor` for those before; null at the end."""


class ManyPayments(Schema):
    items: list[PaymentOut]
    next: str | None


class VatOut(Schema):
    permille: int
    net_cents: int
    vat_cents: int
    gross_cents: int


class ReceiptLineOut(Schema):
    name: str
    amount_cents: int
    refunded_cents: int
    vat_permille: int


class ReceiptPayeeOut(Schema):
    name: str
    business_id: str
    contact_email: str
    contact_phone: str
    lines: list[ReceiptLineOut]
    subtotal_cents: int


class ReceiptOut(Schema):
    """Without titles and card number: what somebody borrowed is nobody else's to know."""

    number: str
    issuer: str
    issued_at: datetime
    paid_at: datetime
    state: str
    total_cents: int
    refunded_cents: int
    method: str
    payees: list[ReceiptPayeeOut]
    vat: list[VatOut]
    page_url: str


class RefundPart(Strict):
    position: Annotated[int, Field(strict=True, ge=1, le=1000), BeforeValidator(_whole)]
    amount_cents: Cents


class RefundIn(Strict):
    lines: Annotated[list[RefundPart], Field(min_length=1, max_length=200)] | None = None
    """By position of the payment's lines; left out, it is all that is left."""
    category: RefundCategory
    reason: Annotated[
        str,
        StringConstraints(
            min_length=1, max_length=500, pattern=r"^[^\x00-\x1f\x7f]*[^\s\x00-\x1f\x7f][^\x00-\x1f\x7f]*$"
        ),
    ]
    """For the books and the audit; nothing about the person."""
    fee: FeeAfterwards = FeeAfterwards.STAYS_PAID
    email: Email | None = None


class RefundLineOut(Schema):
    position: int
    amount_cents: int


class RefundOut(Schema):
    id: UUID
    payment_id: UUID
    state: RefundWord
    amount_cents: int
    lines: list[RefundLineOut]
    category: str
    created_at: datetime
    expires_at: datetime | None
    """Until when somebody must have agreed, if it waits for that."""
    finished_at: datetime | None


class Refunds(Schema):
    items: list[RefundOut]


class WrongPlace(Schema):
    where: str
    says: str


class ProblemOut(Schema):
    """RFC 9457, problem details."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    errors: list[WrongPlace] | None = None
    scope: str | None = None


def texts(values: Any) -> Texts:
    return Texts(sv=values["sv"], fi=values["fi"], en=values["en"])
