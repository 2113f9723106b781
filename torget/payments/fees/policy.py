"""What is configured for a library system's fees, read in one query however many fees there are."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import connection

from torget.foundation.core.languages import LocalisedText, in_language
from torget.payments.core.fees import FeePolicy, FeeTypeRule, LegalNature, PayeeRuleValue, PayeeSource


@dataclass(frozen=True, slots=True, kw_only=True)
class FeeTypeTexts:
    """What the patron reads about a kind of fee, in three languages."""

    names: LocalisedText
    explanations: LocalisedText
    not_payable_reasons: LocalisedText


@dataclass(frozen=True, slots=True, kw_only=True)
class PayeeTexts:
    """How a municipality appears to the patron."""

    names: LocalisedText
    theme: Mapping[str, str]

    def name(self, language: str) -> str:
        return in_language(self.names, language)


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfiguredFees:
    policy: FeePolicy
    texts: Mapping[str, FeeTypeTexts]
    """By fee type code."""
    municipalities: Mapping[str, PayeeTexts]
    """By slug; all of the network."""
    guardian_age_limits: Mapping[str, int]
    """By slug of those that have a library: until what age guardians may pay for the cards of its children."""

    @property
    def allows_guardians(self) -> bool:
        return any(self.guardian_age_limits.values())

    def guardian_age_limit(self, home_branch: str | None) -> int:
        """Of the child's own municipality; where nobody says which that is, the strictest of all."""
        slug = self.policy.municipality_of_branch.get(home_branch or "")
        return self.guardian_age_limits[slug] if slug else min(self.guardian_age_limits.values(), default=0)


def _rule(row: Mapping[str, Any]) -> PayeeRuleValue:
    return PayeeRuleValue(
        sources=tuple(PayeeSource(source) for source in row["sources"]),
        collector=row["collector"],
        shares=row["shares"],
    )


def read_configured(text: str, *, merchants: frozenset[str]) -> ConfiguredFees:
    """From what fees_policy (sql/policy.sql) gives; `merchants`: slugs of those who take online payments."""
    found = json.loads(text)
    texts, types = {}, {}
    for code, row in found["types"].items():
        texts[code] = FeeTypeTexts(**row.pop("texts"))
        types[code] = FeeTypeRule(**{**row, "code": code, "legal_nature": LegalNature(row["legal_nature"])})
    policy = FeePolicy(
        fee_types=types,
        payee_rules={row["fee_type"]: _rule(row) for row in found["rules"]},
        municipality_of_branch=found["branches"],
        merchants=merchants,
    )
    municipalities = {slug: PayeeTexts(**row) for slug, row in found["municipalities"].items()}
    return ConfiguredFees(
        policy=policy,
        texts=texts,
        municipalities=municipalities,
        guardian_age_limits=found["guardian_age_limits"],
    )


def load_configured(*, library_system: str, merchants: frozenset[str]) -> ConfiguredFees:
    with connection.cursor() as cursor:
        cursor.execute("SELECT fees_policy(%s)", [library_system])
        return read_configured(cursor.fetchone()[0], merchants=merchants)


def load_policy(*, library_system: str, merchants: frozenset[str]) -> FeePolicy:
    return load_configured(library_system=library_system, merchants=merchants).policy
