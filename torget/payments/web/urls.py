"""The addresses of the patron's side, of the providers, and of the staff's side."""

from django.urls import include, path

import torget.foundation.design.converters  # noqa: F401 - registers <opaque:…>
from torget.payments.web import provider_messages
from torget.payments.web.patron import cards, checkout, fees, hand_off, other_service, pages, receipts, sign_in
from torget.payments.web.reconciliation import provider_reports

urlpatterns = [
    path("", sign_in.sign_in, name="sign-in"),
    path("sign-out/", sign_in.sign_out, name="sign-out"),
    path("at/<slug:slug>/", sign_in.door, name="door"),
    path("fees/", fees.fees, name="fees"),
    path("hand-off/<opaque:token>/", hand_off.hand_off, name="hand-off"),
    path("cards/", cards.cards, name="cards"),
    path("cards/<int:number>/remove/", cards.remove_card, name="remove-card"),
    path("fees/check/", fees.check, name="check"),
    path("fees/pay/", fees.pay, name="pay"),
    path("checkout/<opaque:token>/", checkout.checkout, name="checkout"),
    path("checkout/<opaque:token>/continue/", checkout.continue_checkout, name="continue-checkout"),
    path("checkout/<opaque:token>/give-up/", checkout.give_up, name="give-up"),
    path("checkout/<opaque:token>/other-service/", other_service.other_service, name="other-service"),
    path("payment/<uuid:token>/return/", provider_messages.payment_return, name="payment-return"),
    path("payment/<uuid:token>/callback/", provider_messages.payment_callback, name="payment-callback"),
    path("provider/<slug:provider>/<account>/callback/", provider_messages.account_callback, name="account-callback"),
    path("refund/<uuid:stamp>/callback/", provider_messages.refund_callback, name="refund-callback"),
    path("receipt/<opaque:token>/", receipts.receipt, name="receipt"),
    path("receipt/<opaque:token>/pdf/", receipts.receipt_as_pdf, name="receipt-pdf"),
    path("receipt/<opaque:token>/credit-note/<int:number>/", receipts.credit_note, name="credit-note"),
    path("receipt/<opaque:token>/credit-note/<int:number>/pdf/", receipts.credit_note_as_pdf, name="credit-note-pdf"),
    path("history/", pages.history, name="history"),
    path("help/", pages.help_page, name="help"),
    path("contact/", pages.contact, name="contact"),
    path("accessibility/", pages.accessibility, name="accessibility-statement"),
    path("accessibility/<slug:slug>/", pages.accessibility, name="accessibility-statement-of"),
    path("privacy/", pages.privacy, name="privacy"),
    path("privacy/<slug:slug>/", pages.privacy, name="privacy-of"),
    path("cookies/", pages.cookies, name="cookies"),
    path("staff/months/", include("torget.payments.web.months.urls")),
    path("staff/shared-costs/", include("torget.payments.web.months.cost_urls")),
    path("settlement-report/<uuid:token>/", provider_reports.settlement_report, name="settlement-report"),
    path("staff/agreed-fees/", include("torget.payments.web.agreed_fees.urls")),
    path("staff/reconciliation/", include("torget.payments.web.reconciliation.urls")),
    path("staff/", include("torget.payments.web.staff.urls")),
    path("staff/interface/", include("torget.payments.api.staff.urls")),
    path("staff/upkeep/", include("torget.payments.web.upkeep.urls")),
    path("staff/libraries/", include("torget.payments.web.libraries.urls")),
    path("", include("torget.payments.web.links.urls")),
    path("", include("torget.payments.web.reminders.urls")),
    path("", include("torget.payments.web.guardians.urls")),
    path("staff/figures/", include("torget.payments.web.books.urls")),
]
