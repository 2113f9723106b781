"""The figures in the navigation of those who see payments."""

from django.utils.translation import gettext_lazy

from torget.foundation.staff.places import Place, register_place
from torget.payments.web.staff.home import sees_payments


def register() -> None:
    register_place(Place(url_name="staff-figures", text=gettext_lazy("Figures"), position=32, is_for=sees_payments))
