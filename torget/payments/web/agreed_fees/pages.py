"""What the payment services may keep by the contract: the terms of each account, entered, corrected and withdrawn."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from torget.foundation.core.money import Money
from torget.foundation.staff.page import show
from torget.foundation.staff.session import Staff, note_refusal, staff_page
from torget.payments.checkout.models import MerchantAccount, Payment
from torget.payments.settlement.agreed_fees import (
    AgreedAlready,
    agree_fee,
    correct_fee,
    fee_by,
    may_agree,
    withdraw_fee,
)
from torget.payments.settlement.reconciliation_models import AgreedFee
from torget.payments.web.agreed_fees.forms import FeeForm, percent_text
from torget.payments.web.reconciliation.home import reconciles
from torget.payments.web.reconciliation.overview import visible_accounts
from torget.payments.web.reconciliation.run_words import account_words

EXAMPLE = Money(2000)
_LATELY = 1000


def _methods(account: MerchantAccount) -> list[str]:
    """Of the latest payments."""
    lately = Payment.objects.filter(merchant_account=account).order_by("-pk").values_list("method", flat=True)
    return sorted(set(lately[:_LATELY]) - {""})


def _account(staff: Staff, account_id: int) -> MerchantAccount:
    """One whose terms this employee enters. Raise Http404."""
    found = visible_accounts(staff.access).filter(pk=account_id).first()
    if found is None or not may_agree(staff.access, found):
        note_refusal(staff, action="agree fee", subject=f"merchant-account:{account_id}")
        raise Http404
    return found


def _fee(staff: Staff, fee_id: int) -> AgreedFee:
    """Raise Http404."""
    found = AgreedFee.objects.filter(pk=fee_id).first()
    if found is None:
        raise Http404
    found.merchant_account = _account(staff, found.merchant_account_id)
    return found


def _row(fee: AgreedFee) -> dict[str, Any]:
    fixed = Money(fee.fixed_cents)
    return {
        "fee": fee,
        "method": fee.method or _("All other methods"),
        "fixed": fixed,
        "percent": f"{percent_text(fee.basis_points)} %",
        "example": fee_by(EXAMPLE, fixed, fee.basis_points),
    }


@staff_page
@require_safe
def fees(request: HttpRequest, staff: Staff) -> HttpResponse:
    if not reconciles(staff.access):
        note_refusal(staff, action="view agreed fees", subject="agreed-fees")
        raise Http404
    language = get_language() or "fi"
    accounts = [
        {
            "account": account,
            "name": account_words(account, language),
            "rows": [
                _row(fee)
                for fee in AgreedFee.objects.filter(merchant_account=account).order_by("method", "-valid_from")
            ],
            "may_agree": may_agree(staff.access, account),
        }
        for account in visible_accounts(staff.access)
    ]
    return show(request, staff, "agreed_fees/fees.html", {"accounts": accounts, "example": EXAMPLE})


def _form_page(
    request: HttpRequest, staff: Staff, form: FeeForm, account: MerchantAccount, fee: AgreedFee | None
) -> HttpResponse:
    context = {"form": form, "fee": fee, "name": account_words(account, get_language() or "fi")}
    return show(request, staff, "agreed_fees/form.html", context, status=422 if form.errors else 200)


def _say_saved(request: HttpRequest) -> HttpResponse:
    messages.success(
        request,
        _("Saved. From the next comparison on, the rows of the payment service are judged by it."),
    )
    return HttpResponseRedirect(reverse("staff-agreed-fees"))


def _say_agreed_already(form: FeeForm) -> None:
    form.add_error("valid_from", _("There are terms for this method from this day on; change those"))


@staff_page
@require_http_methods(["GET", "HEAD", "POST"])
def agree(request: HttpRequest, staff: Staff, account_id: int) -> HttpResponse:
    account = _account(staff, account_id)
    form = FeeForm(request.POST or None, methods=_methods(account))
    if request.method == "POST" and form.is_valid():
        try:
            agree_fee(account=account, terms=form.terms, access=staff.access, at=timezone.now())
        except AgreedAlready:
            _say_agreed_already(form)
        else:
            return _say_saved(request)
    return _form_page(request, staff, form, account, None)


@staff_page
@require_http_methods(["GET", "HEAD", "POST"])
def change(request: HttpRequest, staff: Staff, fee_id: int) -> HttpResponse:
    fee = _fee(staff, fee_id)
    written = {
        "method": fee.method,
        "fixed": Money(fee.fixed_cents),
        "percent": percent_text(fee.basis_points),
        "valid_from": fee.valid_from,
    }
    form = FeeForm(request.POST or None, initial=written, methods=_methods(fee.merchant_account))
    if request.method == "POST" and form.is_valid():
        try:
            correct_fee(fee=fee, terms=form.terms, access=staff.access, at=timezone.now())
        except AgreedAlready:
            _say_agreed_already(form)
        else:
            return _say_saved(request)
    return _form_page(request, staff, form, fee.merchant_account, fee)


@staff_page
@require_POST
def withdraw(request: HttpRequest, staff: Staff, fee_id: int) -> HttpResponse:
    withdraw_fee(fee=_fee(staff, fee_id), access=staff.access, at=timezone.now())
    messages.success(request, _("Withdrawn. Without terms the payment service's fees are booked and not judged."))
    return HttpResponseRedirect(reverse("staff-agreed-fees"))
