"""What was found in a file, in words: what it is, and what to do about it."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from torget.payments.core.settlement import REFUSING, Finding, Problem, RowKind
from torget.payments.settlement.models import SettlementFile

_TITLES = {
    Problem.EMPTY: _("The file has no rows"),
    Problem.NOT_THIS_FORMAT: _("The file is not what it should be"),
    Problem.UNREADABLE_ROW: _("A row cannot be read"),
    Problem.TRUNCATED: _("The file is cut off"),
    Problem.DOUBLED: _("The file has everything twice"),
    Problem.ANOTHER_ACCOUNT: _("The file belongs to another account"),
    Problem.UNKNOWN_BANK_ACCOUNT: _("The bank account is not known"),
    Problem.WRONG_CURRENCY: _("The file has another currency than euros"),
    Problem.IMPOSSIBLE_SIGN: _("An amount has an impossible sign"),
    Problem.TOO_LARGE: _("The file is too large"),
    Problem.REPORT_LIMIT: _("The report may be cut off at the provider's limit"),
    Problem.BALANCE_DOES_NOT_ADD_UP: _("The statement does not add up"),
    Problem.STATEMENT_DIFFERS: _("A statement has come before with other content"),
    Problem.KNOWN_ROWS: _("Rows that an earlier file had already"),
    Problem.CHANGED_ROWS: _("Rows that had another fee in an earlier file"),
    Problem.REPEATED_ROWS: _("Rows that come more than once"),
    Problem.ZERO_ROWS: _("Rows without an amount"),
    Problem.ROUNDED_FEES: _("Fees with parts of a cent"),
    Problem.NOT_BOOKED_ENTRIES: _("Entries that the bank has not booked yet"),
    Problem.BATCH_NOT_SPLIT: _("A batch that the bank has not taken apart"),
    Problem.NOT_SETTLED_ROWS: _("Rows that are not paid out yet"),
    Problem.UNKNOWN_KIND: _("A kind of row that Torget does not know"),
    Problem.SAME_STATEMENT: _("A statement that we had already"),
    Problem.STATEMENT_GAP: _("A statement is missing in between"),
    Problem.BALANCE_GAP: _("The balance does not continue from the statement before"),
    Problem.NO_BALANCES: _("A statement without balances"),
}
_WHAT_TO_DO = {
    Problem.EMPTY: _("Download it again. If the period had no payments, there is nothing to bring."),
    Problem.NOT_THIS_FORMAT: _("Check that you chose the right account, and that the file comes straight from it."),
    Problem.UNREADABLE_ROW: _("Download the file again, and do not open and save it in a spreadsheet in between."),
    Problem.TRUNCATED: _("Download it again; the download was probably interrupted."),
    Problem.DOUBLED: _("Download it again. Nothing of it was taken, so nothing is counted twice."),
    Problem.ANOTHER_ACCOUNT: _("Choose the account that the file is of. Nothing of it was taken."),
    Problem.UNKNOWN_BANK_ACCOUNT: _("Add the account under Bank accounts, then bring the file again."),
    Problem.WRONG_CURRENCY: _("Only euros are reconciled. Ask the provider or the bank why."),
    Problem.IMPOSSIBLE_SIGN: _("Ask the provider: a payment cannot be negative and a refund cannot be positive."),
    Problem.TOO_LARGE: _("Ask for a shorter period."),
    Problem.REPORT_LIMIT: _("Ask for a shorter period, so that surely nothing is missing."),
    Problem.BALANCE_DOES_NOT_ADD_UP: _(
        "The opening balance and the entries do not give the closing balance. Download the statement again, "
        "or ask the bank."
    ),
    Problem.STATEMENT_DIFFERS: _("Ask the bank which one is right. The first one stays in use."),
    Problem.KNOWN_ROWS: _("They were left out, so nothing is counted twice."),
    Problem.CHANGED_ROWS: _("The first fee stays in the books. See the findings, and ask the provider."),
    Problem.REPEATED_ROWS: _("Each further one is a duplicate for you to look at. See the findings."),
    Problem.ZERO_ROWS: _("They change nothing."),
    Problem.ROUNDED_FEES: _("They were rounded to the cent, row by row."),
    Problem.NOT_BOOKED_ENTRIES: _("They were left out. A later statement has them when they are booked."),
    Problem.BATCH_NOT_SPLIT: _("It was taken as one sum. Ask the bank for statements with details."),
    Problem.NOT_SETTLED_ROWS: _("They were left out. A later report has them when they are paid out."),
    Problem.UNKNOWN_KIND: _("It was taken as an adjustment. Tell the maintainers what it is."),
    Problem.SAME_STATEMENT: _("It was left out, so nothing is counted twice."),
    Problem.STATEMENT_GAP: _("Bring the missing statement; until then, payments may seem not to have arrived."),
    Problem.BALANCE_GAP: _("Bring the statement in between, or ask the bank."),
    Problem.NO_BALANCES: _("It was taken, but nobody can check that it is whole."),
}


def problem_title(problem: Problem) -> str:
    return str(_TITLES[problem])


def what_to_do_about(problem: Problem) -> str:
    return str(_WHAT_TO_DO[problem])


def where_found(finding: Finding) -> str:
    """'Line 12 · fee: 1,2.3 · 3 times', as far as it is known."""
    parts = []
    if finding.line is not None:
        parts.append(str(_("Line %(line)d") % {"line": finding.line}))
    if finding.detail:
        parts.append(finding.detail)
    if finding.count > 1:
        parts.append(ngettext("%(count)d time", "%(count)d times", finding.count) % {"count": finding.count})
    return " · ".join(parts)


def refuses(finding: Finding) -> bool:
    return finding.problem in REFUSING


_KINDS = {
    RowKind.PAYMENT: _("Payments"),
    RowKind.REFUND: _("Refunds"),
    RowKind.FEE: _("Separate fees"),
    RowKind.CHARGEBACK: _("Chargebacks"),
    RowKind.PAYOUT: _("Payouts"),
    RowKind.ADJUSTMENT: _("Adjustments"),
}


def kind_words(kind: str) -> str:
    return str(_KINDS[RowKind(kind)])


_STATES = {
    SettlementFile.State.RECEIVED: _("Being read"),
    SettlementFile.State.READ: _("Read"),
    SettlementFile.State.REFUSED: _("Refused"),
}
_CHANNELS = {
    SettlementFile.Channel.FETCHED: _("Fetched"),
    SettlementFile.Channel.PUSHED: _("Sent by the payment service"),
    SettlementFile.Channel.UPLOADED: _("Uploaded"),
}


def file_state_words(state: str) -> str:
    return str(_STATES[SettlementFile.State(state)])


def file_channel_words(channel: str) -> str:
    return str(_CHANNELS[SettlementFile.Channel(channel)])
