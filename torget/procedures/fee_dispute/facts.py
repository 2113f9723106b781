"""What is known of a disputed fee: from the library system, from payments here, and from the form."""

from datetime import datetime

from torget.casework.core.facts import FactSet, FactValue
from torget.casework.core.procedure import Subject
from torget.payments.checkout.refund_by_decision import paid_line
from torget.payments.checkout.waiver_model import Waiver
from torget.payments.core.ports import LibraryFee
from torget.procedures.library_fees import (
    FROM_FORM,
    FROM_LIBRARY,
    FROM_PAYMENTS,
    Found,
    fact_set,
    fee_of,
    read_account,
)


def collect(*, subject: Subject, at: datetime) -> FactSet:
    """Raise LibrarySystemError while the library system gives no answer: then nothing is prepared on old facts."""
    _account, fee = read_account(subject)
    asked = fee_of(subject)
    paid = paid_line(**asked)
    fee_reference = asked.pop("fee_reference")
    waived_before = Waiver.objects.filter(**asked, state="booked").count()
    found: Found = {
        "claim": (subject.get("claim"), FROM_FORM, str(subject.get("origin", ""))),
        "payment line": (f"{paid.payment_id}:{paid.position}" if paid else None, FROM_PAYMENTS, "payments of the fee"),
        "paid cents": (
            paid.amount_cents - paid.refunded_cents if paid else None,
            FROM_PAYMENTS,
            "payments of the fee",
        ),
        "paid": (paid is not None, FROM_PAYMENTS, "payments of the fee"),
        "waived before": (waived_before, FROM_PAYMENTS, "waivers of the patron"),
        **{name: (value, FROM_LIBRARY, f"fee {fee_reference}") for name, value in _of_fee(fee).items()},
    }
    return fact_set(found, at)


def _of_fee(fee: LibraryFee | None) -> dict[str, FactValue]:
    """All unknown when the library system does not show the fee: it is paid, forgiven or gone."""
    if fee is None:
        names = ("fee kind", "open cents", "charged cents", "due on", "returned on", "days late", "is growing")
        return dict.fromkeys(names)
    late = (fee.returned_on - fee.due_date).days if fee.returned_on and fee.due_date else None
    return {
        "fee kind": fee.kind,
        "open cents": fee.outstanding.cents,
        "charged cents": fee.charged.cents,
        "due on": fee.due_date.isoformat() if fee.due_date else None,
        "returned on": fee.returned_on.isoformat() if fee.returned_on else None,
        "days late": late,
        "is growing": fee.is_growing,
    }
