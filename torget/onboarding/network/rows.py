"""What a network's files say, as plain values; `place` tells where in the files a row stands."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from torget.foundation.core.languages import LocalisedText


@dataclass(frozen=True, slots=True, kw_only=True)
class BranchRow:
    place: str
    code: str
    names: LocalisedText


@dataclass(frozen=True, slots=True, kw_only=True)
class MunicipalityRow:
    place: str
    slug: str
    number: str
    business_id: str
    names: LocalisedText
    languages: tuple[str, ...]
    contact_email: str
    contact_phone: str
    theme: Mapping[str, str]
    branches: tuple[BranchRow, ...]
    refund_limit_cents: int
    guardian_age_limit: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CooperationRow:
    place: str
    slug: str
    service: str
    names: LocalisedText
    coordinator: str
    library_system: str
    further_library_systems: Mapping[str, LocalisedText]
    """Others in use beside it, by their names in the settings."""
    theme: Mapping[str, str]
    members: Mapping[str, int]
    """Slug of each member and its share of the cost."""

    @property
    def library_systems(self) -> frozenset[str]:
        return frozenset({self.library_system, *self.further_library_systems} - {""})


@dataclass(frozen=True, slots=True, kw_only=True)
class FeeTypeRow:
    place: str
    library_system: str
    code: str
    names: LocalisedText
    explanations: LocalisedText
    legal_nature: str
    vat_permille: int
    product_codes: Mapping[str, str]
    ledger_account: str
    is_payable: bool
    not_payable_reasons: LocalisedText


@dataclass(frozen=True, slots=True, kw_only=True)
class PayeeRuleRow:
    place: str
    library_system: str
    fee_type: str
    """Empty for the rule of all types that have none of their own."""
    sources: tuple[str, ...]
    collector: str
    shares: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class MerchantAccountRow:
    place: str
    provider: str
    account: str
    is_test: bool
    """Payments to it move no money."""
    is_active: bool
    is_second: bool
    """Offered where the municipality's first account gives no page."""
    municipality: str
    cooperation: str
    credentials: Mapping[str, str]
    sub_merchants: Mapping[str, str]
    """Slug of each municipality and its identifier under the aggregate."""
    paused: frozenset[str] = frozenset()
    """Slugs of those under the aggregate whose money it takes in no more; their open payments go on."""
    sealed: bytes = b""
    """Credentials as the database has them; where they are, `credentials` is not looked at."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleRow:
    place: str
    kind: str
    municipality: str
    """Empty for the operator, who serves them all."""
    answers_work_list: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class EmployeeRow:
    place: str
    username: str
    full_name: str
    email: str
    language: str
    roles: tuple[RoleRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordClassRow:
    place: str
    code: str
    names: LocalisedText
    publicity: int
    secrecy_basis: str
    retention_years: int
    retention_basis: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PowerRow:
    place: str
    procedure: str
    limit_cents: int
    basis: LocalisedText


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionMakerRow:
    place: str
    municipality: str
    code: str
    titles: LocalisedText
    organ_above: LocalisedText
    contact_name: str
    contact_email: str
    contact_phone: str
    powers: tuple[PowerRow, ...]
    holders: tuple[str, ...]
    """User names of demo staff; real holders are named in Torget."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticleRow:
    place: str
    slug: str
    titles: LocalisedText
    texts: LocalisedText
    topics: tuple[str, ...]
    reviewed_on: date
    review_by: date
    local_texts: Mapping[str, LocalisedText]
    """What differs, by the slug of the municipality."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerTemplateRow:
    place: str
    slug: str
    municipality: str
    """Empty for a ready answer of all."""
    service_type: str
    """Empty for one that fits every kind of errand."""
    names: LocalisedText
    texts: LocalisedText


@dataclass(frozen=True, slots=True, kw_only=True)
class Network:
    municipalities: tuple[MunicipalityRow, ...] = ()
    cooperations: tuple[CooperationRow, ...] = ()
    fee_types: tuple[FeeTypeRow, ...] = ()
    payee_rules: tuple[PayeeRuleRow, ...] = ()
    merchant_accounts: tuple[MerchantAccountRow, ...] = ()
    demo_staff: tuple[EmployeeRow, ...] = ()
    record_classes: tuple[RecordClassRow, ...] = ()
    decision_makers: tuple[DecisionMakerRow, ...] = ()
    articles: tuple[ArticleRow, ...] = ()
    answer_templates: tuple[AnswerTemplateRow, ...] = ()

    @property
    def library_systems(self) -> frozenset[str]:
        return frozenset().union(*(row.library_systems for row in self.cooperations))

    @property
    def slugs(self) -> frozenset[str]:
        return frozenset(row.slug for row in self.municipalities)
