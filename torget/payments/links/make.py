"""Make a payment link for fees that somebody chose; the letter will state them as they stand now."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from torget.foundation.audit.record import record
from torget.foundation.core.money import Money
from torget.foundation.core.opaque import opaque_token
from torget.payments.checkout.fees_now import FeesNow
from torget.payments.checkout.start import FeesChanged, choose_fees
from torget.payments.links.models import LinkFee, PaymentLink


def make_link(
    *,
    kind: PaymentLink.Kind,
    patron_id: int,
    fees: FeesNow,
    expected: Mapping[str, Money],
    municipality_id: int | None,
    language: str,
    expires_at: datetime,
    actor: str,
    now: datetime,
) -> PaymentLink:
    """`expected`: amount by fee reference as the page showed it. Raise NothingChosen or FeesChanged."""
    fees.check_choice(expected)
    if not expected.keys() <= fees.free.keys():
        raise FeesChanged
    chosen = choose_fees(fees.assessed, expected)
    merchants = fees.payable.merchants
    with transaction.atomic():
        link = PaymentLink.objects.create(
            token=opaque_token(),
            kind=kind,
            patron_id=patron_id,
            card_number=fees.account.patron.card_number,
            municipality_id=municipality_id,
            language=language,
            made_by=actor,
            made_at=now,
            expires_at=expires_at,
        )
        LinkFee.objects.bulk_create(
            LinkFee(
                link=link,
                position=position,
                fee_reference=one.fee.reference,
                fee_kind=one.fee.kind,
                payee_id=merchants[one.payee.municipality].municipality_id,
                amount_cents=one.fee.outstanding.cents,
            )
            for position, one in enumerate(chosen, 1)
            if one.payee is not None
        )
        record(
            at=now,
            actor=actor,
            action="make payment link",
            subject=f"link:{link.pk}",
            municipality_id=municipality_id,
            detail={"kind": str(kind), "patron": patron_id, "fees": len(chosen)},
        )
    return link
