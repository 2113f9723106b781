"""Pay back: how much of which fee and why, then what will happen, then the decision."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from torget.foundation.cooperations.models import Municipality
from torget.foundation.core.money import Money
from torget.foundation.design.templatetags.torget_format import euros
from torget.foundation.staff.page import show
from torget.foundation.staff.session import Staff, staff_page
from torget.payments.checkout.give_back import refund_row
from torget.payments.checkout.models import Payment
from torget.payments.checkout.move import refund_entries
from torget.payments.checkout.refund import PlannedRefund, known_email, plan_refund, refund_payment
from torget.payments.checkout.resolve import Seen, mark_refunded, refund_to_mark, refundable
from torget.payments.closing.words import account_words
from torget.payments.core.ports import LibrarySystemError
from torget.payments.core.refunding import FeeAfterwards, RefundWish
from torget.payments.core.resolving import Action, LinesDiffer, LinesNotRefundable, cents_left
from torget.payments.core.schedule import PROPOSAL_EXPIRES
from torget.payments.fees.library_systems import library_system
from torget.payments.receipts.words import method_name
from torget.payments.web.staff.actions import (
    LINES_DIFFER,
    TOO_MUCH,
    NoteForm,
    first_seen,
    look,
    respond,
)
from torget.payments.web.staff.refund_forms import AMOUNT, AmountsForm, RefundForm, fee_labels
from torget.payments.web.staff.refund_words import category_words


def _wish(data: dict[str, Any]) -> RefundWish:
    return RefundWish(
        cents=data["cents"],
        category=data["category"],
        reason=data["note"],
        fee=data.get("fee", FeeAfterwards.STAYS_PAID),
        email=data.get("email", ""),
    )


def limit_texts(limits: dict[int, int]) -> list[str]:
    """The limits in words, by the names of the payees."""
    language = get_language() or "fi"
    payees = sorted(Municipality.objects.filter(pk__in=limits), key=lambda one: one.sort_key(language))
    return [
        _("%(municipality)s: refunds above %(amount)s for one payment need a second person.")
        % {"municipality": payee.name(language), "amount": euros(Money(limits[payee.pk]))}
        if limits[payee.pk]
        else _("%(municipality)s: every refund needs a second person.") % {"municipality": payee.name(language)}
        for payee in payees
    ]


def _limits_of(seen: Seen, positions: dict[int, int]) -> dict[int, int]:
    payees = {line.payee_id for line in seen.payment.lines if line.position in positions}
    return dict(Municipality.objects.filter(pk__in=payees).values_list("pk", "refund_limit_cents"))


def _way(seen: Seen) -> str:
    method = method_name(seen.payment.method) if seen.payment.method else ""
    if seen.terms.by_email:
        return _(
            "%(method)s takes no refunds. The payment service writes to the patron, who says where the money is to go."
        ) % {"method": method}
    if method:
        return _("The money goes back the way it was paid: %(method)s.") % {"method": method}
    return _("The money goes back the way it was paid.")


def _told(seen: Seen, wish: RefundWish) -> str:
    if wish.email or known_email(seen):
        return _("The patron gets an e-mail when the money has gone back, with the credit note.")
    return _("The patron gave no e-mail address, so tell them yourself. Their receipt shows the refund.")


def _library_text(seen: Seen, plan: PlannedRefund, wish: RefundWish) -> str:
    if not plan.was_registered:
        if seen.may_be_in_library_system:
            return _(
                "The library system may hold this payment, perhaps as a credit. Look there afterwards and take it out."
            )
        return _("The fee was never marked as paid there, so nothing changes.")
    if wish.fee is FeeAfterwards.STAYS_PAID:
        return _("Nothing changes: the fee stays marked as paid, and the patron owes nothing.")
    try:
        can_reverse = library_system(seen.payment.library_system).capabilities.can_reverse
    except LibrarySystemError:
        return _("When the money has gone back, Torget charges the fee again, or asks the desk to.")
    if can_reverse:
        return _("When the money has gone back, Torget charges the fee again: the same amount, for the same library.")
    return _("This library system cannot charge a fee from outside. The desk finds it on the work list.")


def books_rows(staff: Staff, seen: Seen, plan: PlannedRefund) -> list[dict[str, Any]]:
    """What will be booked, of the municipalities whose books this employee may see."""
    row = refund_row(plan.cents, was_registered=plan.was_registered, reason="")
    entries = [entry for entry in refund_entries(seen.payment, row) if staff.access.may_see(entry.municipality_id)]
    language = get_language() or "fi"
    payees = Municipality.objects.in_bulk([entry.municipality_id for entry in entries])
    return [
        {
            "payee": payees[entry.municipality_id].name(language),
            "account": account_words(posting.account),
            "amount": posting.amount,
        }
        for entry in entries
        for posting in entry.postings
    ]


def _ask_to_confirm(request: HttpRequest, staff: Staff, payment: Payment, seen: Seen, form: RefundForm) -> HttpResponse:
    """The page that says what will happen, or the form again with its faults; nothing is done yet."""
    plan = None
    if "change" not in request.POST and form.is_valid():
        try:
            plan = plan_refund(seen, form.cleaned_data["cents"])
        except LinesDiffer:
            form.add_error(None, str(LINES_DIFFER))
        except LinesNotRefundable:
            form.add_error(None, str(TOO_MUCH))
    if plan is None:
        return _show_form(request, staff, payment, seen, form, status=422)
    wish = _wish(form.cleaned_data)
    labels = fee_labels(seen, set(plan.cents))
    context = {
        "payment": payment,
        "refund_amount": Money(plan.total_cents),
        "lines": [{"label": labels[place], "amount": Money(cents)} for place, cents in sorted(plan.cents.items())],
        "category": category_words(wish.category),
        "note": wish.reason,
        "way": _way(seen),
        "told": _told(seen, wish),
        "library": _library_text(seen, plan, wish),
        "books": books_rows(staff, seen, plan),
        "needs_second_person": plan.needs_second_person,
        "limits": limit_texts(dict(plan.limits)),
        "days": PROPOSAL_EXPIRES.days,
        "hidden": [
            (name, request.POST[name])
            for name in form.fields
            if name in request.POST and (name.startswith(AMOUNT) or name in RefundForm.after_amounts)
        ],
    }
    return show(request, staff, "refund_confirm.html", context)


def _form_context(seen: Seen, staff: Staff) -> dict[str, Any]:
    left = refundable(seen, staff.access)
    return {"limits": limit_texts(_limits_of(seen, left)), "terms": seen.terms, "way": _way(seen)}


def _show_form(
    request: HttpRequest, staff: Staff, payment: Payment, seen: Seen, form: RefundForm, *, status: int = 200
) -> HttpResponse:
    context = {"payment": payment, "form": form, **_form_context(seen, staff)}
    return show(request, staff, "refund.html", context, status=status)


@staff_page
@require_http_methods(["GET", "HEAD", "POST"])
def refund(request: HttpRequest, staff: Staff, payment_id: int) -> HttpResponse:
    looked = look(request, staff, payment_id, Action.REFUND)
    if isinstance(looked, HttpResponse):
        return looked
    payment, seen = looked
    form = RefundForm(
        request.POST or None,
        seen=seen,
        left=refundable(seen, staff.access),
        asks_email=seen.terms.by_email and not known_email(seen),
        initial={"seen_at": first_seen(seen)},
    )
    if request.method == "POST" and "confirmed" not in request.POST:
        return _ask_to_confirm(request, staff, payment, seen, form)
    done: list[PlannedRefund] = []

    def take(data: dict[str, Any], at: datetime) -> None:
        done.append(
            refund_payment(payment_id=payment_id, seen_at=data["seen_at"], access=staff.access, wish=_wish(data), at=at)
        )

    def success() -> str:
        if done[0].needs_second_person:
            return _("The refund waits for a second person. You can withdraw it until then.")
        return _("The refund is decided. The payment service is asked to pay back.")

    more = _form_context(seen, staff)
    return respond(request, staff, payment, form, take=take, template="refund.html", success=success, more=more)


@staff_page
@require_http_methods(["GET", "HEAD", "POST"])
def refunded(request: HttpRequest, staff: Staff, payment_id: int) -> HttpResponse:
    looked = look(request, staff, payment_id, Action.MARK_REFUNDED)
    if isinstance(looked, HttpResponse):
        return looked
    payment, seen = looked
    form: NoteForm
    to_mark = refund_to_mark(payment_id)
    if to_mark is not None:
        form = NoteForm(request.POST or None, initial={"seen_at": first_seen(seen)})
    else:
        left = cents_left(seen.standing)
        form = AmountsForm(request.POST or None, seen=seen, left=left, initial={"seen_at": first_seen(seen)})

    def take(data: dict[str, Any], at: datetime) -> object:
        return mark_refunded(
            payment_id=payment_id,
            seen_at=data["seen_at"],
            access=staff.access,
            note=data["note"],
            at=at,
            cents=data.get("cents"),
            fee=data.get("fee", FeeAfterwards.STAYS_PAID),
        )

    success = _("Marked as paid back.")
    more = {"has_open_refund": to_mark is not None}
    return respond(request, staff, payment, form, take=take, template="mark_refunded.html", success=success, more=more)
