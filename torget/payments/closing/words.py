"""What accounts and kinds of entries are called, on pages and in files."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from torget.payments.core.ledger import read_account

_ENTRY_KINDS: dict[str, str | Promise] = {
    "paid": gettext_lazy("Paid"),
    "registered": gettext_lazy("Registered"),
    "refunded": gettext_lazy("Paid back"),
    "provider_fee": gettext_lazy("Fee of the payment service"),
    "payout": gettext_lazy("Paid out to the municipality"),
    "suspense": gettext_lazy("Unexplained"),
    "trial": gettext_lazy("Test payment of the account"),
}

_ACCOUNTS: dict[str, str | Promise] = {
    "provider": gettext_lazy("Owed by the payment service"),
    "unregistered": gettext_lazy("Paid, not yet in the library system"),
    "bank": gettext_lazy("Paid out, on the bank account"),
    "provider_fees": gettext_lazy("Fees of the payment service"),
    "suspense": gettext_lazy("Unexplained"),
    "trials": gettext_lazy("Test payments that have not gone back"),
    "income": gettext_lazy("Income"),
    "vat": pgettext_lazy("account", "VAT"),
    "owed_to": gettext_lazy("Owed to another municipality"),
}


def entry_kind_words(kind: str) -> str:
    """A kind without words is shown as it is rather than hidden."""
    return str(_ENTRY_KINDS.get(kind, kind))


def rate_text(permille: int) -> str:
    """'25,5 %' in every language: Finland's authorities write it so."""
    return f"{permille / 10:g} %".replace(".", ",")


def account_words(account: str, members: Mapping[str, str] | None = None) -> str:
    """'income:3100' is 'Income 3100'; an account without words is shown as it is rather than hidden.

    `members` says by slug what municipalities are called.
    """
    parts = read_account(account)
    rate = rate_text(parts.vat_permille) if parts.vat_permille else ""
    if parts.kind == "owed_to" and members and parts.name in members:
        return " ".join(filter(None, (_("Owed to %(member)s") % {"member": members[parts.name]}, rate)))
    return " ".join(filter(None, (str(_ACCOUNTS.get(parts.kind, parts.kind)), parts.name, rate)))


def fee_type_words(fee_types: Mapping[str, Mapping[str, str]], ledger_account: str, language: str) -> str:
    """What the fee types of a ledger account are called, in the language or in Finnish, else the account itself."""
    names = fee_types.get(ledger_account, {})
    return names.get(language) or names.get("fi") or ledger_account
