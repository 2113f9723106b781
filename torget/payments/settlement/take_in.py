"""Take in a file of a provider or a bank: keep it, and note that it is to be read."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction

from torget.foundation.audit.record import record
from torget.foundation.cooperations.models import Municipality
from torget.foundation.people.access import Access
from torget.payments.checkout.models import MerchantAccount, SubMerchant
from torget.payments.core.settlement import FileRefused, Problem
from torget.payments.settlement.formats import BANK, uploaded_format
from torget.payments.settlement.models import SettlementFile
from torget.payments.settlement.storage import StoredFile, store_file


class MayNotUpload(Exception):
    """Only finance of the municipality may, or of the coordinator for a part of its aggregate."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Whose file it is: a bank's, or a merchant account's, or one municipality's part of an aggregate account."""

    municipality: Municipality
    account: MerchantAccount | None = None
    sub_merchant: str = ""

    @property
    def provider(self) -> str:
        return self.account.provider if self.account else BANK


def sources_for(access: Access) -> list[Source]:
    """What this employee may bring files of."""
    sources = [Source(municipality=one) for one in Municipality.objects.filter(pk__in=access.finance)]
    own = MerchantAccount.objects.filter(municipality__in=access.finance).select_related("municipality")
    sources += [Source(municipality=one.municipality, account=one) for one in own if one.municipality]
    parts = SubMerchant.objects.select_related("municipality", "merchant_account__cooperation")
    sources += [
        Source(municipality=part.municipality, account=part.merchant_account, sub_merchant=part.identifier)
        for part in parts
        if part.municipality_id in access.finance
        or (part.merchant_account.cooperation and part.merchant_account.cooperation.coordinator_id in access.finance)
    ]
    return sources


def take_in_file(
    *,
    source: Source,
    stored: StoredFile,
    format_name: str,
    name: str,
    received_by: str,
    channel: SettlementFile.Channel,
    at: datetime,
    employee_id: int | None = None,
) -> tuple[SettlementFile, bool]:
    """The row of the file, and whether it is new: the same bytes for the same account come to the same row.

    A file that was refused waits to be read again, for what was missing then may be there now.
    """
    try:
        with transaction.atomic():
            file = SettlementFile.objects.create(
                sha256=stored.sha256,
                municipality=source.municipality,
                merchant_account=source.account,
                sub_merchant=source.sub_merchant,
                provider=source.provider,
                format=format_name,
                original_name=name[:200],
                size_bytes=stored.size_bytes,
                received_at=at,
                received_by=received_by,
                employee_id=employee_id,
                channel=channel,
                state=SettlementFile.State.RECEIVED,
            )
    except IntegrityError:
        owner = {"sub_merchant": source.sub_merchant} if source.account else {"municipality": source.municipality}
        known = SettlementFile.objects.get(merchant_account=source.account, sha256=stored.sha256, **owner)
        SettlementFile.objects.filter(pk=known.pk, state=SettlementFile.State.REFUSED).update(
            state=SettlementFile.State.RECEIVED, finished_at=None
        )
        known.refresh_from_db()
        return known, False
    return file, True


def upload_file(
    *, source: Source, pieces: Iterable[bytes], name: str, access: Access, at: datetime
) -> tuple[SettlementFile, bool]:
    """What a person brings. Raise MayNotUpload or FileRefused."""
    if source not in sources_for(access):
        raise MayNotUpload
    stored = store_file(pieces)
    format_name = uploaded_format(source.provider, stored.head)
    if format_name is None:
        raise FileRefused(Problem.NOT_THIS_FORMAT, detail=source.provider)
    file, is_new = take_in_file(
        source=source,
        stored=stored,
        format_name=format_name,
        name=name,
        received_by=access.actor,
        channel=SettlementFile.Channel.UPLOADED,
        at=at,
        employee_id=access.employee_id,
    )
    record(
        at=at,
        actor=access.actor,
        action="upload settlement file",
        subject=f"settlement-file:{file.pk}",
        municipality_id=source.municipality.pk,
        detail={"sha256": stored.sha256, "bytes": stored.size_bytes, "is_new": is_new},
    )
    return file, is_new
