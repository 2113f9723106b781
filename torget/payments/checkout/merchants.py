"""Which merchant account takes in which municipality's money."""

from dataclasses import dataclass

from torget.payments.checkout.models import MerchantAccount, SubMerchant


@dataclass(frozen=True, slots=True, kw_only=True)
class Merchant:
    merchant_account_id: int
    provider: str
    municipality_id: int
    sub_merchant: str | None
    """Set when the account is an aggregate that splits."""
    owner_id: int
    """On whose work list a payment to this account falls: the municipality, or the coordinator of the aggregate."""
    service_email: str


def load_merchants() -> dict[str, Merchant]:
    """By municipality slug. A municipality's own active account goes before its part in an aggregate."""
    merchants = {
        sub.municipality.slug: Merchant(
            merchant_account_id=sub.merchant_account_id,
            provider=sub.merchant_account.provider,
            municipality_id=sub.municipality_id,
            sub_merchant=sub.identifier,
            owner_id=sub.merchant_account.cooperation.coordinator_id,
            service_email=sub.municipality.contact_email,
        )
        for sub in SubMerchant.objects.filter(merchant_account__is_active=True).select_related(
            "municipality", "merchant_account__cooperation"
        )
        if sub.merchant_account.cooperation
    }
    for account in MerchantAccount.objects.filter(is_active=True, municipality__isnull=False).select_related(
        "municipality"
    ):
        if account.municipality is None:
            continue
        merchants[account.municipality.slug] = Merchant(
            merchant_account_id=account.id,
            provider=account.provider,
            municipality_id=account.municipality.id,
            sub_merchant=None,
            owner_id=account.municipality.id,
            service_email=account.municipality.contact_email,
        )
    return merchants
