"""The words of the hosted page; Finnish and Swedish are equal, English is a service."""

from collections.abc import Mapping

from torget.sandbox.paytrail.outcomes import EXAMINED, UNPAID
from torget.sandbox.providers.page_texts import TEXTS as SHARED
from torget.sandbox.providers.page_texts import Texts

# Codes as in `checkout-provider`; names are written the same in every language.
METHODS: Mapping[str, str] = {
    "osuuspankki": "OP",
    "nordea": "Nordea",
    "danske": "Danske Bank",
    "spankki": "S-Pankki",
    "alandsbanken": "Ålandsbanken",
    "creditcard": "Visa / Mastercard",
    "mobilepay": "MobilePay",
}

_UNPAID_BUTTONS = (
    "pay",
    "cancel",
    "decline",
    "pending",
    "pay_and_close_browser",
    "pay_after_cancel",
    "pay_with_callback_lost",
)
_EXAMINED_BUTTONS = ("approve", "reject")


def buttons_for(status: str) -> tuple[str, ...]:
    return {
        **dict.fromkeys(UNPAID, _UNPAID_BUTTONS),
        **dict.fromkeys(EXAMINED, _EXAMINED_BUTTONS),
    }.get(status, ())


TEXTS: Mapping[str, Texts] = {
    "fi": {
        **SHARED["fi"],
        "title": "Maksaminen (testi)",
        "status_delayed": "Tarkistettavana, kestää päiviä",
        "done": "Maksu on maksettu. Voit sulkea sivun.",
    },
    "sv": {
        **SHARED["sv"],
        "title": "Betalning (test)",
        "status_delayed": "Granskas, tar dagar",
        "done": "Betalningen är betald. Du kan stänga sidan.",
    },
    "en": {
        **SHARED["en"],
        "title": "Payment (test)",
        "status_delayed": "Being examined, takes days",
        "done": "The payment is paid. You can close the page.",
    },
}
