"""What is wrong with a column map, in words, and what its fields hold."""

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from torget.payments.core.journal_file import Field, Problem, ProblemKind

_PROBLEMS: dict[ProblemKind, str | Promise] = {
    ProblemKind.NO_EQUALS: gettext_lazy("There is no equals sign in %(text)s"),
    ProblemKind.NO_HEADING: gettext_lazy("There is no heading before the equals sign in %(text)s"),
    ProblemKind.UNKNOWN_FIELD: gettext_lazy(
        "%(text)s is no field; take one of the list, or put a fixed text in quotes"
    ),
    ProblemKind.HEADING_TWICE: gettext_lazy("The heading %(text)s stands twice"),
    ProblemKind.ACCOUNT_TWICE: gettext_lazy("The account %(text)s stands twice"),
    ProblemKind.NO_COLUMNS: gettext_lazy("There are no columns"),
    ProblemKind.TOO_MANY_COLUMNS: gettext_lazy("There are more than %(text)s columns"),
    ProblemKind.NO_AMOUNT: gettext_lazy(
        "No column has the amount: use amount, or debit and credit, or absolute with side, side_sap or posting_key"
    ),
    ProblemKind.NO_ACCOUNT: gettext_lazy("No column has the account"),
    ProblemKind.FORMULA: gettext_lazy("%(text)s could be taken for a formula: do not start with = + - or @"),
    ProblemKind.SEPARATOR_INSIDE: gettext_lazy("%(text)s has the sign between columns, or a quotation mark, in it"),
    ProblemKind.NOT_IN_ENCODING: gettext_lazy("%(text)s has letters that the chosen alphabet lacks; choose UTF-8"),
    ProblemKind.NO_TARGET: gettext_lazy("Write your own account after %(text)s ="),
    ProblemKind.UNMAPPED: gettext_lazy("The month has entries on %(text)s, and no line says which account that is"),
}

_FIELDS: dict[Field, str | Promise] = {
    Field.ACCOUNT: gettext_lazy("your account"),
    Field.OWN_ACCOUNT: gettext_lazy("our account, such as income:3100"),
    Field.COST_CENTRE: gettext_lazy("the account's cost centre"),
    Field.VAT_CODE: gettext_lazy("the account's VAT code"),
    Field.VAT_RATE: gettext_lazy("VAT rate in per cent"),
    Field.AMOUNT: gettext_lazy("amount, debit positive and credit negative"),
    Field.DEBIT: gettext_lazy("amount of a debit, else empty"),
    Field.CREDIT: gettext_lazy("amount of a credit, else empty"),
    Field.ABSOLUTE: gettext_lazy("amount without a sign"),
    Field.SIDE: gettext_lazy("D or K, for debit and credit"),
    Field.SIDE_SAP: gettext_lazy("S or H, SAP's debit and credit"),
    Field.POSTING_KEY: gettext_lazy("40 or 50, SAP's keys for debit and credit"),
    Field.DATE: gettext_lazy("the day, or the month's last one"),
    Field.MONTH: gettext_lazy("the month, such as 2026-02"),
    Field.TEXT: gettext_lazy("the text of every row"),
    Field.REFERENCE: gettext_lazy("number of the municipality and month, such as 638-2026-02"),
    Field.ROW: gettext_lazy("number of the row"),
    Field.CURRENCY: "EUR",
}


def problem_words(problem: Problem) -> str:
    text = str(_PROBLEMS[problem.kind]) % {"text": problem.text}
    return _("Line %(line)d: %(text)s") % {"line": problem.line, "text": text} if problem.line else text


def field_words(field: Field) -> str:
    return str(_FIELDS[field])
