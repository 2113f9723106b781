"""What is configured for a library system's fees, read in four queries however many fees there are."""

from torget.foundation.cooperations.models import Branch
from torget.payments.core.fees import FeePolicy, FeeTypeRule, LegalNature, PayeeRuleValue, PayeeSource
from torget.payments.fees.models import FeeType, PayeeRule


def load_policy(*, library_system: str, merchants: frozenset[str]) -> FeePolicy:
    """`merchants`: slugs of the municipalities that can be paid online, which checkout knows."""
    types = {row.code: row for row in FeeType.objects.filter(library_system=library_system)}
    rules = PayeeRule.objects.filter(library_system=library_system).select_related("fee_type", "collector")
    return FeePolicy(
        fee_types={
            code: FeeTypeRule(
                code=code,
                legal_nature=LegalNature(row.legal_nature),
                vat_permille=row.vat_permille,
                ledger_account=row.ledger_account,
                product_code=row.product_codes.get("default", code),
                is_payable=row.is_payable,
            )
            for code, row in types.items()
        },
        payee_rules={
            rule.fee_type.code if rule.fee_type else None: PayeeRuleValue(
                sources=tuple(PayeeSource(source) for source in rule.sources),
                collector=rule.collector.slug if rule.collector else None,
                shares=rule.shares,
            )
            for rule in rules
        },
        municipality_of_branch=dict(Branch.objects.values_list("code", "municipality__slug")),
        merchants=merchants,
    )
