"""Whether a network makes sense as a whole: references, uniqueness, check digits, contrast. Reads no database."""

from collections import Counter
from collections.abc import Iterable, Iterator

from django.conf import settings
from django.utils.translation import gettext_noop

from torget.casework.core.procedure import all_procedures
from torget.foundation.core.business_id import is_business_id
from torget.foundation.design.themes import NotAColour, Theme, contrasts
from torget.onboarding.network.problem import Problem
from torget.onboarding.network.rows import (
    CooperationRow,
    DecisionMakerRow,
    FeeTypeRow,
    MerchantAccountRow,
    MunicipalityRow,
    Network,
    PayeeRuleRow,
)
from torget.payments.core.fees import PayeeSource
from torget.payments.settlement.formats import BANK

_LIBRARY_PAYMENTS = "library_payments"


def check_network(network: Network) -> list[str]:
    """Every problem with its place in the files; an empty value was reported when it was read, so it is passed over."""
    return [
        *_repeated(network),
        *(problem for row in network.municipalities for problem in _municipality(row)),
        *(problem for row in network.cooperations for problem in _cooperation(row, network)),
        *(problem for row in network.fee_types for problem in _fee_type(row, network)),
        *(problem for row in network.payee_rules for problem in _payee_rule(row, network)),
        *_default_rules(network),
        *(problem for row in network.merchant_accounts for problem in _merchant_account(row, network)),
        *_staff(network),
        *(problem for row in network.decision_makers for problem in _decision_maker(row, network)),
        *_customer_service(network),
    ]


def _twice(what: str, placed: Iterable[tuple[str, object]]) -> Iterator[str]:
    """`placed`: place and value; a value that is empty was reported already."""
    pairs = [(place, value) for place, value in placed if value]
    counts = Counter(value for _, value in pairs)
    seen = set()
    for place, value in pairs:
        if counts[value] > 1 and value in seen:
            shown = " ".join(map(str, value)) if isinstance(value, tuple) else value
            yield Problem(place, gettext_noop("the %(what)s %(shown)s is used before"), what=what, shown=shown)
        seen.add(value)


def _repeated(network: Network) -> Iterator[str]:
    places, accounts = network.municipalities, network.merchant_accounts
    # Pages find the theme of either by its slug alone.
    slugs = [(row.place, row.slug) for row in places] + [(row.place, row.slug) for row in network.cooperations]
    yield from _twice(gettext_noop("slug"), slugs)
    yield from _twice(gettext_noop("municipality number"), ((row.place, row.number) for row in places))
    yield from _twice(gettext_noop("business id"), ((row.place, row.business_id) for row in places))
    yield from _twice(
        gettext_noop("branch code"), ((branch.place, branch.code) for row in places for branch in row.branches)
    )
    yield from _twice(
        gettext_noop("fee type"), ((row.place, (row.library_system, row.code)) for row in network.fee_types)
    )
    yield from _twice(
        "payee rule", ((row.place, (row.library_system, row.fee_type or "(default)")) for row in network.payee_rules)
    )
    yield from _twice(gettext_noop("merchant account"), ((row.place, (row.provider, row.account)) for row in accounts))
    yield from _twice(
        gettext_noop("municipality with an active account"),
        ((row.place, row.municipality) for row in accounts if row.is_active and not row.is_second),
    )
    yield from _twice(
        "municipality with a second account",
        ((row.place, row.municipality) for row in accounts if row.is_active and row.is_second),
    )
    yield from _twice("article", ((row.place, row.slug) for row in network.articles))
    yield from _twice("ready answer", ((row.place, row.slug) for row in network.answer_templates))
    yield from _twice("username", ((row.place, row.username) for row in network.demo_staff))
    roles = [role for row in network.demo_staff for role in row.roles]
    yield from _twice(
        "municipality whose work list is answered",
        ((role.place, role.municipality) for role in roles if role.answers_work_list),
    )
    for employee in network.demo_staff:
        yield from _twice("role", ((role.place, (role.kind, role.municipality)) for role in employee.roles))


def _theme(row: MunicipalityRow | CooperationRow) -> Iterator[str]:
    if not all(row.theme.values()):
        return
    try:
        found = contrasts(Theme(slug=row.slug, **row.theme))
    except NotAColour as wrong:
        yield Problem(f"{row.place}.theme", gettext_noop("not a colour of the form #rrggbb: %(colour)s"), colour=wrong)
        return
    for one in found:
        if not one.is_enough:
            yield Problem(
                f"{row.place}.theme",
                gettext_noop("%(what)s: contrast %(ratio)s, needs %(needed)s"),
                what=one.what,
                ratio=f"{one.ratio:.2f}",
                needed=one.needed,
            )


def _municipality(row: MunicipalityRow) -> Iterator[str]:
    if row.business_id and not is_business_id(row.business_id):
        yield Problem(
            f"{row.place}.business_id",
            gettext_noop("%(value)s is not a business id; the check digit does not hold"),
            value=row.business_id,
        )
    yield from _theme(row)


def _unknown(place: str, slugs: Iterable[str], network: Network) -> Iterator[str]:
    for slug in sorted({slug for slug in slugs if slug} - network.slugs):
        yield f"{place}: there is no municipality {slug}"


def _cooperation(row: CooperationRow, network: Network) -> Iterator[str]:
    yield from _unknown(f"{row.place}.members", row.members, network)
    if row.coordinator and row.coordinator not in row.members:
        yield f"{row.place}.coordinator: {row.coordinator} is not a member"
    if row.service == _LIBRARY_PAYMENTS and not row.library_system:
        yield f"{row.place}.library_system: is missing; library payments need one"
    if row.service and row.service != _LIBRARY_PAYMENTS and row.library_systems:
        yield f"{row.place}.library_system: only library payments have one"
    yield from _theme(row)


def _library_system(row: FeeTypeRow | PayeeRuleRow, network: Network) -> Iterator[str]:
    if row.library_system and row.library_system not in network.library_systems:
        yield f"{row.place}.library_system: no cooperation has the library system {row.library_system}"


def _fee_type(row: FeeTypeRow, network: Network) -> Iterator[str]:
    yield from _library_system(row, network)
    if not row.is_payable and not row.not_payable_reasons:
        yield Problem(
            f"{row.place}.not_payable_reasons",
            gettext_noop("is missing; say why it cannot be paid online and what to do instead"),
        )
    if row.is_payable and row.not_payable_reasons:
        yield Problem(
            f"{row.place}.not_payable_reasons",
            gettext_noop("it can be paid online, so there is no reason why not"),
        )


def _payee_rule(row: PayeeRuleRow, network: Network) -> Iterator[str]:
    yield from _library_system(row, network)
    types = {(other.library_system, other.code) for other in network.fee_types}
    if row.fee_type and (row.library_system, row.fee_type) not in types:
        yield f"{row.place}.fee_type: there is no fee type {row.fee_type}"
    yield from _unknown(f"{row.place}.collector", [row.collector], network)
    yield from _unknown(f"{row.place}.shares", row.shares, network)
    if PayeeSource.FIXED_SHARES in row.sources:
        if len(row.sources) > 1:
            yield f"{row.place}.sources: fixed_shares stands alone, for it always leads to a payee"
        if not row.collector:
            yield f"{row.place}.collector: is missing; with fixed shares somebody takes the money in"
        if not row.shares:
            yield f"{row.place}.shares: is missing"
    elif row.collector or row.shares:
        yield f"{row.place}: only fixed_shares has a collector and shares"


def _default_rules(network: Network) -> Iterator[str]:
    for system in sorted(
        network.library_systems - {row.library_system for row in network.payee_rules if not row.fee_type}
    ):
        yield f"payee_rules: {system} has no rule without a fee type, so most fees could not be paid"


def _provider(row: MerchantAccountRow) -> Iterator[str]:
    """Patrons are sent to those that have a connector; of those that only have a file format, reports are brought."""
    if not row.provider or row.provider in settings.PAYMENT_PROVIDERS:
        return
    if row.provider not in {chosen["PROVIDER"] for chosen in settings.SETTLEMENT_FORMATS.values()} - {BANK}:
        yield Problem(f"{row.place}.provider", gettext_noop("there is no provider %(provider)s"), provider=row.provider)
    elif row.is_active:
        yield f"{row.place}.provider: nobody can pay through {row.provider}; with is_active false its reports are taken"


def _merchant_account(row: MerchantAccountRow, network: Network) -> Iterator[str]:
    yield from _provider(row)
    yield from _unknown(f"{row.place}.municipality", [row.municipality], network)
    yield from _unknown(f"{row.place}.sub_merchants", row.sub_merchants, network)
    if bool(row.municipality) == bool(row.cooperation):
        yield f"{row.place}: belongs to either a municipality or a cooperation"
    elif row.municipality and row.sub_merchants:
        yield f"{row.place}.sub_merchants: only a cooperation's account has them"
    if row.cooperation and row.is_second:
        yield f"{row.place}.is_second: only a municipality's own account can be its second"
    if row.cooperation:
        owner = next((other for other in network.cooperations if other.slug == row.cooperation), None)
        if owner is None:
            yield f"{row.place}.cooperation: there is no cooperation {row.cooperation}"
            return
        if not row.sub_merchants:
            yield f"{row.place}.sub_merchants: is missing; each member's money goes to its own"
        for slug in sorted((row.sub_merchants.keys() & network.slugs) - owner.members.keys()):
            yield f"{row.place}.sub_merchants: {slug} is not a member of {row.cooperation}"
        yield from _twice(
            gettext_noop("identifier"),
            ((f"{row.place}.sub_merchants.{key}", id_) for key, id_ in row.sub_merchants.items()),
        )


def _decision_maker(row: DecisionMakerRow, network: Network) -> Iterator[str]:
    yield from _unknown(f"{row.place}.municipality", [row.municipality], network)
    known = {procedure.slug for procedure in all_procedures()}
    for power in row.powers:
        if power.procedure and power.procedure not in known:
            yield f"{power.place}.procedure: there is no procedure {power.procedure}"
    staff = {employee.username for employee in network.demo_staff}
    for holder in sorted(set(row.holders) - staff):
        yield f"{row.place}.holders: there is no employee {holder}"


def _staff(network: Network) -> Iterator[str]:
    answered = set()
    for employee in network.demo_staff:
        for role in employee.roles:
            yield from _unknown(f"{role.place}.municipality", [role.municipality], network)
            if role.kind and (role.kind == "operator") == bool(role.municipality):
                yield f"{role.place}: every role but the operator's is for one municipality"
            if role.answers_work_list:
                answered.add(role.municipality)
    if network.demo_staff:
        with_payments = {
            slug for row in network.cooperations if row.service == _LIBRARY_PAYMENTS for slug in row.members
        }
        for slug in sorted((network.slugs & with_payments) - answered - {""}):
            yield f"demo_staff: nobody answers the work list of {slug}, so its stuck payments would lie there"


def _customer_service(network: Network) -> Iterator[str]:
    for article in network.articles:
        yield from _unknown(f"{article.place}.local_texts", article.local_texts, network)
        if article.review_by < article.reviewed_on:
            yield f"{article.place}.review_by: is before it was reviewed"
    for template in network.answer_templates:
        yield from _unknown(f"{template.place}.municipality", [template.municipality], network)
