"""From a merchant account to its connector, as the settings name it."""

from functools import lru_cache
from typing import cast

from django.conf import settings
from django.utils.module_loading import import_string

from torget.payments.checkout.credentials import decrypt_credentials
from torget.payments.checkout.models import MerchantAccount
from torget.payments.core.ports import PaymentProvider


@lru_cache(maxsize=1024)
def _build(provider: str, account: str, sealed: bytes, is_aggregate: bool) -> PaymentProvider:
    chosen = settings.PAYMENT_PROVIDERS[provider]
    connector = import_string(chosen["BACKEND"])(
        account=account, is_aggregate=is_aggregate, **decrypt_credentials(sealed), **chosen["OPTIONS"]
    )
    return cast(PaymentProvider, connector)


def provider_for(merchant_account_id: int) -> PaymentProvider:
    """The connector of this account; built once per process for as long as the credentials stay the same."""
    row = MerchantAccount.objects.get(id=merchant_account_id)
    return _build(row.provider, row.account, bytes(row.credentials), row.cooperation_id is not None)
