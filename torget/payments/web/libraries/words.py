"""SIP2's codes, and what is missing in an exchange, as a person reads it."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from torget.payments.core.exchanges import CheckedSum, Finding, Problem, ShownMessage, WayOfTelling

MESSAGES: Mapping[str, Promise] = {
    "23": gettext_lazy("Patron status: question"),
    "24": gettext_lazy("Patron status: answer"),
    "35": gettext_lazy("End of session: question"),
    "36": gettext_lazy("End of session: answer"),
    "37": gettext_lazy("Fee paid: question"),
    "38": gettext_lazy("Fee paid: answer"),
    "63": gettext_lazy("Patron information: question"),
    "64": gettext_lazy("Patron information: answer"),
    "93": gettext_lazy("Sign-in of the service: question"),
    "94": gettext_lazy("Sign-in of the service: answer"),
    "98": gettext_lazy("State of the server: answer"),
    "99": gettext_lazy("State of the server: question"),
}
PARTS: Mapping[str, Promise] = {
    "AA": gettext_lazy("Card number"),
    "AC": gettext_lazy("Password of the terminal"),
    "AD": gettext_lazy("PIN"),
    "AE": gettext_lazy("Name"),
    "AF": gettext_lazy("Text for the screen"),
    "AG": gettext_lazy("Text for the printer"),
    "AM": gettext_lazy("Name of the library"),
    "AO": gettext_lazy("Institution"),
    "BD": gettext_lazy("Address"),
    "BE": gettext_lazy("E-mail"),
    "BF": gettext_lazy("Telephone"),
    "BH": gettext_lazy("Currency"),
    "BK": gettext_lazy("Reference of the payment"),
    "BL": gettext_lazy("The card is known (Y or N)"),
    "BP": gettext_lazy("First line wanted"),
    "BQ": gettext_lazy("Last line wanted"),
    "BV": gettext_lazy("Total owed, or amount paid"),
    "BX": gettext_lazy("Messages that the server knows"),
    "CC": gettext_lazy("Limit above which the card is blocked"),
    "CG": gettext_lazy("Identifier of the fee"),
    "CN": gettext_lazy("User name of the service"),
    "CO": gettext_lazy("Password of the service"),
    "CP": gettext_lazy("Location"),
    "CQ": gettext_lazy("The PIN is right (Y or N)"),
    "PC": gettext_lazy("Patron category"),
    "abilities": gettext_lazy("What the server does"),
    "accepted": gettext_lazy("Accepted (Y or N)"),
    "count_charged": gettext_lazy("Number of loans"),
    "count_fines": gettext_lazy("Number of fees"),
    "count_holds": gettext_lazy("Number of holds"),
    "count_overdue": gettext_lazy("Number of late loans"),
    "count_recalls": gettext_lazy("Number of recalls"),
    "count_waiting": gettext_lazy("Number of holds not available"),
    "currency": gettext_lazy("Currency"),
    "date": gettext_lazy("Date and time"),
    "fee_type": gettext_lazy("Fee type"),
    "language": gettext_lazy("Language"),
    "patron_status": gettext_lazy("What the card is denied"),
    "payment_type": gettext_lazy("Way of paying"),
    "status": gettext_lazy("State"),
    "summary": gettext_lazy("List asked for (fees are the fourth sign)"),
    "timeouts": gettext_lazy("Time limit and retries"),
    "version": gettext_lazy("Version of the protocol"),
    "width": gettext_lazy("Width of a printed line"),
}
CHECKED_SUMS: Mapping[CheckedSum, Promise] = {
    CheckedSum.ABSENT: gettext_lazy("No checksum"),
    CheckedSum.RIGHT: gettext_lazy("Checksum right"),
    CheckedSum.WRONG: gettext_lazy("Checksum wrong"),
}
WAYS: Mapping[WayOfTelling, Promise] = {
    WayOfTelling.BY_TOTAL: gettext_lazy(
        "Patrons pay everything at once. The library system is told the sum in one message (37) without an identifier, "
        "and settles its oldest fees first."
    ),
    WayOfTelling.BY_IDENTIFIER: gettext_lazy(
        "Patrons pay everything at once. A single fee is told by its identifier (CG), several by their sum."
    ),
    WayOfTelling.BY_CHOICE: gettext_lazy(
        "Patrons choose one fee or all of them. One fee is told by its identifier (CG), all by their sum."
    ),
}
PROBLEMS: Mapping[Problem, Promise] = {
    Problem.NO_MESSAGE: gettext_lazy(
        "There is no SIP2 message in the text. Paste whole lines of the log, from the number of the message (63, 64) "
        "to the end of the line."
    ),
    Problem.BROKEN_MESSAGE: gettext_lazy(
        "Message %(detail)s has lost blanks on the way: its beginning is too short. Copy it from the log as plain "
        "text, not from a web page or a document."
    ),
    Problem.NO_ANSWER: gettext_lazy("There is no answer of the library system (message 64), so no fees can be read."),
    Problem.WRONG_CHECKSUM: gettext_lazy(
        "The checksum of message %(detail)s is wrong. If the text holds letters such as ä or å, the server counts "
        "another encoding than the setting names; try a setting with the other encoding."
    ),
    Problem.LOST_LETTERS: gettext_lazy(
        "Letters of message %(detail)s cannot be read in the encoding of this setting. Set the encoding of the site."
    ),
    Problem.UNKNOWN_CARD: gettext_lazy("The library system does not know the card (BL is N)."),
    Problem.OTHER_CARD: gettext_lazy("The answer is about another card than the question. Nothing of it is used."),
    Problem.WRONG_PIN: gettext_lazy("The PIN is wrong, or none was sent (CQ is N). Nobody could sign in with it."),
    Problem.NO_PIN_ANSWER: gettext_lazy(
        "The answer does not say whether the PIN is right (CQ is missing). Without it nobody can sign in: turn it on, "
        "or set sign_in_message to 23 if the server says it there."
    ),
    Problem.NO_TOTAL: gettext_lazy(
        "The total (BV) is missing. Fees are then believed by their lines alone; without lines there are none."
    ),
    Problem.UNREADABLE_AMOUNT: gettext_lazy(
        "An amount is not a plain number with a dot, such as 12.50. No fees are shown, because nobody can say what the "
        "system would book."
    ),
    Problem.OTHER_CURRENCY: gettext_lazy("The currency is %(detail)s (BH), not the one of this setting."),
    Problem.FINES_NOT_ASKED: gettext_lazy(
        "The question did not ask for the fees: the fourth sign of its list is not Y. Torget asks for them; repeat the "
        "exchange with the fees asked for."
    ),
    Problem.LINES_MISSING: gettext_lazy(
        "The server counts more fees than it sent lines (%(detail)s). What is missing is offered as one sum, if the "
        "total (BV) covers it."
    ),
    Problem.LINES_UNREADABLE: gettext_lazy(
        "Fee lines do not read as this setting says (%(detail)s). No fees are shown. Choose a setting that fits, or "
        "write the form of the line."
    ),
    Problem.LINES_UNUSED: gettext_lazy(
        "There are fee lines (%(detail)s), and this setting uses only the total. Choose a setting that fits to show "
        "the fees one by one."
    ),
    Problem.LINE_TWICE: gettext_lazy("Two fee lines have the same identifier. No fees are shown."),
    Problem.NO_IDENTIFIERS: gettext_lazy(
        "Fee lines name no identifier (%(detail)s), so patrons cannot choose between fees. In Koha, write "
        "accountline.accountlines_id into av_field_template."
    ),
    Problem.TOTAL_DIFFERS: gettext_lazy(
        "The total and the sum of the lines differ (%(detail)s). More in the total is offered as a fee of its own; "
        "less is taken for the patron's credit."
    ),
}
# What stands in the way of every payment; the rest is for the site to know.
GRAVE = frozenset(
    {
        Problem.NO_MESSAGE,
        Problem.BROKEN_MESSAGE,
        Problem.NO_ANSWER,
        Problem.OTHER_CARD,
        Problem.UNREADABLE_AMOUNT,
        Problem.LINES_UNREADABLE,
        Problem.LINE_TWICE,
        Problem.NO_PIN_ANSWER,
    }
)


def message_words(message: ShownMessage) -> str:
    return f"{message.command} · {MESSAGES.get(message.command, message.command)}"


def part_words(code: str) -> str:
    words = PARTS.get(code)
    if words is None:
        return _("%(code)s (not used)") % {"code": code}
    return f"{code} · {words}" if code.isupper() else str(words)


def finding_words(finding: Finding) -> str:
    return str(PROBLEMS[finding.problem]) % {"detail": finding.detail}
