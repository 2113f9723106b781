"""What a reminder says: sum, kinds of fee and where to pay. No name, no card number, nothing of what was borrowed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override

from torget.foundation.cooperations.models import Municipality
from torget.foundation.core.languages import in_language
from torget.foundation.core.money import Money, total
from torget.foundation.design.templatetags.torget_format import NO_BREAK_SPACE, day_text, euros
from torget.payments.fees.policy import FeeTypeTexts


@dataclass(frozen=True, slots=True, kw_only=True)
class ReminderText:
    """All that a message is made of, so that a sample is made like a real one."""

    payee: Municipality
    fees: Sequence[tuple[str, Money]]
    """The library system's code of the kind, and what stands open."""
    kinds: Mapping[str, FeeTypeTexts]
    """What the kinds are called."""
    token: str
    """Of the reminder."""
    link_token: str
    last_day: date
    language: str

    @property
    def amount(self) -> Money:
        return total([amount for _kind, amount in self.fees])

    def lines(self) -> list[str]:
        """A line for each kind of fee, in the language that is spoken now."""
        found: dict[str, list[Money]] = {}
        for kind, amount in self.fees:
            name = in_language(self.kinds[kind].names, self.language) if kind in self.kinds else _("Library fee")
            found.setdefault(name, []).append(amount)
        return [
            f"- {name}{f' × {len(amounts)}' if len(amounts) > 1 else ''}: {euros(total(amounts))}"
            for name, amounts in found.items()
        ]

    @property
    def pay_url(self) -> str:
        return _address("payment-link", self.link_token)

    @property
    def short_url(self) -> str:
        return _address("reminder", self.token)

    @property
    def stop_url(self) -> str:
        return _address("reminder-stop", self.token)


def _address(name: str, token: str) -> str:
    return settings.PUBLIC_URL + reverse(name, args=[token])


def email_of(text: ReminderText) -> tuple[str, str]:
    """Subject and body. The subject tells no sum: it stands on locked screens."""
    payee = text.payee.name(text.language)
    with override(text.language):
        subject = _("Library fees to pay, %(payee)s") % {"payee": payee}
        contact = ", ".join(part for part in (text.payee.contact_email, text.payee.contact_phone) if part)
        paragraphs = [
            _("You have library fees to pay to %(payee)s: %(amount)s.")
            % {"payee": payee, "amount": euros(text.amount)},
            "\n".join(text.lines()),
            _("Pay here; no PIN is needed, only the end of your library card number:") + "\n" + text.pay_url,
            _("The address holds until %(day)s. If you have paid already, you need not do anything.")
            % {"day": day_text(text.last_day)},
            _("This is a reminder: it costs nothing, and nothing is added to your fees because of it."),
            _("Is a fee wrong, or do you need more time? Ask the library: %(contact)s") % {"contact": contact},
            "--\n"
            + _("You get this message because this address is on your library card.")
            + "\n"
            + _("No more reminders:")
            + f" {text.stop_url}\n"
            + _("Your fees stay open all the same."),
        ]
    return subject[:200], "\n\n".join(paragraphs) + "\n"


def headers_of(text: ReminderText) -> dict[str, str]:
    """One press in the mail program is enough (RFC 8058)."""
    return {"List-Unsubscribe": f"<{text.stop_url}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}


def sms_of(text: ReminderText) -> str:
    """Only letters that a text message has at no extra cost; the amount without its narrow space."""
    with override(text.language):
        said = _("%(payee)s, library: fees to pay %(amount)s. Pay: %(pay)s No more reminders: %(stop)s") % {
            "payee": text.payee.name(text.language),
            "amount": euros(text.amount),
            "pay": text.short_url,
            "stop": text.stop_url,
        }
    return said.replace(NO_BREAK_SPACE, " ")
