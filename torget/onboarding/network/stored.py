"""The network as the database has it, in the form of its files, so that something new is judged beside it."""

from torget.foundation.cooperations.models import Cooperation, Municipality
from torget.onboarding.network.rows import (
    BranchRow,
    CooperationRow,
    FeeTypeRow,
    MerchantAccountRow,
    MunicipalityRow,
    Network,
    PayeeRuleRow,
)
from torget.payments.checkout.models import MerchantAccount
from torget.payments.fees.models import FeeType, PayeeRule

PLACE = "database:"


def stored_network() -> Network:
    """Municipalities, cooperations, fees and accounts; of articles, offices and staff it tells nothing."""
    return Network(
        municipalities=tuple(_municipality(row) for row in Municipality.objects.prefetch_related("branches")),
        cooperations=tuple(
            _cooperation(row)
            for row in Cooperation.objects.select_related("coordinator").prefetch_related("memberships__municipality")
        ),
        fee_types=tuple(map(_fee_type, FeeType.objects.all())),
        payee_rules=tuple(map(_payee_rule, PayeeRule.objects.select_related("fee_type", "collector"))),
        merchant_accounts=tuple(
            _account(row)
            for row in MerchantAccount.objects.select_related("municipality", "cooperation").prefetch_related(
                "sub_merchants__municipality"
            )
        ),
    )


def _municipality(row: Municipality) -> MunicipalityRow:
    return MunicipalityRow(
        place=f"{PLACE} {row.slug}",
        slug=row.slug,
        number=row.number,
        business_id=row.business_id,
        names=row.names,
        languages=tuple(row.languages),
        contact_email=row.contact_email,
        contact_phone=row.contact_phone,
        theme=row.theme,
        branches=tuple(
            BranchRow(place=f"{PLACE} {branch.code}", code=branch.code, names=branch.names)
            for branch in row.branches.all()
        ),
        refund_limit_cents=row.refund_limit_cents,
        guardian_age_limit=row.guardian_age_limit,
    )


def _cooperation(row: Cooperation) -> CooperationRow:
    return CooperationRow(
        place=f"{PLACE} {row.slug}",
        slug=row.slug,
        service=row.service,
        names=row.names,
        coordinator=row.coordinator.slug,
        library_system=row.library_system,
        further_library_systems=row.further_library_systems,
        theme=row.theme,
        members={one.municipality.slug: one.cost_share for one in row.memberships.all()},
    )


def _fee_type(row: FeeType) -> FeeTypeRow:
    return FeeTypeRow(
        place=f"{PLACE} {row.library_system} {row.code}",
        library_system=row.library_system,
        code=row.code,
        names=row.names,
        explanations=row.explanations,
        legal_nature=row.legal_nature,
        vat_permille=row.vat_permille,
        product_codes=row.product_codes,
        ledger_account=row.ledger_account,
        is_payable=row.is_payable,
        not_payable_reasons=row.not_payable_reasons,
    )


def _payee_rule(row: PayeeRule) -> PayeeRuleRow:
    return PayeeRuleRow(
        place=f"{PLACE} {row.library_system}",
        library_system=row.library_system,
        fee_type=row.fee_type.code if row.fee_type else "",
        sources=tuple(row.sources),
        collector=row.collector.slug if row.collector else "",
        shares=row.shares,
    )


def _account(row: MerchantAccount) -> MerchantAccountRow:
    return MerchantAccountRow(
        place=f"{PLACE} {row.provider} {row.account}",
        provider=row.provider,
        account=row.account,
        is_test=False,
        is_active=row.is_active,
        is_second=row.is_second,
        municipality=row.municipality.slug if row.municipality else "",
        cooperation=row.cooperation.slug if row.cooperation else "",
        credentials={},
        sealed=bytes(row.credentials),
        sub_merchants={one.municipality.slug: one.identifier for one in row.sub_merchants.all()},
        paused=frozenset(one.municipality.slug for one in row.sub_merchants.all() if not one.is_active),
    )
