"""Fees: whose money each one is, and whether it can be paid online; every 'no' has a reason."""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from enum import StrEnum

from torget.payments.core.ports import LibraryFee, PatronIdentity


class LegalNature(StrEnum):
    PUBLIC_LAW = "public_law"  #: Fee; may lead to a loan ban, expires in five years.
    PRIVATE_LAW = "private_law"  #: Compensation; never a loan ban.


class PayeeSource(StrEnum):
    FEE_BRANCH = "fee_branch"
    ITEM_HOME = "item_home"
    PATRON_HOME = "patron_home"
    FIXED_SHARES = "fixed_shares"


class NotPayable(StrEnum):
    """Why a fee cannot be paid online; each has a text with the next step in three languages."""

    UNKNOWN_TYPE = "unknown_type"  #: The library system has a fee type that nobody has described here.
    TYPE_NOT_PAYABLE = "type_not_payable"  #: The municipality decided so; its own text says why.
    GROWING = "growing"  #: The item is not back yet, so the amount is not final.
    BARRED = "barred"  #: The library system itself lets nobody pay it online.
    NO_RULE = "no_rule"  #: Nobody has decided whose money this kind of fee is.
    UNKNOWN_BRANCH = "unknown_branch"  #: The library system names a branch that is no municipality's here.
    PAYEE_UNKNOWN = "payee_unknown"  #: The library system names no branch, so nobody can say whose money it would be.
    NO_MERCHANT = "no_merchant"  #: The payee does not take online payments.
    ON_HOLD = "on_hold"  #: Somebody has asked about it, and the question is open.
    IN_PAYMENT = "in_payment"  #: It stands in a payment that is under way.
    BEING_REGISTERED = "being_registered"  #: It is paid; the library system is being told.


@dataclass(frozen=True, slots=True, kw_only=True)
class FeeTypeRule:
    code: str
    legal_nature: LegalNature
    vat_permille: int
    ledger_account: str
    product_code: str
    is_payable: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PayeeRuleValue:
    sources: tuple[PayeeSource, ...]
    collector: str | None = None
    shares: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class FeePolicy:
    """All that is configured for one library system, as plain values."""

    fee_types: Mapping[str, FeeTypeRule]
    payee_rules: Mapping[str | None, PayeeRuleValue]
    """By fee type code; None is the rule for types without one of their own."""
    municipality_of_branch: Mapping[str, str]
    """Branch code → municipality slug."""
    merchants: frozenset[str]
    """Slugs of municipalities that can be paid online."""

    def rule_of(self, fee_type: str) -> PayeeRuleValue | None:
        return self.payee_rules.get(fee_type) or self.payee_rules.get(None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Payee:
    municipality: str
    """Slug of who takes the money in."""
    source: PayeeSource
    shares: Mapping[str, int] = field(default_factory=dict)
    """Weights by municipality when the money is shared; empty when it is the payee's alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AssessedFee:
    fee: LibraryFee
    fee_type: FeeTypeRule | None
    payee: Payee | None
    not_payable: NotPayable | None

    @property
    def is_payable(self) -> bool:
        return self.not_payable is None


def find_payee(fee: LibraryFee, patron: PatronIdentity, policy: FeePolicy) -> Payee | None:
    """Follow the configured rule; None when it does not lead to a municipality. Nothing is ever assumed."""
    rule = policy.rule_of(fee.kind)
    if rule is None:
        return None
    branches = _branches(fee, patron)
    for source in rule.sources:
        if source is PayeeSource.FIXED_SHARES:
            return Payee(municipality=rule.collector, source=source, shares=rule.shares) if rule.collector else None
        municipality = policy.municipality_of_branch.get(branches[source] or "")
        if municipality is not None:
            return Payee(municipality=municipality, source=source)
    return None


def _branches(fee: LibraryFee, patron: PatronIdentity) -> dict[PayeeSource, str | None]:
    return {
        PayeeSource.FEE_BRANCH: fee.fee_branch,
        PayeeSource.ITEM_HOME: fee.item_home_branch,
        PayeeSource.PATRON_HOME: patron.home_branch,
    }


def _why_no_payee(fee: LibraryFee, patron: PatronIdentity, policy: FeePolicy) -> NotPayable:
    rule = policy.rule_of(fee.kind)
    if rule is None or PayeeSource.FIXED_SHARES in rule.sources:
        return NotPayable.NO_RULE
    branches = _branches(fee, patron)
    names_one = any(branches.get(source) for source in rule.sources)
    return NotPayable.UNKNOWN_BRANCH if names_one else NotPayable.PAYEE_UNKNOWN


def assess_fee(
    fee: LibraryFee, patron: PatronIdentity, policy: FeePolicy, *, on_hold: AbstractSet[str] = frozenset()
) -> AssessedFee:
    """`on_hold`: references of fees with an open question."""
    fee_type = policy.fee_types.get(fee.kind)
    payee = find_payee(fee, patron, policy)
    reason: NotPayable | None = None
    if fee_type is None:
        reason = NotPayable.UNKNOWN_TYPE
    elif not fee_type.is_payable:
        reason = NotPayable.TYPE_NOT_PAYABLE
    elif fee.is_barred:
        reason = NotPayable.BARRED
    elif fee.reference in on_hold:
        reason = NotPayable.ON_HOLD
    elif fee.is_growing:
        reason = NotPayable.GROWING
    elif payee is None:
        reason = _why_no_payee(fee, patron, policy)
    elif payee.municipality not in policy.merchants:
        reason = NotPayable.NO_MERCHANT
    return AssessedFee(fee=fee, fee_type=fee_type, payee=payee, not_payable=reason)
