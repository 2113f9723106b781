"""The addresses of the staff's side, all under /staff/."""

from django.urls import path

from torget.foundation.staff.home import home
from torget.payments.web.staff import (
    actions,
    colleagues,
    own_sign_in,
    payment,
    payment_file,
    proposals,
    refunds,
    reversals,
    search,
    second_factor,
    sign_in,
    work_list,
)

urlpatterns = [
    path("", home, name="staff-home"),
    path("sign-in/", sign_in.sign_in, name="staff-sign-in"),
    path("sign-in/code/", second_factor.code, name="staff-code"),
    path("sign-in/app/", second_factor.enrol, name="staff-enrol"),
    path("own-sign-in/", own_sign_in.own_sign_in, name="staff-own-sign-in"),
    path("own-sign-in/app/", own_sign_in.own_app, name="staff-own-app"),
    path("own-sign-in/recovery-codes/", own_sign_in.recovery_codes, name="staff-recovery-codes"),
    path("colleagues/", colleagues.colleagues, name="staff-colleagues"),
    path("colleagues/<int:employee_id>/reset/", colleagues.reset, name="staff-reset-factor"),
    path("sign-out/", sign_in.sign_out, name="staff-sign-out"),
    path("work-list/", work_list.work_list, name="staff-work-list"),
    path("search/", search.search, name="staff-search"),
    path("payments/<int:payment_id>/", payment.payment, name="staff-payment"),
    path("payments/<int:payment_id>/history.<slug:kind>", payment_file.payment_file, name="staff-payment-file"),
    path("payments/<int:payment_id>/retry/", actions.retry, name="staff-retry"),
    path("payments/<int:payment_id>/mark-registered/", actions.registered, name="staff-mark-registered"),
    path("payments/<int:payment_id>/refund/", refunds.refund, name="staff-refund"),
    path("payments/<int:payment_id>/mark-refunded/", refunds.refunded, name="staff-mark-refunded"),
    path("payments/<int:payment_id>/mark-not-refunded/", actions.not_refunded, name="staff-mark-not-refunded"),
    path("payments/<int:payment_id>/let-stand/", actions.stands, name="staff-let-stand"),
    path("payments/<int:payment_id>/mark-paid/", actions.paid, name="staff-mark-paid"),
    path("refunds/<int:refund_id>/", proposals.proposal, name="staff-proposal"),
    path("fees/<int:reversal_id>/raised/", reversals.raised, name="staff-raised"),
]
