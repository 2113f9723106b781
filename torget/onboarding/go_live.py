"""A draft becomes a municipality that patrons see, in one commit; and its money can be paused without losing any."""

from datetime import datetime

from django.db import transaction

from torget.foundation.cooperations.models import Municipality, PublishedText
from torget.foundation.people.access import Access
from torget.foundation.people.models import Employee, Role
from torget.onboarding.draft import change_draft
from torget.onboarding.examine import Examined, examine, slug_of
from torget.onboarding.models import Draft, OneCent
from torget.onboarding.network.saving import save_network
from torget.onboarding.one_cent import latest_cent
from torget.onboarding.statements import blocks_of
from torget.onboarding.steps import Step, Way
from torget.payments.checkout.models import MerchantAccount, SubMerchant


class NotReady(Exception):
    """Something on the checklist does not hold; nothing was changed."""


def is_ready(draft: Draft, found: Examined) -> bool:
    """Every step is right, and a cent has gone through the account as it is now."""
    return found.is_right and (found.way == Way.NONE or is_tried(draft))


def is_tried(draft: Draft) -> bool:
    cent = latest_cent(draft)
    return cent is not None and cent.state == OneCent.State.PAID


def go_live(*, draft: Draft, access: Access, at: datetime) -> None:
    """Also publishes later changes, and brings back what was offline. Raise NotReady, NotYours or ChangedMeanwhile."""
    with transaction.atomic():
        found = examine(draft)
        if not is_ready(draft, found):
            raise NotReady
        save_network(name=slug_of(draft), network=found.network, with_demo_staff=False, at=at, actor=access.actor)
        municipality = Municipality.objects.get(slug=slug_of(draft))
        _publish_texts(draft, municipality, at)
        _appoint(draft, municipality)
        change_draft(
            draft=draft,
            access=access,
            at=at,
            action="go live",
            state=Draft.State.LIVE,
            municipality=municipality,
            live_at=draft.live_at or at,
        )


def take_offline(*, draft: Draft, access: Access, at: datetime) -> None:
    """New payments stop; open ones end where they began. Raise NotYours or ChangedMeanwhile."""
    with transaction.atomic():
        MerchantAccount.objects.filter(municipality=draft.municipality_id, is_active=True).update(is_active=False)
        SubMerchant.objects.filter(municipality=draft.municipality_id).update(is_active=False)
        change_draft(draft=draft, access=access, at=at, action="take offline", state=Draft.State.OFFLINE)


def _publish_texts(draft: Draft, municipality: Municipality, at: datetime) -> None:
    for kind in PublishedText.Kind:
        blocks = [{"heading": block.heading, "text": block.text} for block in blocks_of(draft, kind)]
        PublishedText.objects.update_or_create(
            municipality=municipality, kind=kind, defaults={"blocks": blocks, "dated": at.date()}
        )


def _appoint(draft: Draft, municipality: Municipality) -> None:
    """Who answers the municipality's work list: one person, with the role of its library desk."""
    employee = Employee.objects.get(username=draft.answers[Step.DETAILS]["work_list"])
    others = Role.objects.filter(municipality=municipality, answers_work_list=True).exclude(employee=employee)
    others.update(answers_work_list=False)
    Role.objects.update_or_create(
        employee=employee,
        kind=Role.Kind.LIBRARY_DESK,
        municipality=municipality,
        defaults={"answers_work_list": True},
    )
