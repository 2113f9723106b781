"""What is known of somebody who asks for more time to pay: the ten conditions, each from where it can be known.

They are those under which the Legal Register Centre extends the time to pay automatically (facts: decisions §3).
"""

from datetime import date, datetime

from torget.casework.cases.find import count_opened_on
from torget.casework.core.facts import FactSet
from torget.casework.core.procedure import Subject
from torget.foundation.core.business_days import HELSINKI
from torget.payments.core.fees import LegalNature
from torget.payments.core.ports import AccountSnapshot, LibraryFee
from torget.payments.fees.holds import is_disputed
from torget.payments.fees.models import FeeType
from torget.payments.fees.payment_time import has_broken_times
from torget.procedures.library_fees import (
    FROM_FORM,
    FROM_LIBRARY,
    FROM_PAYMENTS,
    FROM_REGISTER,
    Found,
    fact_set,
    fee_of,
    read_account,
)


def collect(*, subject: Subject, at: datetime) -> FactSet:
    """Raise LibrarySystemError while the library system gives no answer: then nothing is prepared on old facts."""
    account, fee = read_account(subject)
    today = at.astimezone(HELSINKI).date()
    found = {
        **_of_form(subject),
        **_of_register(subject, today),
        **_of_fee(subject, fee, today),
        **_of_payments(subject, account, fee, today),
    }
    return fact_set(found, at)


def _day(text: object) -> date | None:
    try:
        return date.fromisoformat(str(text))
    except ValueError:
        return None


def _of_form(subject: Subject) -> Found:
    origin, pay_by = str(subject.get("origin", "")), _day(subject.get("pay_by"))
    in_finland = {"yes": True, "no": False}.get(str(subject.get("address_in_finland")))
    return {
        "ground": (subject.get("ground"), FROM_FORM, origin),
        "address in finland": (in_finland, FROM_FORM, origin),
        "pay by on": (pay_by.isoformat() if pay_by else None, FROM_FORM, origin),
    }


def _of_register(subject: Subject, today: date) -> Found:
    """Who signs in with a library card is a natural person; an application by paper or phone has another channel."""
    patron = f"patron {subject['patron_reference']}"
    keys = ("library_system", "patron_reference")
    applications = count_opened_on(today, procedure="payment_time", subject={key: subject[key] for key in keys})
    return {
        "natural person": (bool(subject["patron_reference"]), FROM_REGISTER, patron),
        "through e-service": (subject.get("channel") == "form", FROM_REGISTER, str(subject.get("origin", ""))),
        "applications today": (applications, FROM_REGISTER, patron),
    }


def _of_fee(subject: Subject, fee: LibraryFee | None, today: date) -> Found:
    """All unknown when the library system does not show the fee: it is paid, forgiven or gone."""
    reference = f"fee {subject['fee_reference']}"
    began = (fee.due_date or fee.incurred_on) if fee else None
    pay_by = _day(subject.get("pay_by"))
    # A day that has passed is no time to pay at all.
    days_asked = (pay_by - began).days if pay_by and began and pay_by > today else None
    return {
        "fee kind": (fee.kind if fee else None, FROM_LIBRARY, reference),
        "open cents": (fee.outstanding.cents if fee else None, FROM_LIBRARY, reference),
        "due on": (began.isoformat() if began else None, FROM_LIBRARY, reference),
        "age days": ((today - began).days if began else None, FROM_LIBRARY, reference),
        "days asked": (days_asked, FROM_LIBRARY, reference),
    }


def _of_payments(subject: Subject, account: AccountSnapshot, fee: LibraryFee | None, today: date) -> Found:
    who = {"library_system": subject["library_system"], "patron_reference": subject["patron_reference"]}
    open_now = frozenset(one.reference for one in account.fees)
    kept = not has_broken_times(**who, open_fees=open_now, today=today)
    return {
        "is enforceable": (_is_enforceable(subject, fee), FROM_PAYMENTS, f"fee {subject['fee_reference']}"),
        "earlier times kept": (kept, FROM_PAYMENTS, f"patron {subject['patron_reference']}"),
    }


def _is_enforceable(subject: Subject, fee: LibraryFee | None) -> bool | None:
    """A public-law fee that is open, final and not disputed; None for a kind that nobody has described."""
    if fee is None:
        return False
    nature = FeeType.objects.filter(library_system=subject["library_system"], code=fee.kind).values_list(
        "legal_nature", flat=True
    )
    known = nature.first()
    if known is None:
        return None
    disputed = is_disputed(**fee_of(subject), but_by=str(subject.get("origin", "")))
    return known == LegalNature.PUBLIC_LAW and not fee.is_growing and not disputed
