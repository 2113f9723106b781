"""Runs in words: whose account, how it ended, and the counts that this employee may see."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from torget.foundation.design.page import Tag, TagColour
from torget.foundation.people.access import Access
from torget.payments.checkout.models import MerchantAccount
from torget.payments.checkout.providers import provider_title
from torget.payments.core.reconciliation import RowClass
from torget.payments.settlement.item_words import class_words
from torget.payments.settlement.reconciliation_models import Run

_STATES = {
    Run.State.RUNNING: (gettext_lazy("Running"), TagColour.BLUE),
    Run.State.DONE: (gettext_lazy("Done"), TagColour.GREEN),
    Run.State.FAILED: (gettext_lazy("Failed"), TagColour.RED),
}
_STEPS = {
    "ledger": gettext_lazy("Reading our books"),
    "rows": gettext_lazy("Comparing with the payment service's rows"),
    "asking": gettext_lazy("Asking the payment service"),
    "bank": gettext_lazy("Comparing with the bank"),
    "booking": gettext_lazy("Booking"),
}


def account_words(account: MerchantAccount, language: str) -> str:
    owner = account.municipality.name(language) if account.municipality else ""
    if account.cooperation:
        owner = account.cooperation.name(language)
    return _("%(provider)s %(account)s, %(owner)s") % {
        "provider": provider_title(account.provider),
        "account": account.account,
        "owner": owner,
    }


def run_tag(run: Run) -> Tag:
    text, colour = _STATES[Run.State(run.state)]
    return Tag(text=str(text), colour=colour)


def step_words(run: Run) -> str:
    return str(_STEPS.get(run.step, ""))


def started_by_words(run: Run, names: dict[int, str]) -> str:
    if run.started_by.startswith("staff:"):
        return names.get(int(run.started_by.partition(":")[2]), _("Staff"))
    return {
        "daily": _("Every morning"),
        "file": _("When a file came"),
        "command": _("By a command"),
    }.get(run.started_by, run.started_by)


def counts_for(run: Run, access: Access) -> dict[str, int]:
    """By class, of the municipalities that this employee sees."""
    sums = dict.fromkeys((one.value for one in RowClass), 0)
    for municipality_id, by_class in run.counts.items():
        if access.may_see(int(municipality_id)):
            for row_class, count in by_class.items():
                sums[row_class] = sums.get(row_class, 0) + count
    return sums


def run_rows(runs: list[Run], access: Access, language: str) -> list[dict[str, Any]]:
    return [
        {
            "run": run,
            "account": account_words(run.merchant_account, language),
            "tag": run_tag(run),
            "step": step_words(run),
            "counts": [
                {"text": class_words(row_class), "count": count, "row_class": row_class}
                for row_class, count in counts_for(run, access).items()
                if count
            ],
        }
        for run in runs
    ]
