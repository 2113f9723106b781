"""Files of providers and banks: the list, bringing one, and what was found in it."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from torget.foundation.audit.record import record
from torget.foundation.core.money import Money
from torget.foundation.design.page import Tag, TagColour
from torget.foundation.staff.page import show
from torget.foundation.staff.session import Staff, note_refusal, staff_page
from torget.payments.checkout.providers import provider_title
from torget.payments.core.settlement import FileRefused
from torget.payments.settlement.formats import BANK
from torget.payments.settlement.models import ReadingProgress, SettlementFile
from torget.payments.settlement.report import FileReport, report_from_json
from torget.payments.settlement.take_in import Source, sources_for, upload_file
from torget.payments.settlement.words import (
    file_channel_words,
    file_state_words,
    kind_words,
    problem_title,
    refuses,
    what_to_do_about,
    where_found,
)
from torget.payments.web.reconciliation.waking import wake_reading

_COLOURS = {
    SettlementFile.State.RECEIVED: TagColour.BLUE,
    SettlementFile.State.READ: TagColour.GREEN,
    SettlementFile.State.REFUSED: TagColour.RED,
}
FILES_ON_A_PAGE = 25


def visible_files(staff: Staff) -> QuerySet[SettlementFile]:
    return SettlementFile.objects.filter(staff.access.within("municipality")).select_related(
        "municipality", "merchant_account"
    )


def source_words(source: Source, language: str) -> str:
    name = source.municipality.name(language)
    if source.account is None:
        return _("Bank statement, %(municipality)s") % {"municipality": name}
    number = source.sub_merchant or source.account.account
    provider = provider_title(source.account.provider)
    return _("%(provider)s %(number)s, %(municipality)s") % {
        "provider": provider,
        "number": number,
        "municipality": name,
    }


def file_words(file: SettlementFile, language: str) -> str:
    return source_words(
        Source(municipality=file.municipality, account=file.merchant_account, sub_merchant=file.sub_merchant), language
    )


def file_tag(file: SettlementFile) -> Tag:
    return Tag(text=file_state_words(file.state), colour=_COLOURS[SettlementFile.State(file.state)])


class UploadForm(forms.Form):
    file = forms.FileField(
        label=gettext_lazy("File"),
        help_text=gettext_lazy(
            "As it came: do not open and save it in between. CSV or JSON of the payment service, "
            "XML (camt.053 or camt.054) of the bank."
        ),
        error_messages={
            "required": gettext_lazy("Choose a file"),
            "empty": gettext_lazy("The file is empty. Download it again."),
        },
    )

    def __init__(self, *arguments: Any, sources: list[Source], language: str, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.sources = sources
        choices = [(str(number), source_words(one, language)) for number, one in enumerate(sources)]
        self.fields["source"] = forms.ChoiceField(
            label=gettext_lazy("What is the file of?"),
            choices=choices,
            initial="0" if len(choices) == 1 else None,
            widget=forms.RadioSelect,
            error_messages={"required": gettext_lazy("Choose what the file is of")},
        )
        self.order_fields(["source", "file"])

    def clean_source(self) -> Source:
        return self.sources[int(self.cleaned_data["source"])]


@staff_page
@require_safe
def files(request: HttpRequest, staff: Staff) -> HttpResponse:
    language = get_language() or "fi"
    page = Paginator(visible_files(staff).order_by("-received_at", "-pk"), FILES_ON_A_PAGE).get_page(
        request.GET.get("page")
    )
    rows = [{"file": file, "title": file_words(file, language), "tag": file_tag(file)} for file in page]
    context = {"rows": rows, "page": page, "may_upload": bool(staff.access.finance)}
    return show(request, staff, "reconciliation/files.html", context)


@staff_page
@require_http_methods(["GET", "HEAD", "POST"])
def upload(request: HttpRequest, staff: Staff) -> HttpResponse:
    sources = sources_for(staff.access)
    if not sources:
        note_refusal(staff, action="upload settlement file", subject="settlement-file")
        messages.error(request, _("Only finance brings files. Your role lets you look at them."))
        return HttpResponseRedirect(reverse("staff-settlement-files"))
    posted = (request.POST, request.FILES) if request.method == "POST" else ()
    form = UploadForm(*posted, sources=sources, language=get_language() or "fi")
    if request.method == "POST" and form.is_valid():
        brought = form.cleaned_data["file"]
        try:
            file, is_new = upload_file(
                source=form.cleaned_data["source"],
                pieces=brought.chunks(),
                name=brought.name,
                access=staff.access,
                at=timezone.now(),
            )
        except FileRefused as refused:
            problem = refused.finding.problem
            form.add_error("file", f"{problem_title(problem)}. {what_to_do_about(problem)}")
        else:
            wake_reading()
            if not is_new:
                messages.info(request, _("This very file was here already. Nothing is counted twice."))
            return HttpResponseRedirect(reverse("staff-settlement-file", args=[file.pk]))
    status = 422 if request.method == "POST" else 200
    return show(request, staff, "reconciliation/upload.html", {"form": form}, status=status)


def _amounts(report: FileReport) -> list[dict[str, Any]]:
    return [
        {"kind": kind_words(one.kind), "count": one.count, "amount": Money(one.cents), "fee": Money(one.fee_cents)}
        for one in report.kinds
    ]


def _findings(report: FileReport) -> list[dict[str, Any]]:
    found = [
        {
            "title": problem_title(one.problem),
            "where": where_found(one),
            "what_to_do": what_to_do_about(one.problem),
            "refuses": refuses(one),
        }
        for one in report.findings
    ]
    return sorted(found, key=lambda one: not one["refuses"])


def _percent(file: SettlementFile, progress: ReadingProgress | None) -> int:
    return min(99, 100 * progress.bytes // file.size_bytes) if progress and file.size_bytes else 0


@staff_page
@require_safe
def file(request: HttpRequest, staff: Staff, file_id: int) -> HttpResponse:
    found = visible_files(staff).filter(pk=file_id).first()
    if found is None:
        note_refusal(staff, action="view settlement file", subject=f"settlement-file:{file_id}")
        raise Http404
    is_polling = getattr(request, "htmx", False)
    if not is_polling:
        record(
            at=timezone.now(),
            actor=staff.actor,
            action="view settlement file",
            subject=f"settlement-file:{file_id}",
            municipality_id=found.municipality_id,
        )
    language = get_language() or "fi"
    report = report_from_json(found.report)
    progress = ReadingProgress.objects.filter(file=found).first()
    context = {
        "file": found,
        "title": file_words(found, language),
        "tag": file_tag(found),
        "is_reading": found.state == SettlementFile.State.RECEIVED,
        "is_bank": found.provider == BANK,
        "progress": progress,
        "percent": _percent(found, progress),
        "channel": file_channel_words(found.channel),
        "by": found.employee.full_name if found.employee else "",
        "report": report,
        "amounts": _amounts(report),
        "net": Money(sum(one.cents - one.fee_cents for one in report.kinds)),
        "came_in": Money(report.in_cents),
        "went_out": Money(report.out_cents),
        "findings": _findings(report),
    }
    template = "reconciliation/file_state.html" if is_polling else "reconciliation/file.html"
    return show(request, staff, template, context)
