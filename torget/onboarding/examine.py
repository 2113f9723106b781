"""Whether a draft is right: judged by the rules of a network's files, beside everything that is live already."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.conf import settings
from django.utils.module_loading import import_string
from django.utils.translation import gettext_noop

from torget.foundation.people.models import Employee
from torget.onboarding.models import Draft
from torget.onboarding.network.checking import check_network
from torget.onboarding.network.json_row import JsonRow
from torget.onboarding.network.problem import Problem
from torget.onboarding.network.reading import SHARE_MAX, read_documents
from torget.onboarding.network.rows import CooperationRow, MerchantAccountRow, Network
from torget.onboarding.network.stored import stored_network
from torget.onboarding.steps import Step, StepState, Way
from torget.payments.checkout.credentials import CredentialsUnreadable, decrypt_credentials
from torget.payments.core.provider_capabilities import Credential

PLACE = "draft:"
#: What the first step asks beside the fields of the municipality itself.
MORE_DETAILS = ("cost_share", "work_list")


@dataclass(frozen=True, slots=True, kw_only=True)
class Examined:
    """`network` is the whole one, with the draft in it as it would be when live."""

    network: Network
    problems: Mapping[Step, list[Problem]]
    answered: frozenset[str]
    way: str

    def state(self, step: Step) -> StepState:
        if step is Step.ACCOUNT and self.way == Way.NONE:
            return StepState.NEEDLESS
        if step not in self.answered:
            return StepState.EMPTY
        return StepState.WRONG if self.problems[step] else StepState.DONE

    @property
    def is_right(self) -> bool:
        return all(self.state(step) in (StepState.DONE, StepState.NEEDLESS) for step in Step)


def slug_of(draft: Draft) -> str:
    return str(draft.answers.get(Step.DETAILS, {}).get("slug", ""))


def way_of(draft: Draft) -> str:
    return str(draft.answers.get(Step.PAYEE, {}).get("way", ""))


def credentials_of(provider: str) -> tuple[Credential, ...]:
    """What the provider's connector declares that an account needs; none for one that the settings do not name."""
    chosen = settings.PAYMENT_PROVIDERS.get(provider)
    return tuple(import_string(chosen["BACKEND"]).credentials) if chosen else ()


def opened_credentials(draft: Draft) -> dict[str, str]:
    """Empty where no key opens them; then they are typed again."""
    try:
        return decrypt_credentials(bytes(draft.credentials)) if draft.credentials else {}
    except CredentialsUnreadable:
        return {}


def examine(draft: Draft) -> Examined:
    """Ask nobody outside; what is wrong stands under the step where it is put right."""
    network, found = read_documents({PLACE.removesuffix(":"): _document(draft)}, opened_credentials(draft))
    share = _more_details(draft, found)
    identifier = _payee(draft, found)
    whole = _beside(draft, network, share, identifier)
    found += [problem for problem in check_network(whole) if problem.startswith(PLACE)]
    problems: dict[Step, list[Problem]] = {step: [] for step in Step}
    for problem in found:
        told = problem if isinstance(problem, Problem) else Problem(*problem.split(": ", 1))
        problems[_step_of(told, draft)].append(told)
    problems[Step.FEE_TYPES] += _undescribed(draft, whole)
    if not draft.answers.get(Step.TEXTS, {}).get("is_approved"):
        problems[Step.TEXTS].append(Problem(f"{PLACE} texts", gettext_noop("nobody has approved the texts yet")))
    return Examined(network=whole, problems=problems, answered=frozenset(draft.answers), way=way_of(draft))


def _document(draft: Draft) -> dict[str, Any]:
    answers = draft.answers
    details = {key: value for key, value in answers.get(Step.DETAILS, {}).items() if key not in MORE_DETAILS}
    municipality = {**details, "branches": answers.get(Step.BRANCHES, {}).get("branches", [])}
    if Step.THEME in answers:
        municipality["theme"] = answers[Step.THEME]
    system = draft.cooperation.library_system
    document: dict[str, Any] = {
        "municipalities": [municipality],
        "fee_types": [
            {"library_system": system, "code": code, **row}
            for code, row in answers.get(Step.FEE_TYPES, {}).get("described", {}).items()
        ],
    }
    account = answers.get(Step.ACCOUNT, {})
    if way_of(draft) == Way.OWN and account:
        given = opened_credentials(draft)
        declared = credentials_of(account.get("provider", ""))
        wanted = [one.name for one in declared if one.is_required or one.name in given]
        document["merchant_accounts"] = [
            {
                "provider": account.get("provider", ""),
                "account": account.get("account", ""),
                "municipality": slug_of(draft),
                "credentials": {name: {"environment": name} for name in wanted or ["secret"]},
            }
        ]
    return document


def _more_details(draft: Draft, problems: list[Any]) -> int:
    details = draft.answers.get(Step.DETAILS, {})
    row = JsonRow({key: details.get(key) for key in MORE_DETAILS}, municipality_place(draft), problems)
    share = row.number("cost_share", at_least=1, at_most=SHARE_MAX)
    username = row.text("work_list")
    if username and not Employee.objects.filter(username=username, is_active=True).exists():
        row.say(gettext_noop("there is no employee %(username)s"), "work_list", username=username)
    return share


def _payee(draft: Draft, problems: list[Any]) -> str:
    """The way, and the identifier under the cooperation's account if it is that one's."""
    answers = draft.answers.get(Step.PAYEE, {})
    way = JsonRow({"way": answers.get("way") or ""}, f"{PLACE} payee", problems).choice("way", list(Way))
    if way != Way.AGGREGATE:
        return ""
    if aggregate_of(draft, stored_network()) is None:
        problems.append(
            Problem(f"{PLACE} payee.way", gettext_noop("the cooperation has no account that settles to each member"))
        )
    given = draft.answers.get(Step.ACCOUNT, {}).get("identifier")
    return JsonRow({"identifier": given or ""}, f"{PLACE} account", problems).text("identifier", length_max=60)


def aggregate_of(draft: Draft, network: Network) -> MerchantAccountRow | None:
    """The cooperation's account, if it has an active one."""
    slug = draft.cooperation.slug
    return next((row for row in network.merchant_accounts if row.cooperation == slug and row.is_active), None)


def _beside(draft: Draft, new: Network, share: int, identifier: str) -> Network:
    """The stored network as it is when the draft is live. A draft that is live already stands in for its own rows."""
    stored, slug = stored_network(), slug_of(draft)
    is_known = draft.municipality_id is not None
    own = {(row.provider, row.account) for row in new.merchant_accounts}
    accounts = [
        _account_then(row, draft, slug, identifier)
        for row in stored.merchant_accounts
        if not (row.municipality == slug and (row.provider, row.account) in own and is_known)
    ]
    codes = {(row.library_system, row.code) for row in new.fee_types}
    return Network(
        municipalities=(
            *(row for row in stored.municipalities if not (is_known and row.slug == slug)),
            *new.municipalities,
        ),
        cooperations=tuple(_with_member(row, draft, slug, share) for row in stored.cooperations),
        fee_types=(
            *(row for row in stored.fee_types if not (is_known and (row.library_system, row.code) in codes)),
            *new.fee_types,
        ),
        payee_rules=stored.payee_rules,
        merchant_accounts=(*accounts, *new.merchant_accounts),
    )


def _with_member(row: CooperationRow, draft: Draft, slug: str, share: int) -> CooperationRow:
    if row.slug != draft.cooperation.slug or not slug:
        return row
    return replace(row, members={**row.members, slug: share})


def _account_then(row: MerchantAccountRow, draft: Draft, slug: str, identifier: str) -> MerchantAccountRow:
    """An account that was used before is switched off, never changed: its payments end where they began."""
    if draft.municipality_id is not None and row.municipality == slug:
        return replace(row, is_active=row.is_active and row.is_second and way_of(draft) == Way.OWN)
    if row.cooperation != draft.cooperation.slug or not row.is_active:
        return row
    if way_of(draft) == Way.AGGREGATE and slug and identifier:
        others = {key: value for key, value in row.sub_merchants.items() if key != slug}
        return replace(
            row,
            place=f"{PLACE} account",
            sub_merchants={**others, slug: identifier},
            paused=row.paused - {slug},
        )
    return replace(row, paused=row.paused | ({slug} & row.sub_merchants.keys()))


def _undescribed(draft: Draft, network: Network) -> list[Problem]:
    """Kinds of fee that the library system returns and nobody has described: patrons could not pay them."""
    system = draft.cooperation.library_system
    known = {row.code for row in network.fee_types if row.library_system == system}
    seen = {**draft.seen.get("kinds", {}), **draft.seen.get("fee_kinds", {})}
    return [
        Problem(
            f"{PLACE} fee_types ({code})",
            gettext_noop("the library system returns the kind of fee %(code)s, and nobody has described it"),
            code=code,
        )
        for code in sorted(set(seen) - known)
    ]


def unknown_branches(draft: Draft, network: Network) -> list[str]:
    """Branches that real fees carry and no municipality has: such a fee finds no payee by its branch."""
    known = {branch.code for row in network.municipalities for branch in row.branches}
    return sorted(set(draft.seen.get("fee_branches", {})) - known)


def municipality_place(draft: Draft) -> str:
    """How problems name the draft's municipality: as the rows of a file are named."""
    slug = draft.answers.get(Step.DETAILS, {}).get("slug")
    return f"{PLACE} municipalities[0]" + (f" ({slug})" if isinstance(slug, str) else "")


def _step_of(problem: Problem, draft: Draft) -> Step:
    rest = problem.place.removeprefix(municipality_place(draft))
    if rest != problem.place:
        if rest.startswith(".theme"):
            return Step.THEME
        return Step.BRANCHES if rest.startswith(".branches") else Step.DETAILS
    section = problem.place.removeprefix(f"{PLACE} ")
    for start, step in _SECTIONS.items():
        if section.startswith(start):
            return step
    return Step.DETAILS


_SECTIONS = {
    "fee_types": Step.FEE_TYPES,
    "merchant_accounts": Step.ACCOUNT,
    "account": Step.ACCOUNT,
    "payee": Step.PAYEE,
}
