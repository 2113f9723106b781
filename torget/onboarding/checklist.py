"""What must hold before a municipality goes live, each thing looked at anew."""

from dataclasses import dataclass
from enum import StrEnum

from torget.onboarding.examine import Examined, examine, unknown_branches
from torget.onboarding.go_live import is_tried
from torget.onboarding.models import Draft
from torget.onboarding.network.problem import Problem
from torget.onboarding.one_cent import account_of
from torget.onboarding.steps import Step, StepState, Way
from torget.payments.checkout.providers import provider_for
from torget.payments.core.ports import LibrarySystemError
from torget.payments.fees.deadline import answer_in_time
from torget.payments.fees.library_systems import library_system


class Check(StrEnum):
    STEP = "step"
    TRIED = "tried"
    LIBRARY_ANSWERS = "library_answers"
    SAMPLED = "sampled"
    BRANCHES_KNOWN = "branches_known"
    CAN_BE_ASKED = "can_be_asked"
    CAN_PAY_BACK = "can_pay_back"


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    check: Check
    step: Step | None
    holds: bool
    is_needed: bool = True
    """False: good to know, and no reason to wait."""
    problems: tuple[Problem, ...] = ()
    detail: str = ""


def checklist(draft: Draft) -> list[Checked]:
    found = examine(draft)
    return [
        *(
            Checked(
                check=Check.STEP,
                step=step,
                holds=found.state(step) in (StepState.DONE, StepState.NEEDLESS),
                problems=tuple(found.problems[step]) if found.state(step) is StepState.WRONG else (),
            )
            for step in Step
        ),
        *_of_money(draft, found),
        *_of_library(draft, found),
    ]


def _of_money(draft: Draft, found: Examined) -> list[Checked]:
    if found.way == Way.NONE:
        return []
    checks = [Checked(check=Check.TRIED, step=Step.ACCOUNT, holds=is_tried(draft))]
    if checks[0].holds:
        facts, _part = account_of(draft)
        can = provider_for(facts).capabilities
        for check, holds in ((Check.CAN_BE_ASKED, can.has_status_query), (Check.CAN_PAY_BACK, can.has_refund)):
            checks.append(Checked(check=check, step=None, holds=holds, is_needed=False))
    return checks


def _of_library(draft: Draft, found: Examined) -> list[Checked]:
    system = draft.cooperation.library_system
    try:
        answer_in_time(lambda: library_system(system).capabilities)
        answers = True
    except (LibrarySystemError, KeyError):
        answers = False
    unknown = unknown_branches(draft, found.network)
    return [
        Checked(check=Check.LIBRARY_ANSWERS, step=None, holds=answers),
        Checked(check=Check.SAMPLED, step=Step.FEE_TYPES, holds="fee_kinds" in draft.seen, is_needed=False),
        Checked(
            check=Check.BRANCHES_KNOWN,
            step=Step.BRANCHES,
            holds=not unknown,
            is_needed=False,
            detail=", ".join(unknown),
        ),
    ]
