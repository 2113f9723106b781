"""From a fee to a question about it: first why the fee arose and what others have asked, then the form."""

from dataclasses import dataclass

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from torget.foundation.cooperations.models import Municipality
from torget.foundation.core.languages import in_language
from torget.foundation.design.page import FeeLine
from torget.foundation.design.templatetags.torget_format import euros
from torget.payments.checkout.fees_now import FeesNow
from torget.payments.core.fees import AssessedFee
from torget.payments.core.ports import LibrarySystemError
from torget.payments.web.patron.fee_list import build_fee_list
from torget.payments.web.patron.fees import library_down, read_fees
from torget.payments.web.patron_session import SignedInPatron, patron_required
from torget.service.conversations.models import Conversation
from torget.service.conversations.queries import errands_of
from torget.service.conversations.served import serves
from torget.service.core.service_types import ServiceType, service_types
from torget.service.core.states import State
from torget.service.forms.drafts import Prefilled, start_draft
from torget.service.knowledge.find import articles_for
from torget.service.knowledge.say_verdict import say_verdict
from torget.service.web.every_language import every_language

_SAID = "verdicts"


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedFee:
    """The fee as it stands this moment, in the words of the fee list, and who answers for it."""

    assessed: AssessedFee
    line: FeeLine
    municipality: Municipality | None

    @property
    def kind(self) -> str:
        return self.assessed.fee.kind


def find_fee(now: FeesNow, reference: str) -> AskedFee:
    """Raise Http404 for a fee that is not (any more) on this patron's account."""
    assessed = next((one for one in now.assessed if one.fee.reference == reference), None)
    if assessed is None:
        raise Http404
    listed = build_fee_list(
        [assessed],
        texts=now.payable.configured.texts,
        municipalities=now.payable.configured.municipalities,
        held=now.payable.held,
        time_to_pay=now.payable.time_to_pay,
        chosen=None,
        language=get_language() or "fi",
    )
    slug = assessed.payee.municipality if assessed.payee else ""
    return AskedFee(
        assessed=assessed,
        line=listed.groups[0].lines[0],
        municipality=Municipality.objects.filter(slug=slug).first(),
    )


def _kinds() -> list[ServiceType]:
    """What one can ask for about a fee. An installation may do without; then nobody can ask here."""
    found = [one for one in service_types() if one.begins_at_a_fee]
    if not found:
        raise Http404
    return found


def _subject(patron: SignedInPatron, reference: str) -> dict[str, str]:
    return {
        "library_system": patron.library_system,
        "patron_reference": patron.reference,
        "card_number": patron.card_number,
        "fee_reference": reference,
    }


def _open_errand(patron: SignedInPatron, reference: str) -> Conversation | None:
    about = errands_of(patron.patron_id).filter(subject__fee_reference=reference)
    return about.exclude(state=State.CLOSED).first() or about.filter(case_id__isnull=False).first()


@require_safe
@patron_required
def fee_question(request: HttpRequest, patron: SignedInPatron, reference: str) -> HttpResponse:
    kinds = _kinds()
    try:
        now = read_fees(patron)
    except LibrarySystemError:
        return library_down(request)
    fee = find_fee(now, reference)
    municipality = fee.municipality
    articles = articles_for(
        topics=(fee.kind, *dict.fromkeys(topic for kind in kinds for topic in kind.topics)),
        municipality_id=municipality.pk if municipality else None,
        language=get_language() or "fi",
    )
    context = {
        "fee": fee,
        "articles": articles,
        "said": request.session.get(_SAID, {}),
        "errand": _open_errand(patron, reference),
        "municipality": municipality,
        "municipality_name": municipality.name(get_language() or "fi") if municipality else "",
        "is_served": municipality is not None and serves(municipality.pk),
        "reference": reference,
        "kinds": [(kind.slug, in_language(kind.names, get_language() or "fi")) for kind in kinds],
    }
    return render(request, "service/fee_question.html", context)


def masked_card(card_number: str) -> str:
    """The last four are enough for its owner to know it."""
    return f"•••• {card_number[-4:]}" if len(card_number) > 4 else card_number


def _prefilled(fee: AskedFee, patron: SignedInPatron, now: FeesNow) -> list[Prefilled]:
    """Without the title: what somebody borrowed is confidential and is read anew by who handles the matter."""
    texts = now.payable.configured.texts.get(fee.kind)
    municipality = fee.municipality
    names = texts.names if texts else every_language(lambda: _("Fee of the library"))
    amount = fee.assessed.fee.outstanding
    from_library = every_language(lambda: _("from the library system"))

    def fee_text() -> str:
        return f"{names.get(get_language() or 'fi', '')}, {euros(amount)}"

    rows = [
        (lambda: _("Fee"), every_language(fee_text), from_library),
        (
            lambda: _("Library card"),
            every_language(lambda: masked_card(patron.card_number)),
            every_language(lambda: _("from your sign-in")),
        ),
    ]
    if municipality is not None:
        rows.append(
            (
                lambda: _("Municipality that answers"),
                every_language(lambda: municipality.name(get_language() or "fi")),
                every_language(lambda: _("whose fee it is, by the library's rules")),
            )
        )
    return [Prefilled(labels=every_language(label), values=values, sources=sources) for label, values, sources in rows]


@require_POST
@patron_required
def start_question(request: HttpRequest, patron: SignedInPatron, reference: str) -> HttpResponse:
    kinds = _kinds()
    service_type = next((kind for kind in kinds if kind.slug == request.POST.get("kind")), kinds[0])
    try:
        now = read_fees(patron)
    except LibrarySystemError:
        return library_down(request)
    fee = find_fee(now, reference)
    errand = _open_errand(patron, reference)
    if errand is not None:
        return HttpResponseRedirect(reverse("errand", args=[errand.token]))
    if fee.municipality is None or not serves(fee.municipality.pk):
        return HttpResponseRedirect(reverse("fee-question", args=[reference]))
    draft = start_draft(
        service_type=service_type,
        municipality_id=fee.municipality.pk,
        patron_id=patron.patron_id,
        language=get_language() or "fi",
        subject=_subject(patron, reference),
        prefilled=_prefilled(fee, patron, now),
        at=timezone.now(),
    )
    return HttpResponseRedirect(reverse("draft", args=[draft.token]))


@require_POST
def verdict(request: HttpRequest, slug: str) -> HttpResponse:
    """Once per article and session: a second press says nothing new."""
    said = request.session.get(_SAID, {})
    helped = request.POST.get("helped") == "yes"
    if slug not in said:
        if not say_verdict(slug=slug, helped=helped, at=timezone.now()):
            raise Http404
        request.session[_SAID] = {**said, slug: helped}
    if helped:
        messages.success(request, _("Good that it helped. You need not do anything more."))
    back = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()})
    return HttpResponseRedirect(back if safe else reverse("fees"))
