"""What a provider may keep of payments by the contract: agreed, corrected and withdrawn by who owns the account."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db import IntegrityError, transaction

from torget.foundation.audit.record import record
from torget.foundation.core.money import Money
from torget.foundation.people.access import Access
from torget.payments.checkout.models import MerchantAccount
from torget.payments.settlement.reconciliation_models import AgreedFee


class CannotAgree(Exception):
    """Why the fee is not saved."""


class MayNotAgree(CannotAgree):
    """Finance of the account's owner does this, and for a cooperation's account its coordinator."""


class AgreedAlready(CannotAgree):
    """There is a fee for the same method from the same day on; correct that one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FeeTerms:
    method: str
    """The provider's own code of the method; empty for all that have no terms of their own."""
    fixed: Money
    basis_points: int
    """Of the amount, in hundredths of a per cent."""
    valid_from: date


def fee_by(amount: Money, fixed: Money, basis_points: int) -> Money:
    """Like sql/agreed_fee.sql: half a cent goes up."""
    return fixed + Money((amount.cents * basis_points * 2 + 10_000) // 20_000)


def may_agree(access: Access, account: MerchantAccount) -> bool:
    if account.cooperation is not None:
        return account.cooperation.coordinator_id in access.coordinates | access.finance
    return account.municipality_id in access.finance


def _save(fee: AgreedFee, terms: FeeTerms, action: str, access: Access, at: datetime) -> AgreedFee:
    fee.method, fee.valid_from = terms.method, terms.valid_from
    fee.fixed_cents, fee.basis_points = terms.fixed.cents, terms.basis_points
    try:
        with transaction.atomic():
            fee.save()
            _note(fee, action, access, at)
    except IntegrityError as error:
        if "agreed_fee_once" in str(error):
            raise AgreedAlready from error
        raise
    return fee


def _note(fee: AgreedFee, action: str, access: Access, at: datetime) -> None:
    record(
        at=at,
        actor=access.actor,
        action=action,
        subject=f"agreed-fee:{fee.pk}",
        municipality_id=fee.merchant_account.municipality_id,
        detail={
            "account": fee.merchant_account.account,
            "method": fee.method,
            "fixed_cents": fee.fixed_cents,
            "basis_points": fee.basis_points,
            "valid_from": fee.valid_from.isoformat(),
        },
    )


def agree_fee(*, account: MerchantAccount, terms: FeeTerms, access: Access, at: datetime) -> AgreedFee:
    """Raise MayNotAgree or AgreedAlready."""
    if not may_agree(access, account):
        raise MayNotAgree
    return _save(AgreedFee(merchant_account=account), terms, "agree fee", access, at)


def correct_fee(*, fee: AgreedFee, terms: FeeTerms, access: Access, at: datetime) -> AgreedFee:
    """What was written wrong; new prices are new terms from their first day on. Raise MayNotAgree or AgreedAlready."""
    if not may_agree(access, fee.merchant_account):
        raise MayNotAgree
    return _save(fee, terms, "correct agreed fee", access, at)


def withdraw_fee(*, fee: AgreedFee, access: Access, at: datetime) -> None:
    """What it said stays in the audit log. Raise MayNotAgree."""
    if not may_agree(access, fee.merchant_account):
        raise MayNotAgree
    with transaction.atomic():
        _note(fee, "withdraw agreed fee", access, at)
        fee.delete()
