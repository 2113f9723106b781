"""Start a checkout: save what the patron is about to pay, before anyone is asked for anything."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.db import IntegrityError, connection

from torget.foundation.core.money import Money
from torget.foundation.core.opaque import opaque_token, opaque_uuid
from torget.foundation.core.reference_number import reference_number
from torget.payments.checkout.merchants import Merchant
from torget.payments.core.fees import AssessedFee
from torget.payments.core.ports import PatronIdentity
from torget.payments.core.schedule import CREATED_EXPIRES, UNPAID_EXPIRES


class FeesChanged(Exception):
    """A chosen fee is gone, has another amount, or cannot be paid any more; the patron must see the list again."""


class FeeInAnotherPayment(Exception):
    """A chosen fee is held by a payment that is under way."""


class NothingChosen(Exception):
    """No fee was chosen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChosenOnCard:
    """What is to be paid of one card; each library system is told of its own."""

    library_system: str
    patron: PatronIdentity
    fees: Sequence[AssessedFee]
    is_anothers: bool = False
    """The payer only answers for it, so the receipt names it even if it is the only one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StartedCheckout:
    token: str
    payment_ids: tuple[int, ...]


def choose_fees(assessed: Sequence[AssessedFee], expected: Mapping[str, Money]) -> list[AssessedFee]:
    """The fees the patron chose, if each still stands exactly as the patron saw it.

    `expected`: amount by fee reference, as the page showed it. Raise NothingChosen or FeesChanged.
    """
    if not expected:
        raise NothingChosen
    by_reference = {one.fee.reference: one for one in assessed}
    chosen = []
    for reference, amount in expected.items():
        found = by_reference.get(reference)
        if found is None or not found.is_payable or found.fee.outstanding != amount:
            raise FeesChanged
        chosen.append(found)
    return chosen


def _merchant_of(one: AssessedFee, merchants: Mapping[str, Merchant]) -> Merchant:
    if one.payee is None:
        raise FeesChanged
    return merchants[one.payee.municipality]


def merchants_of(fees: Iterable[AssessedFee], merchants: Mapping[str, Merchant]) -> list[Merchant]:
    """One for each merchant account, in the order of the fees; an aggregate takes all its payees at once."""
    found: dict[int, Merchant] = {}
    for one in fees:
        merchant = _merchant_of(one, merchants)
        found.setdefault(merchant.merchant_account_id, merchant)
    return list(found.values())


def _of_account(card: ChosenOnCard, account_id: int, merchants: Mapping[str, Merchant]) -> ChosenOnCard | None:
    fees = [one for one in card.fees if _merchant_of(one, merchants).merchant_account_id == account_id]
    return replace(card, fees=fees) if fees else None


def _lines(cards: Sequence[ChosenOnCard], merchants: Mapping[str, Merchant]) -> list[dict[str, object]]:
    pairs = [(card, one) for card in cards for one in card.fees]
    names_card = len(cards) > 1 or cards[0].is_anothers
    return [
        _line(position, card, one, merchants) | {"card_number": card.patron.card_number if names_card else ""}
        for position, (card, one) in enumerate(pairs, 1)
    ]


def _line(position: int, card: ChosenOnCard, one: AssessedFee, merchants: Mapping[str, Merchant]) -> dict[str, object]:
    if one.payee is None or one.fee_type is None:
        raise FeesChanged
    fee = one.fee
    return {
        "position": position,
        "library_system": card.library_system,
        "patron_reference": card.patron.reference,
        "fee_reference": fee.reference,
        "fee_kind": fee.kind,
        "payee_id": merchants[one.payee.municipality].municipality_id,
        "payee_source": one.payee.source,
        "payee_shares": dict(one.payee.shares),
        "amount_cents": fee.outstanding.cents,
        "vat_permille": one.fee_type.vat_permille,
        "ledger_account": one.fee_type.ledger_account,
        "product_code": one.fee_type.product_code,
        "title": (fee.title or "")[:300],
        "due_date": fee.due_date.isoformat() if fee.due_date else None,
        "returned_on": fee.returned_on.isoformat() if fee.returned_on else None,
    }


def _owner_id(merchant: Merchant, fees: Sequence[AssessedFee], merchants: Mapping[str, Merchant]) -> int:
    """Whose work list the payment falls on: the payee's own; the account owner's when there are several payees."""
    payees = {merchants[one.payee.municipality].municipality_id for one in fees if one.payee}
    return payees.pop() if len(payees) == 1 else merchant.owner_id


def _next_references(count: int) -> list[str]:
    """Bank reference numbers from a sequence; the check digit makes each a valid viite."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('checkout_reference') FROM generate_series(1, %s)", [count])
        return [reference_number(row[0]) for row in cursor.fetchall()]


def start_checkout(
    *,
    library_system: str,
    patron_id: int,
    patron: PatronIdentity,
    chosen: Sequence[AssessedFee],
    merchants: Mapping[str, Merchant],
    language: str,
    email: str,
    now: datetime,
) -> StartedCheckout:
    """The checkout of one card; see start_checkout_of_cards."""
    return start_checkout_of_cards(
        patron_id=patron_id,
        cards=[ChosenOnCard(library_system=library_system, patron=patron, fees=chosen)],
        merchants=merchants,
        language=language,
        email=email,
        now=now,
    )


def start_checkout_of_cards(
    *,
    patron_id: int,
    cards: Sequence[ChosenOnCard],
    merchants: Mapping[str, Merchant],
    language: str,
    email: str,
    now: datetime,
) -> StartedCheckout:
    """Save the checkout with one payment per merchant account, in one commit.

    Raise FeeInAnotherPayment when any of the fees is held by an open payment; then nothing is saved.
    """
    accounts = merchants_of((one for card in cards for one in card.fees), merchants)
    groups = [
        (merchant, [own for card in cards if (own := _of_account(card, merchant.merchant_account_id, merchants))])
        for merchant in accounts
    ]
    references = _next_references(len(groups))
    token = opaque_token()
    saved = {
        "token": token,
        "patron_id": patron_id,
        "language": language,
        "email": email,
        "had_loan_ban": any(card.patron.loan_ban for card in cards),
        "payments": [
            {
                "token": str(opaque_uuid()),
                "position": position,
                "library_system": of[0].library_system,
                "patron_reference": of[0].patron.reference,
                "card_number": of[0].patron.card_number,
                "municipality_id": _owner_id(merchant, [one for card in of for one in card.fees], merchants),
                "merchant_account_id": merchant.merchant_account_id,
                "reference": references[position - 1],
                "amount_cents": sum(one.fee.outstanding.cents for card in of for one in card.fees),
                # The patron comes to the later payments only after paying the earlier ones.
                "next_at": (now + (CREATED_EXPIRES if position == 1 else UNPAID_EXPIRES)).isoformat(),
                "lines": _lines(of, merchants),
            }
            for position, (merchant, of) in enumerate(groups, 1)
        ],
    }
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT checkout_start(%s::jsonb, %s)", [json.dumps(saved), now])
            payment_ids = tuple(cursor.fetchone()[0])
    except IntegrityError as error:
        if "fee_in_one_open_payment" in str(error):
            raise FeeInAnotherPayment from error
        raise
    return StartedCheckout(token=token, payment_ids=payment_ids)
