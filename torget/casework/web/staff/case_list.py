"""My cases: those that wait for somebody first, the most urgent on top; found by number, name or subject.

What is searched for is kept in the session, not in the address: a name is personal data, and addresses end up in logs.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django import forms
from django.core.paginator import Page, Paginator
from django.db.models import F, OuterRef, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from torget.casework.cases.find import find_cases
from torget.casework.cases.models import Case
from torget.casework.core.procedure import all_procedures
from torget.casework.decisions.models import Decision, Effect
from torget.casework.decisions.sign import with_old_rules
from torget.casework.web.words import CASE_STATES, case_tag
from torget.foundation.audit.record import record
from torget.foundation.cooperations.models import Municipality
from torget.foundation.core.business_days import HELSINKI
from torget.foundation.core.identity_codes import mask_identity_codes
from torget.foundation.core.languages import in_language
from torget.foundation.design.page import Tag
from torget.foundation.staff.page import show
from torget.foundation.staff.session import Staff, staff_page

_KEPT = "case_search"
PAGE_ROWS = 25
FOUND_MAX = 1000
WAITING = "waiting"
UNREAD = "unread"
FOR_A_PERSON = "for_a_person"


class CaseFilterForm(forms.Form):
    text = forms.CharField(
        label=gettext_lazy("Find"),
        help_text=gettext_lazy("Case number, name of a party or words of the subject"),
        max_length=100,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    state = forms.ChoiceField(label=gettext_lazy("State"), required=False)
    procedure = forms.ChoiceField(label=gettext_lazy("Kind of matter"), required=False)
    municipality = forms.ChoiceField(label=gettext_lazy("Municipality"), required=False)
    mine = forms.BooleanField(label=gettext_lazy("Only those I prepare"), required=False)

    def __init__(self, *arguments: Any, municipalities: list[Municipality], language: str, **named: Any) -> None:
        super().__init__(*arguments, **named)
        states = [(state.value, str(CASE_STATES[state])) for state in Case.State]
        more = [
            (WAITING, _("Waits for us")),
            (UNREAD, _("New message")),
            (FOR_A_PERSON, _("Carrying out needs a person")),
        ]
        kinds = [(one.slug, in_language(one.names, language)) for one in all_procedures()]
        owners = [(str(one.pk), one.name(language)) for one in municipalities]
        self._choices("state", [*more, *states])
        self._choices("procedure", kinds)
        self._choices("municipality", owners)
        if len(municipalities) < 2:
            del self.fields["municipality"]

    def _choices(self, name: str, choices: list[tuple[str, str]]) -> None:
        self.fields[name].choices = [("", _("All")), *choices]  # type: ignore[attr-defined] # a ChoiceField


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseRow:
    id: int
    number: str
    title: str
    kind: str
    municipality: str
    tag: Tag
    opened_at: datetime
    due_on: date | None
    is_late: bool
    last_day_to_appeal: date | None
    preparer: str
    is_unread: bool
    """The person sent something that nobody has read."""
    has_old_rules: bool
    """The rules behind the proposal that waits were replaced."""


def waiting_cases(municipality_ids: frozenset[int]) -> QuerySet[Case]:
    return Case.objects.filter(
        municipality__in=sorted(municipality_ids), state__in=[Case.State.OPEN, Case.State.PREPARED]
    )


def unread_cases(municipality_ids: frozenset[int]) -> QuerySet[Case]:
    """Undecided or, where a file came late, decided: the person sent something that nobody has read."""
    return Case.objects.filter(municipality__in=sorted(municipality_ids), unread_since__isnull=False)


def cases_for_a_person(municipality_ids: frozenset[int]) -> QuerySet[Case]:
    """Decided cases of which something could not be carried out by the machine."""
    stuck = Effect.objects.filter(state__in=[Effect.State.REFUSED, Effect.State.HUMAN])
    return Case.objects.filter(
        municipality__in=sorted(municipality_ids), pk__in=stuck.values("decision__case_id").distinct()
    )


def chosen_cases(staff: Staff, criteria: dict[str, Any]) -> QuerySet[Case]:
    owners = staff.access.preparer
    if criteria.get("municipality"):
        owners &= {int(criteria["municipality"])}
    found = find_cases(criteria.get("text") or "", owners)
    state = criteria.get("state")
    if state == WAITING:
        found = found.filter(state__in=[Case.State.OPEN, Case.State.PREPARED])
    elif state == UNREAD:
        found = found.filter(unread_since__isnull=False)
    elif state == FOR_A_PERSON:
        found = found.filter(pk__in=cases_for_a_person(owners).values("pk"))
    elif state:
        found = found.filter(state=state)
    if criteria.get("procedure"):
        found = found.filter(procedure=criteria["procedure"])
    if criteria.get("mine"):
        found = found.filter(preparer=staff.employee)
    if state in (WAITING, UNREAD, Case.State.OPEN, Case.State.PREPARED):
        return found.order_by(F("due_on").asc(nulls_last=True), "pk")
    # Words are indexed by the case's number of ours, which grows as cases are opened.
    return found.order_by("-pk") if criteria.get("text") else found.order_by("-opened_at", "-pk")


def case_page(staff: Staff, criteria: dict[str, Any], number: str | None) -> Page[Any]:
    """Nobody reads further than FOUND_MAX, and counting more would take longer the more cases there are."""
    found = list(chosen_cases(staff, criteria).values_list("pk", flat=True)[:FOUND_MAX])
    page = Paginator(found, PAGE_ROWS).get_page(number)
    signed = Decision.objects.filter(case=OuterRef("pk"), state=Decision.State.SIGNED).order_by("-signed_at")
    last_day = Subquery(signed.values("last_day_to_appeal")[:1])
    ids = list(page.object_list)
    rows = Case.objects.select_related("municipality", "preparer").annotate(last_day=last_day).in_bulk(ids)
    return Page([rows[case_id] for case_id in ids if case_id in rows], page.number, page.paginator)


def _row(case: Case, language: str, today: date, replaced: set[int]) -> CaseRow:
    names = {one.slug: in_language(one.names, language) for one in all_procedures()}
    is_waiting = case.state in (Case.State.OPEN, Case.State.PREPARED)
    return CaseRow(
        id=case.pk,
        number=case.number,
        title=mask_identity_codes(in_language(case.titles, language)),
        kind=names.get(case.procedure, case.procedure),
        municipality=case.municipality.name(language),
        tag=case_tag(case.state),
        opened_at=case.opened_at,
        due_on=case.due_on if is_waiting else None,
        is_late=is_waiting and case.due_on is not None and case.due_on < today,
        last_day_to_appeal=None if is_waiting else getattr(case, "last_day", None),
        preparer=case.preparer.full_name if case.preparer else "",
        is_unread=case.unread_since is not None,
        has_old_rules=case.pk in replaced,
    )


def _form(staff: Staff, language: str, data: Any) -> CaseFilterForm:
    owners = Municipality.objects.filter(pk__in=sorted(staff.access.preparer))
    municipalities = sorted(owners, key=lambda one: one.sort_key(language))
    return CaseFilterForm(data, municipalities=municipalities, language=language)


@staff_page
@require_http_methods(["GET", "HEAD", "POST"])
def case_list(request: HttpRequest, staff: Staff) -> HttpResponse:
    language = get_language() or "fi"
    if request.method == "POST":
        form = _form(staff, language, request.POST)
        kept = {name: value for name, value in form.cleaned_data.items() if value} if form.is_valid() else {}
        request.session[_KEPT] = kept
        return HttpResponseRedirect(reverse("staff-cases"))
    if "state" in request.GET:
        request.session[_KEPT] = {"state": request.GET["state"][:20]}
    kept = request.session.get(_KEPT, {"state": WAITING})
    form = _form(staff, language, kept)
    criteria = form.cleaned_data if form.is_valid() else {}
    page = case_page(staff, criteria, request.GET.get("page"))
    now = timezone.now()
    today = now.astimezone(HELSINKI).date()
    drafts = Decision.objects.filter(case__in=list(page.object_list), state=Decision.State.DRAFT)
    replaced = set(with_old_rules(drafts).values_list("case_id", flat=True))
    rows = [_row(case, language, today, replaced) for case in page.object_list]
    ids = [row.id for row in rows]
    record(at=now, actor=staff.actor, action="view cases", subject="cases", detail={"cases": ids})
    context = {
        "filters": form,
        "is_cut": page.paginator.count == FOUND_MAX,
        "rows": rows,
        "page": page,
        "is_narrowed": bool(kept) and kept != {"state": WAITING},
    }
    return show(request, staff, "casework/cases.html", context)
