"""The words of the hosted page; Finnish and Swedish are equal, English is a service."""

from collections.abc import Mapping

from torget.sandbox.paytrail.outcomes import EXAMINED, UNPAID

Texts = Mapping[str, str]

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
        "lang": "fi",
        "name": "Suomeksi",
        "title": "Maksaminen (testi)",
        "test": "Tämä on testisivu. Mitään ei veloiteta.",
        "languages": "Kieli",
        "amount": "Summa",
        "reference": "Viite",
        "account": "Kauppias",
        "status": "Tila",
        "status_new": "Maksamatta",
        "status_ok": "Maksettu",
        "status_fail": "Epäonnistunut tai peruttu; voit vielä maksaa",
        "status_pending": "Tarkistettavana",
        "status_delayed": "Tarkistettavana, kestää päiviä",
        "done": "Maksu on maksettu. Voit sulkea sivun.",
        "method": "Maksutapa",
        "pay": "Maksa",
        "cancel": "Peruuta",
        "decline": "Pankki hylkää maksun",
        "pending": "Maksu jää tarkistettavaksi",
        "pay_and_close_browser": "Maksa, mutta sulje selain",
        "pay_after_cancel": "Peruuta ja maksa sittenkin",
        "pay_with_callback_lost": "Maksa, mutta ilmoitus katoaa",
        "approve": "Hyväksy tarkistettava maksu",
        "reject": "Hylkää tarkistettava maksu",
    },
    "sv": {
        "lang": "sv",
        "name": "På svenska",
        "title": "Betalning (test)",
        "test": "Detta är en testsida. Ingenting debiteras.",
        "languages": "Språk",
        "amount": "Belopp",
        "reference": "Referens",
        "account": "Handlare",
        "status": "Status",
        "status_new": "Obetald",
        "status_ok": "Betald",
        "status_fail": "Misslyckad eller avbruten; du kan ännu betala",
        "status_pending": "Granskas",
        "status_delayed": "Granskas, tar dagar",
        "done": "Betalningen är betald. Du kan stänga sidan.",
        "method": "Betalningssätt",
        "pay": "Betala",
        "cancel": "Avbryt",
        "decline": "Banken avvisar betalningen",
        "pending": "Betalningen blir under granskning",
        "pay_and_close_browser": "Betala, men stäng webbläsaren",
        "pay_after_cancel": "Avbryt och betala ändå",
        "pay_with_callback_lost": "Betala, men meddelandet försvinner",
        "approve": "Godkänn betalningen som granskas",
        "reject": "Avvisa betalningen som granskas",
    },
    "en": {
        "lang": "en",
        "name": "In English",
        "title": "Payment (test)",
        "test": "This is a test page. Nothing is charged.",
        "languages": "Language",
        "amount": "Amount",
        "reference": "Reference",
        "account": "Merchant",
        "status": "Status",
        "status_new": "Not paid",
        "status_ok": "Paid",
        "status_fail": "Failed or cancelled; you can still pay",
        "status_pending": "Being examined",
        "status_delayed": "Being examined, takes days",
        "done": "The payment is paid. You can close the page.",
        "method": "Payment method",
        "pay": "Pay",
        "cancel": "Cancel",
        "decline": "The bank declines the payment",
        "pending": "The payment stays under examination",
        "pay_and_close_browser": "Pay, but close the browser",
        "pay_after_cancel": "Cancel, and pay after all",
        "pay_with_callback_lost": "Pay, but the notice is lost",
        "approve": "Approve the payment under examination",
        "reject": "Reject the payment under examination",
    },
}
