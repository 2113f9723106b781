"""invenio-sip2's own server with a small ledger behind it; runs in its own environment, apart from Torget.

Usage: python server.py PORT BOOK, where BOOK is the file that gets one line for each payment taken.
"""

import os
import sys
from collections.abc import Iterable
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

# mypy does not see them: these live in the peer's environment, never in ours.
from flask import Flask  # type: ignore[import-not-found, unused-ignore]
from invenio_i18n import Babel  # type: ignore[import-not-found, unused-ignore]
from invenio_sip2 import InvenioSIP2  # type: ignore[import-not-found, unused-ignore]
from invenio_sip2.models import (  # type: ignore[import-not-found, unused-ignore]
    PatronStatus,
    PatronStatusTypes,
    SelfcheckFeePaid,
    SelfcheckPatronInformation,
)
from invenio_sip2.server import SocketServer  # type: ignore[import-not-found, unused-ignore]

PIN, NAME = "1234", "Äiti Virtanen"
debts = {
    "20000000000001": {"f1": Decimal("2.40"), "f2": Decimal("15.00"), "f3": Decimal("3.00")},
    "20000000000002": {"f4": Decimal("2.40"), "f5": Decimal("15.00"), "f6": Decimal("3.00")},
    "20000000000003": {"f7": Decimal("0.10")},
}


class Memory:
    """What the server keeps of its clients, without the Redis it would otherwise want."""

    def __init__(self, *_: object) -> None:
        self._records: dict[str, Any] = {}

    def get(self, id_: str, record_type: str | None = None) -> Any:
        return next((self._records[key] for key in self._records if key.startswith(f"{record_type}:{id_}")), None)

    def add(self, record: Any, **_: object) -> None:
        self._records[record.get_key()] = record.dumps()

    update = add

    def delete(self, record: Any, **_: object) -> None:
        self._records.pop(record.get_key(), None)

    def all(self, record_type: str | None = None) -> Iterable[Any]:
        return [value for key, value in self._records.items() if key.startswith(f"{record_type}:")]

    def search(self, *_: object, index_type: str = "", **__: object) -> list[Any]:
        return list(self.all(index_type))


def login(name: str, password: str, **_: object) -> dict[str, Any]:
    if (name, password) != ("torget", "sandbox-secret"):
        return {}
    return {
        "authenticated": True,
        "terminal": "torget",
        "transaction_user_id": "1",
        "institution_id": "HELLE",
        "library_name": "Helle",
        "library_language": "fi",
    }


def account(card: str, **_: object) -> Any:
    fees = debts.get(card)
    if fees is None:
        return SelfcheckPatronInformation(patron_id=card, institution_id="HELLE")
    status = PatronStatus()
    if fees:
        status.add_patron_status_type(PatronStatusTypes.CHARGE_PRIVILEGES_DENIED)
    answer = SelfcheckPatronInformation(
        patron_id=card,
        institution_id="HELLE",
        patron_name=NAME,
        patron_status=status,
        currency_type="EUR",
        fee_amount=f"{sum(fees.values(), Decimal(0)):.2f}",
    )
    answer["fine_items"] = [f"{number} {amount:.2f} Myöhästymismaksu" for number, amount in fees.items()]
    return answer


def fee_paid(_user: str, card: str, *details: str, **_: object) -> Any:
    """The oldest fees first, never more than is owed. The server hands on neither CG nor BK."""
    amount_text = details[3]
    fees = debts.get(card, {})
    try:
        left = Decimal(amount_text)
    except InvalidOperation:
        return SelfcheckFeePaid(accepted=False)
    if not 0 < left <= sum(fees.values()):
        return SelfcheckFeePaid(accepted=False)
    with Path(sys.argv[2]).open("a", encoding="utf-8") as book:
        book.write(f"{card} {amount_text}\n")
    for number in list(fees):
        part = min(left, fees[number])
        left -= part
        fees[number] -= part
        if not fees[number]:
            del fees[number]
    return SelfcheckFeePaid(accepted=True)


def main() -> None:
    app = Flask("peer")
    app.config.update(
        SECRET_KEY="peer",
        SIP2_DATASTORE_HANDLER=Memory,
        SIP2_LOGGING_CONSOLE=False,
        SIP2_REMOTE_ACTION_HANDLERS={
            "ledger": {
                "login_handler": login,
                "system_status_handler": lambda *_, **__: {"institution_id": "HELLE"},
                "patron_handlers": {
                    "account": account,
                    "patron_status": account,
                    "validate_patron": lambda card, **_: card in debts,
                    "authorize_patron": lambda card, pin, **_: card in debts and pin == PIN,
                },
                "fee_paid_handler": fee_paid,
            }
        },
    )
    Babel(app)
    InvenioSIP2(app)
    with app.app_context():
        SocketServer("peer", host="127.0.0.1", port=int(sys.argv[1]), remote="ledger", process_id=os.getpid()).run()


if __name__ == "__main__":
    main()
