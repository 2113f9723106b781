"""What an employee may see and do, and for which municipalities: from roles alone, never from Django's flags.

Library desk: sees, resolves and refunds, with the titles. Finance: sees and refunds, without titles. Coordinator: sees
all members of the cooperations its municipality coordinates. Operator: sees everything. The last two change nothing.
Agent: answers conversations, and sees no payments. Preparer: prepares matters; who decides them stands in casework.
"""

from dataclasses import dataclass

from django.db.models import Q

from torget.foundation.cooperations.models import Cooperation, Membership
from torget.foundation.people.models import Employee, Role

_SEES_PAYMENTS = (Role.Kind.LIBRARY_DESK, Role.Kind.FINANCE, Role.Kind.COORDINATOR)


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    employee_id: int
    acts_as: str = ""
    """Who acts if it is no employee: 'client:5' is a program with rights of its own."""
    sees_all: bool = False
    sees: frozenset[int] = frozenset()
    """Municipalities whose payments are visible; says nothing more when sees_all is set."""
    desk: frozenset[int] = frozenset()
    finance: frozenset[int] = frozenset()
    coordinates: frozenset[int] = frozenset()
    """Municipalities for which this employee coordinates."""
    members: frozenset[int] = frozenset()
    """Municipalities of the cooperations that those coordinate."""
    agent: frozenset[int] = frozenset()
    """Municipalities in whose customer-service queue the employee works."""
    preparer: frozenset[int] = frozenset()
    kinds: frozenset[str] = frozenset()
    """The roles as such, wherever they are: whether a second factor is needed hangs on them."""

    @property
    def actor(self) -> str:
        return self.acts_as or f"staff:{self.employee_id}"

    @property
    def works_for(self) -> frozenset[int]:
        """Every municipality that a role names or covers."""
        return self.sees | self.agent | self.preparer

    def may_see(self, municipality_id: int) -> bool:
        return self.sees_all or municipality_id in self.sees

    def may_resolve(self, municipality_id: int) -> bool:
        return municipality_id in self.desk

    def may_refund(self, municipality_id: int) -> bool:
        return municipality_id in self.desk or municipality_id in self.finance

    def may_see_books(self, municipality_id: int) -> bool:
        """Months, files and shares: finance its own, a coordinator those of the members; the desk needs none of it."""
        return self.sees_all or municipality_id in self.finance or municipality_id in self.members

    @property
    def sees_books(self) -> bool:
        return self.sees_all or bool(self.finance or self.members)

    def books_within(self, field: str) -> Q:
        """A filter for rows whose municipality, in this field, has books that are visible."""
        return Q() if self.sees_all else Q(**{f"{field}__in": sorted(self.finance | self.members)})

    def may_see_titles(self, municipality_id: int) -> bool:
        """What somebody borrowed is confidential, so only the desk that handles the matter sees it."""
        return municipality_id in self.desk

    def may_answer(self, municipality_id: int) -> bool:
        return municipality_id in self.agent

    def within(self, field: str) -> Q:
        """A filter for rows whose municipality, in this field, is visible."""
        return Q() if self.sees_all else Q(**{f"{field}__in": sorted(self.sees)})


def load_access(*, employee: Employee, service: Cooperation.Service = Cooperation.Service.LIBRARY_PAYMENTS) -> Access:
    """Read the roles. A coordinator of another service gets nothing here, nor does a role without its municipality."""
    if not employee.is_active:
        return Access(employee_id=employee.pk)
    own: dict[str, set[int]] = {kind: set() for kind in Role.Kind.values}
    sees_all = False
    kinds: set[str] = set()
    for role in Role.objects.filter(employee=employee):
        kinds.add(role.kind)
        if role.municipality_id is not None:
            own[role.kind].add(role.municipality_id)
        elif role.kind == Role.Kind.OPERATOR:
            sees_all = True
    coordinating = own[Role.Kind.COORDINATOR]
    members = (
        frozenset(
            Membership.objects.filter(
                cooperation__coordinator__in=coordinating, cooperation__service=service
            ).values_list("municipality_id", flat=True)
        )
        if coordinating
        else frozenset()
    )
    return Access(
        employee_id=employee.pk,
        sees_all=sees_all,
        sees=frozenset().union(*(own[kind] for kind in _SEES_PAYMENTS), members),
        desk=frozenset(own[Role.Kind.LIBRARY_DESK]),
        finance=frozenset(own[Role.Kind.FINANCE]),
        coordinates=frozenset(coordinating),
        members=members,
        agent=frozenset(own[Role.Kind.AGENT]),
        preparer=frozenset(own[Role.Kind.PREPARER]),
        kinds=frozenset(kinds),
    )
