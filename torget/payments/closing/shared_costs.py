"""Costs of the service itself, split between the members: entered once, corrected by a row that takes one back."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import NoReturn

from django.db import IntegrityError, transaction
from django.db.models import Count, Q, QuerySet

from torget.foundation.audit.record import record
from torget.foundation.cooperations.models import Cooperation, Membership
from torget.foundation.core.money import Money
from torget.foundation.people.access import Access
from torget.payments.closing.models import SharedCost
from torget.payments.core.fixed_shares import Split, explain_split
from torget.payments.core.months import day_start
from torget.payments.ledger.models import JournalEntry


class CannotShare(Exception):
    """Why the cost cannot be entered or taken back."""


class MayNotShare(CannotShare):
    """Only who coordinates the cooperation enters its costs."""


class NothingToShareBy(CannotShare):
    """All members weigh nothing by this key: no payments in the period, say."""


class SharesChanged(CannotShare):
    """The key gives other shares than those that were looked at."""


class AlreadyTakenBack(CannotShare):
    """It was taken back, or it takes one back itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CostWish:
    cooperation: Cooperation
    description: str
    amount: Money
    first_day: date
    last_day: date
    key: SharedCost.Key


def may_share(access: Access, cooperation: Cooperation) -> bool:
    return cooperation.coordinator_id in access.coordinates


def cooperations_of(access: Access) -> QuerySet[Cooperation]:
    """The library cooperations whose shared costs an employee may see: coordinator, finance of a member, operator."""
    found = Cooperation.objects.filter(service=Cooperation.Service.LIBRARY_PAYMENTS).order_by("id")
    if access.sees_all:
        return found
    own = Membership.objects.filter(municipality__in=access.finance).values("cooperation")
    return found.filter(Q(coordinator__in=access.coordinates) | Q(pk__in=own))


def _payments(wish: CostWish, members: dict[int, str]) -> dict[str, int]:
    counted = (
        JournalEntry.objects.filter(
            municipality_id__in=members,
            kind="paid",
            happened_at__gte=day_start(wish.first_day),
            happened_at__lt=day_start(wish.last_day + timedelta(days=1)),
        )
        .values_list("municipality_id")
        .annotate(count=Count("pk"))
    )
    found = dict(counted)
    return {slug: found.get(member, 0) for member, slug in members.items()}


def shares_by_key(wish: CostWish) -> dict[str, int]:
    """Weight by slug, as they are now. Raise NothingToShareBy."""
    memberships = Membership.objects.filter(cooperation=wish.cooperation).select_related("municipality")
    if wish.key == SharedCost.Key.COST_SHARE:
        shares = {one.municipality.slug: one.cost_share for one in memberships}
    elif wish.key == SharedCost.Key.EQUAL:
        shares = {one.municipality.slug: 1 for one in memberships}
    else:
        shares = _payments(wish, {one.municipality_id: one.municipality.slug for one in memberships})
    if not sum(shares.values()):
        raise NothingToShareBy
    return shares


def plan_cost(wish: CostWish) -> Split:
    """What each member would pay. Raise NothingToShareBy."""
    return explain_split(wish.amount, shares_by_key(wish))


def enter_cost(*, wish: CostWish, seen_shares: dict[str, int], access: Access, at: datetime) -> SharedCost:
    """Keep the cost with its split as it was looked at. Raise CannotShare."""
    if not may_share(access, wish.cooperation):
        raise MayNotShare
    split = plan_cost(wish)
    shares = {part.member: part.weight for part in split.parts}
    if shares != seen_shares:
        raise SharesChanged
    with transaction.atomic():
        cost = SharedCost.objects.create(
            cooperation=wish.cooperation,
            description=wish.description,
            amount_cents=wish.amount.cents,
            first_day=wish.first_day,
            last_day=wish.last_day,
            key=wish.key,
            shares=shares,
            parts={part.member: part.amount.cents for part in split.parts},
            created_at=at,
            created_by=access.actor,
        )
        _note(cost, "enter shared cost", access, at)
    return cost


def _note(cost: SharedCost, action: str, access: Access, at: datetime) -> None:
    record(
        at=at,
        actor=access.actor,
        action=action,
        subject=f"shared cost:{cost.pk}",
        municipality_id=cost.cooperation.coordinator_id,
        why=cost.description,
        detail={"amount_cents": cost.amount_cents, "reverses": cost.reverses_id},
    )


def take_back_cost(*, cost: SharedCost, why: str, access: Access, at: datetime) -> SharedCost:
    """Add the row that reverses it, part by part. Raise MayNotShare or AlreadyTakenBack."""
    if not may_share(access, cost.cooperation):
        raise MayNotShare
    if cost.reverses_id is not None:
        raise AlreadyTakenBack
    try:
        with transaction.atomic():
            reversal = SharedCost.objects.create(
                cooperation=cost.cooperation,
                description=why,
                amount_cents=-cost.amount_cents,
                first_day=cost.first_day,
                last_day=cost.last_day,
                key=cost.key,
                shares=cost.shares,
                parts={member: -cents for member, cents in cost.parts.items()},
                created_at=at,
                created_by=access.actor,
                reverses=cost,
            )
            _note(reversal, "take back shared cost", access, at)
    except IntegrityError as error:
        _explain(error)
    return reversal


def _explain(error: IntegrityError) -> NoReturn:
    """The unique reference says that somebody was faster; anything else is a fault of ours."""
    if "reverses" in str(error):
        raise AlreadyTakenBack from error
    raise error
