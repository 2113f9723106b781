"""Branches and kinds of fee, as the library system really returns them; what it cannot tell is typed in by hand."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from torget.foundation.cooperations.models import Branch
from torget.foundation.core.languages import in_language
from torget.foundation.staff.session import Staff
from torget.onboarding.draft import ChangedMeanwhile
from torget.onboarding.examine import examine, unknown_branches
from torget.onboarding.look_at_library import CannotSample, look_at_library
from torget.onboarding.models import Draft
from torget.onboarding.steps import Step
from torget.onboarding.ways_out import way_to_library
from torget.onboarding.web.entry import draft_page
from torget.onboarding.web.forms import IN_LANGUAGES, CardsForm, FeeTypeForm, StepForm
from torget.onboarding.web.frame import draft_url, save_step, say_changed, show_step, tell_problems
from torget.onboarding.web.words import trouble_words
from torget.payments.core.library_listing import ListsBranches, ListsFeeKinds
from torget.payments.core.ports import LibrarySystemUnavailable
from torget.payments.fees.library_systems import library_system
from torget.payments.fees.models import FeeType

_BY_HAND_ROWS = 3
_DESCRIPTION = (
    *("names", "explanations", "legal_nature", "vat_permille", "ledger_account", "is_payable", "not_payable_reasons"),
)


@draft_page
@require_POST
def look(request: HttpRequest, staff: Staff, draft: Draft) -> HttpResponse:
    """Ask the library system, then back to the page that wanted to know."""
    form = CardsForm(request.POST)
    back = "staff-draft-branches" if request.POST.get("back") == "branches" else "staff-draft-fee-types"
    cards = form.card_numbers if "cards" in request.POST else []
    try:
        unknown = look_at_library(draft=draft, cards=cards, access=staff.access, at=timezone.now())
    except ChangedMeanwhile:
        say_changed(request)
    except CannotSample:
        messages.warning(
            request, _("This library system tells nothing of a card without its PIN. Type in what it uses.")
        )
    except LibrarySystemUnavailable as error:
        why = trouble_words(way_to_library(draft)) or _("Its answer was: %(why)s.") % {"why": str(error) or "—"}
        messages.error(request, _("The library system gives no usable answer. Nothing typed is lost.") + " " + why)
    else:
        if unknown:
            told = ngettext(
                "The library system does not know the card %(cards)s.",
                "The library system does not know these cards: %(cards)s.",
                len(unknown),
            )
            messages.warning(request, told % {"cards": ", ".join(unknown)})
    return HttpResponseRedirect(draft_url(back, draft))


@draft_page
@require_http_methods(["GET", "HEAD", "POST"])
def branches(request: HttpRequest, staff: Staff, draft: Draft) -> HttpResponse:
    form = StepForm({})
    rows = _branch_rows(draft)
    if request.method == "POST":
        given = _given_branches(request, len(rows) + _BY_HAND_ROWS)
        if save_step(request, staff, draft, Step.BRANCHES, {"branches": given}):
            rows = _branch_rows(draft)
            tell_problems(form, draft, Step.BRANCHES)
            if not given:
                form.add_error(None, _("Tick or type in at least one branch"))
            if not form.errors:
                return HttpResponseRedirect(draft_url("staff-draft-fee-types", draft))
    else:
        tell_problems(form, draft, Step.BRANCHES)
    context = {
        "form": form,
        "rows": rows,
        "by_hand": [_empty_row(len(rows) + place) for place in range(_BY_HAND_ROWS)],
        "can_list": isinstance(library_system(draft.cooperation.library_system), ListsBranches),
        "is_asked": "branches" in draft.seen,
        "unknown": unknown_branches(draft, examine(draft).network),
        "languages": IN_LANGUAGES.items(),
    }
    return show_step(request, staff, draft, Step.BRANCHES, template="branches", context=context)


def _empty_row(place: int) -> dict[str, Any]:
    return {"place": place, "names": [(code, words, "") for code, words in IN_LANGUAGES.items()]}


def _branch_rows(draft: Draft) -> list[dict[str, Any]]:
    """Those that no other municipality has: with the names that were typed, else with the system's own."""
    answered = draft.answers.get(Step.BRANCHES, {}).get("branches", [])
    ticked = {one.get("code", ""): one.get("names", {}) for one in answered}
    taken = set(
        Branch.objects.exclude(municipality=draft.municipality_id).values_list("code", flat=True)
        if draft.municipality_id
        else Branch.objects.values_list("code", flat=True)
    )
    listed = {code: name for code, name in draft.seen.get("branches", {}).items() if code not in taken}
    for code in draft.seen.get("fee_branches", {}):
        if code not in taken:
            listed.setdefault(code, code)
    return [
        {
            "place": place,
            "code": code,
            "is_ticked": code in ticked,
            "names": [
                (language, words, ticked.get(code, {}).get(language, listed.get(code, "")))
                for language, words in IN_LANGUAGES.items()
            ],
        }
        for place, code in enumerate(sorted({*listed, *ticked} - {""}))
    ]


def _given_branches(request: HttpRequest, count: int) -> list[dict[str, Any]]:
    given = []
    for place in range(count):
        code = request.POST.get(f"code_{place}", "").strip()
        if code and (f"tick_{place}" in request.POST or f"hand_{place}" in request.POST):
            names = {key: request.POST.get(f"name_{place}_{key}", "").strip() for key in IN_LANGUAGES}
            given.append({"code": code, "names": names})
    return given


@draft_page
@require_http_methods(["GET", "HEAD", "POST"])
def fee_types(request: HttpRequest, staff: Staff, draft: Draft) -> HttpResponse:
    """The kinds that were seen, those that are described, and the confirmation that these are all."""
    form = StepForm({})
    if request.method == "POST":
        kept = draft.answers.get(Step.FEE_TYPES, {})
        if save_step(request, staff, draft, Step.FEE_TYPES, {"described": {}, **kept, "is_confirmed": True}):
            tell_problems(form, draft, Step.FEE_TYPES)
            if not form.errors:
                return HttpResponseRedirect(draft_url("staff-draft-payee", draft))
    rows = _kind_rows(draft)
    context = {
        "form": form,
        "rows": rows,
        "unknown_count": sum(not row["is_known"] for row in rows),
        "cards_form": CardsForm(),
        "can_list": isinstance(library_system(draft.cooperation.library_system), ListsFeeKinds),
        "unknown_branches": unknown_branches(draft, examine(draft).network),
        "is_sampled": "fee_kinds" in draft.seen,
    }
    return show_step(request, staff, draft, Step.FEE_TYPES, template="fee_types", context=context)


def _kind_rows(draft: Draft) -> list[dict[str, Any]]:
    language = get_language() or "fi"
    system = draft.cooperation.library_system
    stored = {one.code: (one.names, one.is_payable) for one in FeeType.objects.filter(library_system=system)}
    described = draft.answers.get(Step.FEE_TYPES, {}).get("described", {})
    known = {**stored, **{code: (row["names"], row["is_payable"]) for code, row in described.items()}}
    counts, listed = draft.seen.get("fee_kinds", {}), draft.seen.get("kinds", {})
    return [
        {
            "code": code,
            "name": in_language(known[code][0], language) if code in known else listed.get(code, ""),
            "is_known": code in known,
            "is_payable": code in known and known[code][1],
            "is_ours": code not in stored,
            "count": counts.get(code, 0),
            "url": f"{draft_url('staff-draft-fee-type', draft)}?{urlencode({'code': code})}",
        }
        for code in sorted({*known, *counts, *listed}, key=lambda code: (code in known, code))
    ]


@draft_page
@require_http_methods(["GET", "HEAD", "POST"])
def fee_type(request: HttpRequest, staff: Staff, draft: Draft) -> HttpResponse:
    """Describe one kind; a renamed one takes over what the old name says."""
    code = (request.POST if request.method == "POST" else request.GET).get("code", "").strip()
    system = draft.cooperation.library_system
    is_theirs = draft.municipality_id is None and FeeType.objects.filter(library_system=system, code=code).exists()
    if not code or is_theirs:
        return HttpResponseRedirect(draft_url("staff-draft-fee-types", draft))
    described = draft.answers.get(Step.FEE_TYPES, {}).get("described", {})
    row = described.get(code) or _copied(system, request.GET.get("like", ""))
    form = FeeTypeForm(request.POST if request.method == "POST" else FeeTypeForm.initial_of(row))
    if request.method == "POST":
        kept = draft.answers.get(Step.FEE_TYPES, {})
        given = {**kept, "described": {**described, code: form.given(code)}}
        if save_step(request, staff, draft, Step.FEE_TYPES, given):
            place = f"draft: fee_types[{sorted(given['described']).index(code)}] ({code})"
            form.tell([one for one in examine(draft).problems[Step.FEE_TYPES] if one.place.startswith(place)], place)
            if not form.errors:
                return HttpResponseRedirect(draft_url("staff-draft-fee-types", draft))
    language = get_language() or "fi"
    context = {
        "form": form,
        "code": code,
        "likes": [
            (one.code, in_language(one.names, language))
            for one in FeeType.objects.filter(library_system=system).order_by("code")
        ],
    }
    return show_step(request, staff, draft, Step.FEE_TYPES, template="fee_type", context=context)


def _copied(system: str, code: str) -> dict[str, Any]:
    found = FeeType.objects.filter(library_system=system, code=code).first()
    return {name: getattr(found, name) for name in _DESCRIPTION} if found else {}
