"""What the pages of the months say of states, checks and files."""

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from torget.foundation.design.page import Tag, TagColour
from torget.payments.closing.checklist import Check
from torget.payments.closing.files import FileKind
from torget.payments.closing.look import ChainFault

Words = str | Promise

_CHECKS: dict[Check, tuple[Words, Words]] = {
    Check.WAITING: (
        gettext_lazy("Payments that are not yet in the library system"),
        gettext_lazy("They go on by themselves. Registered after the close, they fall in the next month."),
    ),
    Check.ATTENTION: (
        gettext_lazy("Payments that need a human"),
        gettext_lazy("They are on the work list, each with its reason."),
    ),
    Check.REFUNDING: (
        gettext_lazy("Refunds under way"),
        gettext_lazy("The payment service has not said yet that the money went back."),
    ),
    Check.TO_DECIDE: (
        gettext_lazy("Refunds that wait for a second person"),
        gettext_lazy("Decide them on the work list, or they fall in a later month."),
    ),
    Check.TO_RAISE: (
        gettext_lazy("Fees to raise again at the desk"),
        gettext_lazy("The money went back and the fee is still owed. It changes nothing in these books."),
    ),
    Check.FILES: (
        gettext_lazy("Files of the payment service or the bank that are refused or not read yet"),
        gettext_lazy("Without them nobody knows whether the payouts agree."),
    ),
    Check.ROWS: (
        gettext_lazy("Rows of the payment service or the bank that do not agree"),
        gettext_lazy("The reconciliation lists them, each with what clears it."),
    ),
    Check.UNEXPLAINED: (
        gettext_lazy("Money that nobody can explain yet"),
        gettext_lazy("It stands on the account for unexplained money until somebody says what it is."),
    ),
}

_FILES: dict[FileKind, tuple[Words, Words]] = {
    FileKind.PDF: ("PDF", gettext_lazy("To print and to archive")),
    FileKind.XLSX: ("Excel", gettext_lazy("Every table on a sheet of its own")),
    FileKind.CSV: ("CSV", gettext_lazy("All figures for another program; the columns are documented")),
    FileKind.PROCOUNTOR: ("Procountor", gettext_lazy("Journal in the columns of your accounting")),
    FileKind.SAP: ("SAP", gettext_lazy("Journal in the columns of your accounting")),
}


def check_words(check: Check) -> tuple[str, str]:
    name, about = _CHECKS[check]
    return str(name), str(about)


def file_words(kind: FileKind) -> tuple[str, str]:
    name, about = _FILES[kind]
    return str(name), str(about)


def month_tag(*, is_closed: bool, is_next: bool, has_ended: bool) -> Tag:
    if is_closed:
        return Tag(text=pgettext("month", "Closed"), colour=TagColour.GREEN)
    if is_next and has_ended:
        return Tag(text=_("Close this next"), colour=TagColour.YELLOW)
    return Tag(text=_("Waits for earlier months") if has_ended else pgettext("month", "Open"), colour=TagColour.GREY)


def fault_words(fault: ChainFault) -> str:
    return {
        "checksum": _("The month's content is not the one that was closed: its checksum differs."),
        "previous": _("The month does not follow the one before it: the chain is broken here."),
        "entries": _("Entries of the month are not those that were closed: one was changed or is missing."),
    }[fault.what]
