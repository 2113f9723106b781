"""The form that sends a link by e-mail, and what the message says."""

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override
from django.views.decorators.http import require_http_methods

from torget.foundation.design.templatetags.torget_format import day_text, euros
from torget.foundation.staff.page import show
from torget.foundation.staff.session import Staff
from torget.payments.core.links import LinkState
from torget.payments.links.models import PaymentLink
from torget.payments.links.send import SentOften, send_link
from torget.payments.links.standing import standing
from torget.payments.web.links.desk import desk_page, find_link
from torget.payments.web.links.one import link_context


class EmailForm(forms.Form):
    email = forms.EmailField(
        label=gettext_lazy("The patron's e-mail address"),
        help_text=gettext_lazy("Ask the patron. The address is used for this message alone."),
        widget=forms.EmailInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        error_messages={
            "required": gettext_lazy("Enter an e-mail address in the form name@example.fi"),
            "invalid": gettext_lazy("Enter an e-mail address in the form name@example.fi"),
        },
    )


def _message(link: PaymentLink) -> tuple[str, list[str]]:
    """Subject and paragraphs in the language of the link."""
    with override(link.language):
        about = link_context(link)
        payees = [
            _("To %(payee)s") % {"payee": group["name"]}
            + "\n"
            + "\n".join(f"- {line['kind']}: {euros(line['amount'])}" for line in group["lines"])
            for group in about["fees"]
        ]
        return _("Pay your library fees"), [
            _("Your library has made a payment link for you: %(amount)s.") % {"amount": euros(about["total"])},
            *payees,
            about["address"],
            _("The page asks for the last four characters of the library card number. No PIN is needed.")
            + " "
            + _("The link holds until %(day)s.") % {"day": day_text(about["last_day"])},
        ]


@desk_page
@require_http_methods(["GET", "HEAD", "POST"])
def send(request: HttpRequest, staff: Staff, link_id: int) -> HttpResponse:
    found = find_link(staff, link_id, action="send payment link")
    here = HttpResponseRedirect(reverse("staff-link", args=[link_id]))
    if standing(found, timezone.now()).state not in (LinkState.OPEN, LinkState.STARTED):
        messages.warning(request, _("Nobody can pay by this link any more, so it was not sent."))
        return here
    form = EmailForm(request.POST if request.method == "POST" else None)
    if not form.is_valid():
        return show(
            request, staff, "links/send.html", {"form": form, "link": found}, status=422 if form.errors else 200
        )
    subject, paragraphs = _message(found)
    try:
        send_link(
            link_id=found.pk,
            recipient=form.cleaned_data["email"],
            subject=subject,
            paragraphs=paragraphs,
            actor=staff.actor,
            now=timezone.now(),
        )
    except SentOften:
        messages.error(request, _("The link has been sent three times already. Make a new one if it did not arrive."))
    else:
        messages.success(request, _("The link is on its way."))
    return here
