"""How much of which fee goes back, why, and what becomes of the fee."""

from typing import Any

from django import forms
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from torget.foundation.core.money import ZERO, Money
from torget.foundation.design.forms import EuroField
from torget.foundation.design.templatetags.torget_format import euros
from torget.payments.checkout.models import PaymentLine
from torget.payments.checkout.resolve import Seen
from torget.payments.core.refunding import FeeAfterwards, RefundCategory
from torget.payments.receipts.build import names_of_fees
from torget.payments.web.staff.actions import NoteForm
from torget.payments.web.staff.refund_words import CATEGORY_WORDS, FEE_HINTS, FEE_WORDS

AMOUNT = "amount_"


def fee_labels(seen: Seen, positions: set[int]) -> dict[int, str]:
    """Fee and payee by position, and the card where there are several; never a title, because finance refunds too."""
    language = get_language() or "fi"
    rows = (
        PaymentLine.objects.filter(payment_id=seen.payment.id, position__in=positions)
        .select_related("payee")
        .order_by("position")
    )
    names = names_of_fees(rows, language)
    has_several = bool(seen.payment.other_lines)
    return {
        row.position: ", ".join(
            [
                names[row.library_system, row.fee_kind],
                row.payee.name(language),
                *([_("card %(card)s") % {"card": row.card_number}] if has_several and row.card_number else []),
            ]
        )
        for row in rows
    }


class AmountsForm(NoteForm):
    """An amount for each fee of which something is left, and the fee's fate where it stands in the library system."""

    fee = forms.TypedChoiceField(
        label=gettext_lazy("What becomes of the fee in the library system?"),
        coerce=FeeAfterwards,
        choices=[(choice.value, FEE_WORDS[choice]) for choice in FeeAfterwards],
        error_messages={"required": gettext_lazy("Choose what becomes of the fee")},
        widget=forms.RadioSelect,
        help_text=FEE_HINTS,
    )

    def __init__(self, *arguments: Any, seen: Seen, left: dict[int, int], **named: Any) -> None:
        booked = {line.position for line in seen.standing.lines if line.is_booked}
        # The two kinds cannot go in one refund, so only those like the first begin with their amount.
        first = min(left) in booked
        amounts = {
            f"{AMOUNT}{position}": Money(cents) if (position in booked) == first else None
            for position, cents in left.items()
        }
        named["initial"] = {**named.get("initial", {}), **amounts}
        super().__init__(*arguments, **named)
        self._left = left
        labels = fee_labels(seen, set(left))
        for position, label in labels.items():
            self.fields[f"{AMOUNT}{position}"] = EuroField(
                label=label,
                help_text=_("At most %(amount)s. Leave it empty if nothing of this fee goes back.")
                % {"amount": euros(Money(left[position]))},
            )
        if not booked & left.keys():
            del self.fields["fee"]
        self.order_fields([f"{AMOUNT}{position}" for position in labels] + list(self.after_amounts))

    after_amounts: tuple[str, ...] = ("fee", "note", "seen_at")

    @property
    def amount_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in self.fields if name.startswith(AMOUNT)]

    @property
    def other_fields(self) -> list[forms.BoundField]:
        return [field for field in self.visible_fields() if not field.name.startswith(AMOUNT)]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        chosen: dict[int, int] = {}
        for position, left in self._left.items():
            amount = data.get(f"{AMOUNT}{position}", ZERO)
            if amount.cents > left:
                self.add_error(
                    f"{AMOUNT}{position}", _("At most %(amount)s is left of this fee") % {"amount": euros(Money(left))}
                )
            elif amount:
                chosen[position] = amount.cents
        if not chosen and not self.errors:
            self.add_error(f"{AMOUNT}{min(self._left)}", _("Enter how much goes back"))
        return {**data, "cents": chosen}


class RefundForm(AmountsForm):
    category = forms.TypedChoiceField(
        label=gettext_lazy("Why does the money go back?"),
        coerce=RefundCategory,
        choices=[(choice.value, CATEGORY_WORDS[choice]) for choice in RefundCategory],
        error_messages={"required": gettext_lazy("Choose a reason")},
        widget=forms.RadioSelect,
    )
    email = forms.EmailField(
        label=gettext_lazy("The patron's e-mail address"),
        help_text=gettext_lazy(
            "This bank takes no refunds. The payment service writes to the patron, who says where the money is to go."
        ),
        error_messages={"required": gettext_lazy("Enter the patron's e-mail address")},
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )
    after_amounts = ("category", "note", "fee", "email", "seen_at")

    def __init__(self, *arguments: Any, asks_email: bool, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.fields["note"].label = _("Reason in words")
        if not asks_email:
            del self.fields["email"]
