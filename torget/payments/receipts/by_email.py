"""The receipt by e-mail: what was paid to whom, and the link; never a title, never a card number."""

from datetime import datetime

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from torget.foundation.design.templatetags.torget_format import euros
from torget.foundation.notify.models import OutgoingEmail
from torget.payments.checkout.models import Checkout
from torget.payments.receipts.build import ReceiptView, build_receipt
from torget.payments.receipts.words import group_reference, receipt_document


def _body(view: ReceiptView) -> str:
    words = receipt_document(view)
    payees = [f"  {payee.name}: {payee.subtotal}" for payee in words.payees]
    contacts = [
        f"  {payee.name}: {', '.join(part for part in (payee.contact_email, payee.contact_phone) if part)}"
        for payee in words.payees
    ]
    return "\n".join(
        [
            _("Thank you for your payment."),
            "",
            f"{words.total_label}: {words.total}",
            *payees,
            "",
            f"{_('Receipt number and bank reference')}: {group_reference(view.number)}",
            f"{words.state}. {words.state_text}",
            "",
            _("The whole receipt:"),
            settings.PUBLIC_URL + reverse("receipt", args=[view.token]),
            _("Whoever has the link can see the receipt, but not which books or other items it is about."),
            "",
            _("Questions about these fees") + ":",
            *contacts,
            "",
            _("You cannot answer this message."),
            "",
        ]
    )


def queue_receipt_email(*, payment_id: int, now: datetime) -> bool:
    """Put the receipt into the out-box, once; False when it is there already or no address was given.

    In the language that the payment was made in. Raise NoReceipt when nothing was paid.
    """
    checkout = Checkout.objects.only("email", "language").get(payments=payment_id)
    if not checkout.email:
        return False
    view = build_receipt(payment_id=payment_id, language=checkout.language, with_titles=False)
    with translation.override(view.language):
        subject = _("Receipt %(amount)s, %(issuer)s") % {"amount": euros(view.total), "issuer": view.issuer}
        defaults = {"created_at": now, "recipient": checkout.email, "subject": subject[:200], "body": _body(view)}
    _row, is_new = OutgoingEmail.objects.get_or_create(about=f"receipt:{payment_id}", defaults=defaults)
    return is_new
