"""The tester: how a pasted exchange with a library system is understood, field by field, and which fees result."""

from dataclasses import dataclass

from django import forms
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from torget.foundation.core.money import Money, total
from torget.foundation.design.page import SummaryRow, Tag, TagColour
from torget.foundation.staff.page import show
from torget.foundation.staff.session import Staff
from torget.payments.core.exchanges import BadSetting, CheckedSum, Explanation, ShownLine, ShownMessage, ShownPart
from torget.payments.fees.explain_exchange import (
    ExchangeSetting,
    exchange_settings,
    explain_exchange,
    hide_secrets,
)
from torget.payments.web.libraries.words import (
    CHECKED_SUMS,
    GRAVE,
    WAYS,
    finding_words,
    message_words,
    part_words,
)
from torget.payments.web.upkeep.entry import upkeep_page

TEXT_LENGTH_MAX = 15_000


class ExchangeForm(forms.Form):
    setting = forms.ChoiceField(
        label=gettext_lazy("Read it as"),
        help_text=gettext_lazy("One of your systems as it is set now, or a known setting of others."),
        error_messages={"required": gettext_lazy("Choose how to read the exchange")},
    )
    fee_line = forms.CharField(
        label=gettext_lazy("Form of a fee line"),
        help_text=gettext_lazy(
            "Only to try another form: {id}, {amount}, {kind}, {text} and {any} stand for what changes, such as "
            "{id} {amount} {text}"
        ),
        required=False,
        max_length=200,
        widget=forms.TextInput(attrs={"spellcheck": "false", "autocomplete": "off"}),
    )
    text = forms.CharField(
        label=gettext_lazy("Exchange"),
        help_text=gettext_lazy(
            "Paste lines of the server's log with messages 63 and 64. Times and names before a message do not matter. "
            "Nothing of it is kept; PINs and passwords are hidden at once."
        ),
        max_length=TEXT_LENGTH_MAX,
        strip=False,
        error_messages={
            "required": gettext_lazy("Paste an exchange"),
            "max_length": gettext_lazy("Paste one exchange only, at most 15,000 characters"),
        },
        widget=forms.Textarea(attrs={"rows": 8, "spellcheck": "false", "autocomplete": "off"}),
    )

    def __init__(self, *arguments: object, known: dict[str, ExchangeSetting]) -> None:
        super().__init__(*arguments)  # type: ignore[arg-type] # Django's own positional arguments
        systems = [(key, one.name) for key, one in known.items() if one.is_system]
        others = [(key, one.name) for key, one in known.items() if not one.is_system]
        field = self.fields["setting"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - for the type checker
        groups = [(_("Your systems"), systems)] if systems else []
        field.choices = [*groups, (_("Known settings"), others)]


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageView:
    title: str
    tag: Tag
    rows: list[SummaryRow]


@dataclass(frozen=True, slots=True, kw_only=True)
class LineView:
    text: str
    tag: Tag
    rows: list[SummaryRow]


_SUM_COLOURS = {
    CheckedSum.ABSENT: TagColour.GREY,
    CheckedSum.RIGHT: TagColour.GREEN,
    CheckedSum.WRONG: TagColour.RED,
}


def _value(part: ShownPart) -> str:
    """Blanks are signs of this protocol, so they must be seen."""
    if part.is_secret:
        return _("hidden")
    return part.value.replace(" ", "·") if not part.code.isupper() else part.value or _("empty")


def _message(message: ShownMessage) -> MessageView:
    return MessageView(
        title=message_words(message),
        tag=Tag(text=str(CHECKED_SUMS[message.checked_sum]), colour=_SUM_COLOURS[message.checked_sum]),
        rows=[SummaryRow(key=part_words(part.code), value=_value(part)) for part in message.parts],
    )


def _line(line: ShownLine) -> LineView:
    names = {"id": _("Identifier"), "amount": _("Amount"), "kind": _("Kind"), "text": _("Text")}
    rows = [SummaryRow(key=names.get(name, name), value=value) for name, value in line.groups.items()]
    fitting = ", ".join(line.fitting) or _("none of the known settings")
    rows.append(SummaryRow(key=_("Read by"), value=fitting))
    tag = (
        Tag(text=_("Understood"), colour=TagColour.GREEN)
        if line.groups
        else Tag(text=_("Not read"), colour=TagColour.YELLOW)
    )
    return LineView(text=line.text, tag=tag, rows=rows)


def explanation_context(found: Explanation) -> dict[str, object]:
    return {
        "is_explained": True,
        "findings": [
            {
                "words": finding_words(one),
                "tag": Tag(text=_("Stops payments"), colour=TagColour.RED)
                if one.problem in GRAVE
                else Tag(text=_("To know"), colour=TagColour.YELLOW),
            }
            for one in found.findings
        ],
        "fees": found.fees,
        "total": total([fee.outstanding for fee in found.fees]),
        "credit": found.credit if found.credit > Money(0) else None,
        "lines": [_line(one) for one in found.lines],
        "parsed": [_message(one) for one in found.messages],
        "fitting": ", ".join(found.fitting),
        "way": WAYS[found.way],
    }


@upkeep_page
@sensitive_post_parameters("text")
@require_http_methods(["GET", "HEAD", "POST"])
def exchange(request: HttpRequest, staff: Staff) -> HttpResponse:
    """Reads what is pasted and keeps nothing of it, so it is a POST without an effect."""
    known = exchange_settings()
    if request.method != "POST":
        return show(request, staff, "libraries/exchange.html", {"form": ExchangeForm(known=known)})
    pasted = request.POST.get("text", "")
    # What the page shows again is what is left without PINs; the explanation counts checksums over what came.
    form = ExchangeForm({**request.POST.dict(), "text": hide_secrets(pasted, known)}, known=known)
    context: dict[str, object] = {"form": form}
    if form.is_valid():
        asked = form.cleaned_data
        try:
            found = explain_exchange(text=pasted, key=asked["setting"], fee_line=asked["fee_line"], known=known)
        except BadSetting as error:
            form.add_error("fee_line", str(error))
        else:
            context |= explanation_context(found)
    return show(request, staff, "libraries/exchange.html", context, status=422 if form.errors else 200)
