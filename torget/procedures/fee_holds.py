"""The fee that an errand is about: on hold while the errand is open."""

from datetime import datetime

from torget.casework.core.procedure import Subject
from torget.payments.fees.holds import end_hold, place_hold


def hold_fee(subject: Subject, origin: str, at: datetime) -> None:
    """While the question is open the fee need not be paid. An errand without a fee holds nothing."""
    if subject.get("fee_reference"):
        fee = {name: str(subject[name]) for name in ("library_system", "patron_reference", "fee_reference")}
        place_hold(**fee, origin=origin, at=at)


def free_fee(_subject: Subject, origin: str, at: datetime) -> None:
    end_hold(origin=origin, at=at)
