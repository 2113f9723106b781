"""Creating a payment and asking how it stands."""

import json
import sqlite3
from typing import Any

from torget.sandbox.paytrail.answers import Answer, Refusal
from torget.sandbox.paytrail.checking import check_payment, read_object
from torget.sandbox.paytrail.merchants import Merchant, bank_reference
from torget.sandbox.paytrail.state import State
from torget.sandbox.providers.clock import as_text, local


def create_payment(state: State, merchant: Merchant, content: bytes, *, base_url: str) -> Answer:
    """`POST /payments`: a repeated stamp, of the payment or of an item, is refused."""
    body = read_object(content)
    check_payment(body, merchant, is_http_allowed=state.is_http_allowed)
    payment_id = state.new_id()
    href = f"{base_url}/pay/{payment_id}"
    bank_number = bank_reference(1_000_000 + state.chance.randrange(1_000_000_000))
    try:
        with state.store.transaction():
            state.store.insert(
                "payment",
                id=payment_id,
                account=merchant.account,
                stamp=body["stamp"],
                reference=body["reference"],
                bank_reference=bank_number,
                amount=body["amount"],
                status="new",
                method="",
                body=content.decode(),
                href=href,
                created_at=state.clock.now(),
            )
            for item in body["items"]:
                if "stamp" in item:
                    state.store.insert("item", account=merchant.account, stamp=item["stamp"], payment=payment_id)
    except sqlite3.IntegrityError:
        raise Refusal(400, "The stamp of the payment or of an item was used before") from None
    return Answer(content=_created(payment_id, href, bank_number), status_code=201, transaction_id=payment_id)


def payment_status(state: State, merchant: Merchant, payment_id: str) -> Answer:
    """`GET /payments/{id}`: another merchant's payment does not exist."""
    return Answer(content=described(state, merchants_payment(state, merchant, payment_id)), transaction_id=payment_id)


def merchants_payment(state: State, merchant: Merchant, payment_id: str) -> sqlite3.Row:
    payment = state.store.row("SELECT * FROM payment WHERE id = ? AND account = ?", (payment_id, merchant.account))
    if payment is None:
        raise Refusal(404, "No such payment")
    return payment


def described(state: State, payment: sqlite3.Row) -> dict[str, Any]:
    description = {
        "transactionId": payment["id"],
        "status": payment["status"],
        "amount": payment["amount"],
        "currency": "EUR",
        "stamp": payment["stamp"],
        "reference": payment["reference"],
        "createdAt": as_text(payment["created_at"]),
    }
    if payment["status"] == "new":
        description["href"] = payment["href"]
    if payment["method"]:
        description["provider"] = payment["method"]
    if payment["paid_at"] is not None:
        description["paidAt"] = as_text(payment["paid_at"])
        description["filingCode"] = payment["id"].replace("-", "")[:18]
        if state.merchants[payment["account"]].is_suomi_fi:
            description["settlementReference"] = settlement_reference(payment["account"], payment["paid_at"])
    return description


def items_of(payment: sqlite3.Row) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = json.loads(payment["body"])["items"]
    return items


def settlement_reference(merchant: str, paid_at: float) -> str:
    """The bank reference of the batch that will pay out what the merchant got on this day."""
    return bank_reference(int(f"{int(merchant)}{local(paid_at):%y%m%d}"))


def _created(payment_id: str, href: str, bank_number: str) -> dict[str, Any]:
    return {
        "transactionId": payment_id,
        "href": href,
        "reference": bank_number,
        "terms": "Testipalvelu: maksuehtoja ei ole.",
        "groups": [{"id": "bank", "name": "Test bank", "icon": f"{href}/icon.png", "svg": f"{href}/icon.svg"}],
        "providers": [
            {
                "url": href,
                "icon": f"{href}/icon.png",
                "svg": f"{href}/icon.svg",
                "name": "OP",
                "group": "bank",
                "id": "osuuspankki",
                "parameters": [{"name": "outcome", "value": "pay"}, {"name": "method", "value": "osuuspankki"}],
            }
        ],
    }
