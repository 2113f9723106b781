"""The patron is told of a refund by e-mail: when they have to answer the payment service, and when the money went."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import CharField, Exists, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Cast, Concat
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from torget.foundation.core.money import Money
from torget.foundation.design.templatetags.torget_format import euros
from torget.foundation.notify.models import OutgoingEmail
from torget.payments.checkout.models import Refund
from torget.payments.checkout.providers import provider_title
from torget.payments.receipts.credit_note import build_credit_note
from torget.payments.receipts.words import group_reference, method_name

LOOK_BACK = timedelta(days=7)
BATCH = 500


def _body(refund: Refund, language: str) -> str:
    payment = refund.payment
    token = payment.receipt.token
    amount = euros(Money(refund.amount_cents))
    if refund.state == "refunded":
        note = build_credit_note(
            payment_id=payment.pk, number=refund.credit_note or 0, language=language, with_titles=False
        )
        says = [
            _("%(amount)s has been paid back to you.") % {"amount": amount},
            "",
            _("It may take some banking days until you see it on your account or card."),
            "",
            f"{_('Credit note number')}: {note.number}",
            settings.PUBLIC_URL + reverse("credit-note", args=[token, refund.credit_note]),
        ]
    else:
        says = [
            _("The library pays %(amount)s back to you.") % {"amount": amount},
            "",
            _(
                "%(method)s takes no refunds. The payment service %(provider)s therefore sends you an e-mail of its "
                "own, where you say to which account the money is to go."
            )
            % {"method": method_name(payment.method), "provider": provider_title(payment.merchant_account.provider)},
        ]
    return "\n".join(
        [
            *says,
            "",
            f"{_('Receipt number and bank reference')}: {group_reference(payment.reference)}",
            _("The whole receipt:"),
            settings.PUBLIC_URL + reverse("receipt", args=[token]),
            "",
            f"{_('Questions about these fees')}:",
            f"  {payment.municipality.name(language)}: {payment.municipality.contact_email}",
            "",
            _("You cannot answer this message."),
            "",
        ]
    )


def _queue(refund: Refund, about: str, now: datetime) -> bool:
    checkout = refund.payment.checkout
    with translation.override(checkout.language):
        amount = euros(Money(refund.amount_cents))
        issuer = refund.payment.municipality.name(checkout.language)
        subject = _("Refund %(amount)s, %(issuer)s") % {"amount": amount, "issuer": issuer}
        defaults = {
            "created_at": now,
            "recipient": refund.email or checkout.email,
            "subject": subject[:200],
            "body": _body(refund, checkout.language),
        }
    _row, is_new = OutgoingEmail.objects.get_or_create(about=about, defaults=defaults)
    return is_new


def _not_told(rows: QuerySet[Refund], end: str) -> QuerySet[Refund]:
    about = Concat(Value("refund:"), Cast(OuterRef("pk"), CharField()), Value(f":{end}"))
    around = ("payment__checkout", "payment__municipality", "payment__merchant_account", "payment__receipt")
    return (
        rows.exclude(email="", payment__checkout__email="")
        .filter(~Exists(OutgoingEmail.objects.filter(about=about)))
        .select_related(*around)
        .order_by("id")
    )


def queue_due_refund_emails(now: datetime) -> int:
    """Put into the out-box what the patrons have not been told yet; found by looking, as receipts are."""
    recent = now - LOOK_BACK
    gone = Refund.objects.filter(state="refunded", finished_at__gt=recent)
    asked = Refund.objects.filter(~Q(provider_reference=""), state="pending", by_email=True, created_at__gt=recent)
    queued = 0
    for rows, end in ((gone, "refunded"), (asked, "by_email")):
        for refund in _not_told(rows, end)[:BATCH]:
            queued += _queue(refund, f"refund:{refund.pk}:{end}", now)
    return queued
