"""From a merchant account to its connector, as the settings name it."""

from functools import lru_cache
from typing import cast

from django.conf import settings
from django.utils.module_loading import import_string

from torget.payments.checkout.credentials import decrypt_credentials
from torget.payments.checkout.load import AccountFacts
from torget.payments.checkout.models import MerchantAccount
from torget.payments.core.ports import PaymentProvider


def provider_title(provider: str) -> str:
    """What people call it; one that the settings no longer have is called as its accounts name it."""
    return str(settings.PAYMENT_PROVIDERS.get(provider, {}).get("TITLE", provider))


@lru_cache(maxsize=1024)
def _build(provider: str, account: str, sealed: str, is_aggregate: bool) -> PaymentProvider:
    chosen = settings.PAYMENT_PROVIDERS[provider]
    connector = import_string(chosen["BACKEND"])(
        account=account, is_aggregate=is_aggregate, **decrypt_credentials(sealed.encode()), **chosen["OPTIONS"]
    )
    return cast(PaymentProvider, connector)


def facts_of(account: MerchantAccount) -> AccountFacts:
    return AccountFacts(
        id=account.pk,
        provider=account.provider,
        account=account.account,
        credentials=bytes(account.credentials).decode(),
        is_aggregate=account.cooperation_id is not None,
    )


def provider_for(account: AccountFacts) -> PaymentProvider:
    """The connector of this account; built once per process for as long as the credentials stay the same."""
    return _build(account.provider, account.account, account.credentials, account.is_aggregate)
