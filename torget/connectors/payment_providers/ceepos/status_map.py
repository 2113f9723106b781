"""Ceepos' codes and ours, as a table; a code that is not here says nothing of a payment."""

from collections.abc import Mapping

from torget.payments.core.ports import PaymentStatus

CREATED = 2
"""In the answer to a new payment."""

PAYMENT_STATUS: Mapping[int, PaymentStatus] = {
    1: PaymentStatus.PAID,
    2: PaymentStatus.PENDING,
    0: PaymentStatus.FAILED,
    95: PaymentStatus.FAILED,  # the funds were not authorised
    96: PaymentStatus.FAILED,  # the card has expired
}
"""In returns and notifications. A 0 after a 1 is a reversal at the till; a paid state is not undone by it, and the
settlement shows what is missing."""

REFUSED: Mapping[int, str] = {
    0: "the payment was not created",
    97: "the identifier was used before",
    99: "the request is faulty",
}
"""In the answer to a new payment: surely nothing came of it."""

SYSTEM_ERROR = 98

METHOD: Mapping[str, str] = {
    **dict.fromkeys(("30", "31", "32", "33", "34", "35", "36"), "creditcard"),
    "37": "nordea",
    "39": "alandsbanken",
    "40": "handelsbanken",
    "41": "danskebank",
    "42": "spankki",
    "43": "aktia",
    "44": "pop",
    "45": "saastopankki",
    "47": "klarna",
    "48": "paypal",
    "52": "mobilepay",
    "55": "siirto",
    "57": "osuuspankki",
    "58": "omasp",
    "64": "ePassi",
    "65": "Smartum",
}
"""PaymentMethod as receipts know it; a number that is not here would tell a patron nothing and is left out."""
