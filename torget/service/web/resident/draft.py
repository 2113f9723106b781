"""Fill in a form: step by step, kept at every step, resumed by link on any device, checked, and sent once."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from torget.foundation.core.identity_codes import has_identity_code
from torget.foundation.core.languages import in_language
from torget.foundation.design.page import Step as PageStep
from torget.foundation.design.page import StepState, SummaryRow
from torget.payments.web.looks import note_look
from torget.payments.web.patron_session import signed_in_patron
from torget.service.conversations.submit import NotComplete, submit_draft
from torget.service.core.files import FileFault
from torget.service.core.forms import Form, Kind, Step, check_step, first_faulty_step
from torget.service.core.service_types import find_service_type
from torget.service.forms.attach import FileRefused, attach_file, detach_file
from torget.service.forms.drafts import AlreadySent, DraftGone, find_draft, form_of_draft, save_answers
from torget.service.forms.mail_link import mail_draft_link
from torget.service.forms.models import Attachment, Draft
from torget.service.web.step_form import StepForm
from torget.service.web.upload import refused_files

View = Callable[..., HttpResponse]


def draft_page(view: View) -> View:
    """Give the view the unsent draft of the link; else say that it is gone, or go to the errand it has become."""

    @wraps(view)
    def guarded(request: HttpRequest, token: str, **named: Any) -> HttpResponse:
        try:
            found = find_draft(token=token, at=timezone.now())
        except DraftGone:
            return render(request, "service/draft_gone.html", status=404)
        if found.sent_at is not None:
            return HttpResponseRedirect(reverse("errand", args=[found.contact.conversation.token]))
        note_look(
            request,
            owner_id=found.patron_id,
            action="open draft",
            subject=f"draft:{found.pk}",
            municipality_id=found.municipality_id,
        )
        response = view(request, found, **named)
        response.headers["Cache-Control"] = "no-store"
        response.headers["Referrer-Policy"] = "same-origin"
        return response

    return guarded


def _language() -> str:
    return get_language() or "fi"


def _context(draft: Draft, form: Form, current: str) -> dict[str, Any]:
    language = _language()
    asked = form.asked(draft.answers)
    order = [step.id for step in asked] + ["check"]
    place = order.index(current)
    titles = {step.id: in_language(step.titles, language) for step in asked} | {"check": _("Check and send")}
    urls = {step.id: reverse("draft-step", args=[draft.token, step.id]) for step in asked}
    steps = [
        PageStep(
            text=titles[step_id],
            state=StepState.DONE if at < place else StepState.CURRENT if at == place else StepState.COMING,
            url=urls.get(step_id, "") if at < place else "",
        )
        for at, step_id in enumerate(order)
    ]
    return {
        "draft": draft,
        "name": in_language(find_service_type(draft.form.service_type).names, language),
        "steps": steps,
        "back_url": urls[order[place - 1]] if place else "",
        "prefilled": [
            {key: in_language(row[key], language) for key in ("labels", "values", "sources")} for row in draft.prefilled
        ],
    }


@require_safe
@draft_page
def draft(_request: HttpRequest, found: Draft) -> HttpResponse:
    """The link of a draft leads to the first step that still needs something."""
    step = first_faulty_step(form_of_draft(found), found.answers)
    if step is None:
        return HttpResponseRedirect(reverse("draft-check", args=[found.token]))
    return HttpResponseRedirect(reverse("draft-step", args=[found.token, step.id]))


def _step_page(request: HttpRequest, found: Draft, form: Form, step: Step, shown: StepForm) -> HttpResponse:
    context = {
        **_context(found, form, step.id),
        "step": step,
        "step_title": in_language(step.titles, _language()),
        "form": shown,
        "attachments": list(found.attachments.order_by("id")) if step.has_files else [],
    }
    return render(request, "service/draft_step.html", context, status=422 if shown.errors else 200)


def _take_files(request: HttpRequest, found: Draft, step: Step, shown: StepForm) -> None:
    """Each file of this step is attached; one that is refused says so at its field."""
    refused = refused_files(request.META)
    for field in step.fields:
        if field.kind is not Kind.FILE:
            continue
        if field.id in refused:
            shown.refuse_file(field.id, FileFault.TOO_LARGE)
            continue
        file = request.FILES.get(field.id)
        if file is None or isinstance(file, list):
            continue
        try:
            taken = attach_file(draft_id=found.pk, name=file.name or "", content=file.read(), at=timezone.now())
        except FileRefused as refusal:
            shown.refuse_file(field.id, refusal.fault)
            continue
        if taken.state == Attachment.State.INFECTED:
            shown.add_error(
                field.id, _("The file holds a virus and was removed. Scan your device, and send another file.")
            )
    if "attach" in request.POST and not request.FILES and not shown.errors:
        first = next(field.id for field in step.fields if field.kind is Kind.FILE)
        shown.add_error(first, _("Choose a file first, then attach it."))


@require_http_methods(["GET", "HEAD", "POST"])
@draft_page
def draft_step(request: HttpRequest, found: Draft, step_id: str) -> HttpResponse:
    form = form_of_draft(found)
    step = next((one for one in form.asked(found.answers) if one.id == step_id), None)
    if step is None:
        return HttpResponseRedirect(reverse("draft", args=[found.token]))
    if request.method != "POST":
        return _step_page(request, found, form, step, StepForm(step, _language(), None, None, found.answers))
    shown = StepForm(step, _language(), request.POST, request.FILES, found.answers)
    is_partial = "attach" in request.POST or "later" in request.POST
    try:
        save_answers(draft_id=found.pk, step=step, answers=shown.answers(), language=_language(), at=timezone.now())
        shown.start_clean() if is_partial else shown.full_clean()
        _take_files(request, found, step, shown)
    except AlreadySent:
        return HttpResponseRedirect(reverse("draft", args=[found.token]))
    found.refresh_from_db()
    if shown.errors:
        return _step_page(request, found, form, step, shown)
    return HttpResponseRedirect(_after_step(request, found, form, step))


def _after_step(request: HttpRequest, found: Draft, form: Form, step: Step) -> str:
    if "later" in request.POST:
        return reverse("draft-later", args=[found.token])
    if "attach" in request.POST:
        return reverse("draft-step", args=[found.token, step.id])
    return _after(found, form, step)


def _after(found: Draft, form: Form, step: Step) -> str:
    order = [one.id for one in form.asked(found.answers)]
    place = order.index(step.id) + 1
    if place < len(order):
        return reverse("draft-step", args=[found.token, order[place]])
    return reverse("draft-check", args=[found.token])


@require_POST
@draft_page
def remove_file(request: HttpRequest, found: Draft, attachment_id: int) -> HttpResponse:
    if detach_file(draft_id=found.pk, attachment_id=attachment_id):
        messages.success(request, _("The file was removed."))
    step = next((one for one in form_of_draft(found).steps if one.has_files), None)
    target = reverse("draft-step", args=[found.token, step.id]) if step else reverse("draft", args=[found.token])
    return HttpResponseRedirect(target)


class LinkForm(forms.Form):
    email = forms.EmailField(
        label=gettext_lazy("Send the link to this address"),
        widget=forms.EmailInput(attrs={"autocomplete": "email", "spellcheck": "false"}),
        error_messages={
            "required": gettext_lazy("Enter the address to which the link shall go"),
            "invalid": gettext_lazy("Enter an e-mail address in the form name@example.fi"),
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
@draft_page
def draft_later(request: HttpRequest, found: Draft) -> HttpResponse:
    """The link by which the draft is found again, and a way to have it sent."""
    form = LinkForm(
        request.POST if request.method == "POST" else None, initial={"email": found.answers.get("email", "")}
    )
    link = f"{settings.PUBLIC_URL}{reverse('draft', args=[found.token])}"
    if request.method == "POST" and form.is_valid():
        sent = mail_draft_link(
            draft=found, email=form.cleaned_data["email"], link=link, language=_language(), at=timezone.now()
        )
        if sent:
            messages.success(request, _("The link is on its way to %(email)s.") % {"email": form.cleaned_data["email"]})
            return HttpResponseRedirect(reverse("draft-later", args=[found.token]))
        form.add_error(None, _("The link has been sent as often as it can be today. Copy it instead."))
    context = {"draft": found, "form": form, "link": link}
    return render(request, "service/draft_later.html", context, status=422 if form.errors else 200)


def _rows(found: Draft, form: Form) -> list[SummaryRow]:
    language = _language()
    rows = []
    for step in form.asked(found.answers):
        faults = check_step(step, found.answers)
        for field in step.fields:
            value = found.answers.get(field.id, "")
            if field.kind is Kind.FILE:
                value = ", ".join(
                    found.attachments.exclude(state=Attachment.State.INFECTED)
                    .order_by("id")
                    .values_list("name", flat=True)
                )
            else:
                value = field.shown(value, language)
            shown = _("Missing") if field.id in faults else value or _("Not given")
            url = f"{reverse('draft-step', args=[found.token, step.id])}#id_{field.id}"
            rows.append(SummaryRow(key=in_language(field.labels, language), value=shown, change_url=url))
    return rows


def _check_page(request: HttpRequest, found: Draft, form: Form) -> HttpResponse:
    texts = [
        found.answers.get(field.id, "")
        for step in form.asked(found.answers)
        for field in step.fields
        if field.kind in (Kind.TEXT, Kind.LONG_TEXT)
    ]
    context = {
        **_context(found, form, "check"),
        "rows": _rows(found, form),
        "has_identity_code": any(has_identity_code(text) for text in texts),
        "waiting_files": found.attachments.filter(state=Attachment.State.WAITING).exists(),
        "municipality_name": found.municipality.name(_language()),
    }
    return render(request, "service/draft_check.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@draft_page
def draft_check(request: HttpRequest, found: Draft) -> HttpResponse:
    """What is about to be sent, and the button that sends it (WCAG 3.3.4: check and confirm)."""
    if request.method != "POST":
        return _check_page(request, found, form_of_draft(found))
    patron = signed_in_patron(request)
    actor = f"patron:{patron.patron_id}" if patron and patron.patron_id == found.patron_id else "person"
    try:
        conversation = submit_draft(draft_id=found.pk, actor=actor, at=timezone.now())
    except NotComplete as lacking:
        messages.error(request, _("Something is still missing. Nothing was sent yet."))
        return HttpResponseRedirect(reverse("draft-step", args=[found.token, lacking.step]))
    return HttpResponseRedirect(f"{reverse('errand', args=[conversation.token])}?sent=1")
