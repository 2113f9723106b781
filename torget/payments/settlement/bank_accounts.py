"""Which bank accounts a municipality's payouts arrive on; statements of others are refused."""

import re
from datetime import datetime

from django.db import IntegrityError, transaction

from torget.foundation.audit.record import record
from torget.foundation.people.access import Access
from torget.payments.settlement.models import BankAccount


class MayNotAdd(Exception):
    """Only finance of the municipality may."""


class BadIban(ValueError):
    """Not a valid IBAN."""


class KnownAlready(Exception):
    """The account is here already, of this municipality or another."""


def checked_iban(text: str) -> str:
    """Without spaces and in capitals; raise BadIban if the check digits (ISO 13616, mod 97) do not hold."""
    iban = "".join(text.split()).upper()
    if not re.fullmatch(r"[A-Z]{2}\d{2}[A-Z0-9]{11,30}", iban):
        raise BadIban
    digits = "".join(str(int(char, 36)) for char in iban[4:] + iban[:4])
    if int(digits) % 97 != 1 or (iban.startswith("FI") and len(iban) != 18):
        raise BadIban
    return iban


def add_bank_account(*, municipality_id: int, iban: str, access: Access, at: datetime) -> BankAccount:
    """Raise MayNotAdd, BadIban or KnownAlready."""
    if municipality_id not in access.finance:
        raise MayNotAdd
    checked = checked_iban(iban)
    try:
        with transaction.atomic():
            account = BankAccount.objects.create(
                iban=checked, municipality_id=municipality_id, added_at=at, added_by=access.actor
            )
            _note(account, access, "add bank account", at)
    except IntegrityError:
        raise KnownAlready from None
    return account


def set_bank_account_active(*, account_id: int, is_active: bool, access: Access, at: datetime) -> None:
    """Statements of an account that is not active are refused; what came stays. Raise MayNotAdd."""
    account = BankAccount.objects.get(pk=account_id)
    if account.municipality_id not in access.finance:
        raise MayNotAdd
    with transaction.atomic():
        if BankAccount.objects.filter(pk=account_id, is_active=not is_active).update(is_active=is_active):
            _note(account, access, "open bank account" if is_active else "end bank account", at)


def _note(account: BankAccount, access: Access, action: str, at: datetime) -> None:
    record(
        at=at,
        actor=access.actor,
        action=action,
        subject=f"bank-account:{account.pk}",
        municipality_id=account.municipality_id,
        detail={"iban": account.iban},
    )
