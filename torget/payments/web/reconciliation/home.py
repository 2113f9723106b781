"""Where reconciliation stands in the navigation, and for whom."""

from django.utils.translation import gettext_lazy

from torget.foundation.people.access import Access
from torget.foundation.staff.places import Place, register_place


def reconciles(access: Access) -> bool:
    """Finance works here; whoever oversees may look. A library desk has no use for it."""
    return access.sees_all or bool(access.finance) or bool(access.sees - access.desk)


def register() -> None:
    register_place(
        Place(
            url_name="staff-settlement-files",
            text=gettext_lazy("Settlement files"),
            position=33,
            is_for=reconciles,
        )
    )
