"""Which rule gives which municipality its money: read only, for those who see books."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from torget.foundation.cooperations.models import Branch
from torget.foundation.core.languages import in_language, sort_key
from torget.foundation.people.access import Access
from torget.foundation.staff.page import show
from torget.foundation.staff.places import Place, register_place
from torget.foundation.staff.session import Staff, note_refusal, staff_page
from torget.payments.checkout.merchants import load_merchants
from torget.payments.core.fees import PayeeRuleValue, PayeeSource
from torget.payments.fees.policy import ConfiguredFees, PayeeTexts, load_configured
from torget.payments.web.staff.words import payee_source_words


@dataclass(frozen=True, slots=True, kw_only=True)
class KindRow:
    """A kind of fee and what decides whose money it is."""

    name: str
    code: str
    steps: tuple[str, ...]
    """What is asked, one after the other, until it leads to a municipality; empty without a rule."""
    is_own: bool
    """The rule is for this kind alone."""
    is_payable: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberRow:
    name: str
    branches: str
    takes_payments: bool


def _steps(rule: PayeeRuleValue | None, municipalities: Mapping[str, PayeeTexts], language: str) -> tuple[str, ...]:
    if rule is None:
        return ()
    if PayeeSource.FIXED_SHARES not in rule.sources:
        return tuple(payee_source_words(source) for source in rule.sources)
    names = {slug: municipalities[slug].name(language) for slug in (*rule.shares, rule.collector) if slug}
    shares = ", ".join(f"{names[slug]} {weight}" for slug, weight in sorted(rule.shares.items()))
    collector = names.get(rule.collector or "", "–")
    return (_("%(collector)s takes it in for all; shares: %(shares)s") % {"collector": collector, "shares": shares},)


def _kinds(configured: ConfiguredFees, language: str) -> list[KindRow]:
    policy = configured.policy
    rows = [
        KindRow(
            name=in_language(configured.texts[code].names, language),
            code=code,
            steps=_steps(policy.rule_of(code), configured.municipalities, language),
            is_own=code in policy.payee_rules,
            is_payable=fee_type.is_payable,
        )
        for code, fee_type in policy.fee_types.items()
    ]
    return sorted(rows, key=lambda row: sort_key(row.name))


def _members(language: str, paid: frozenset[str]) -> list[MemberRow]:
    """Every municipality with a branch, and whether it can be paid online."""
    branches: dict[str, list[str]] = {}
    names = {}
    for branch in Branch.objects.select_related("municipality").order_by("code"):
        slug = branch.municipality.slug
        names[slug] = branch.municipality.name(language)
        branches.setdefault(slug, []).append(f"{branch.code} {branch.name(language)}")
    return [
        MemberRow(name=names[slug], branches=" · ".join(branches[slug]), takes_payments=slug in paid)
        for slug in sorted(branches, key=lambda slug: sort_key(names[slug]))
    ]


@staff_page
@require_safe
def payee_rules(request: HttpRequest, staff: Staff) -> HttpResponse:
    if not staff.access.sees_books:
        note_refusal(staff, action="view payee rules", subject="page:staff-payee-rules")
        raise Http404
    language = get_language() or "fi"
    paid = frozenset(load_merchants())
    systems = [
        {"name": name, "kinds": _kinds(load_configured(library_system=name, merchants=paid), language)}
        for name in settings.LIBRARY_SYSTEMS
    ]
    return show(request, staff, "libraries/payee_rules.html", {"systems": systems, "members": _members(language, paid)})


def sees_books(access: Access) -> bool:
    return access.sees_books


def register() -> None:
    register_place(
        Place(url_name="staff-payee-rules", text=gettext_lazy("Whose money"), position=36, is_for=sees_books)
    )
