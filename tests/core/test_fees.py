"""Whose money a fee is, and why it cannot be paid: explicit answers only."""

from dataclasses import replace

import pytest

from torget.foundation.core.money import Money
from torget.payments.core.fees import (
    FeePolicy,
    FeeTypeRule,
    LegalNature,
    NotPayable,
    PayeeRuleValue,
    PayeeSource,
    assess_fee,
)
from torget.payments.core.ports import LibraryFee, PatronIdentity

OVERDUE = FeeTypeRule(
    code="OVERDUE",
    legal_nature=LegalNature.PUBLIC_LAW,
    vat_permille=0,
    ledger_account="3100",
    product_code="OVERDUE",
    is_payable=True,
)
POLICY = FeePolicy(
    fee_types={"OVERDUE": OVERDUE, "COLLECTION": replace(OVERDUE, code="COLLECTION", is_payable=False)},
    payee_rules={
        None: PayeeRuleValue(sources=(PayeeSource.FEE_BRANCH, PayeeSource.ITEM_HOME)),
    },
    municipality_of_branch={"PRV/PK": "porvoo", "SIP/PK": "sipoo", "HAN/PK": "hanko"},
    merchants=frozenset({"porvoo", "sipoo"}),
)
PATRON = PatronIdentity(reference="1", card_number="1", home_branch="SIP/PK")
FEE = LibraryFee(reference="1", kind="OVERDUE", outstanding=Money(115), charged=Money(115), fee_branch="PRV/PK")


@pytest.mark.parametrize(
    ("fee", "payee", "reason"),
    [
        (FEE, "porvoo", None),
        (replace(FEE, fee_branch=None, item_home_branch="SIP/PK"), "sipoo", None),
        (replace(FEE, fee_branch=None), None, NotPayable.PAYEE_UNKNOWN),
        (replace(FEE, fee_branch="XXX/YY"), None, NotPayable.UNKNOWN_BRANCH),
        (replace(FEE, fee_branch="HAN/PK"), "hanko", NotPayable.NO_MERCHANT),
        (replace(FEE, is_growing=True), "porvoo", NotPayable.GROWING),
        (replace(FEE, is_barred=True), "porvoo", NotPayable.BARRED),
        (replace(FEE, kind="COLLECTION"), "porvoo", NotPayable.TYPE_NOT_PAYABLE),
        (replace(FEE, kind="NEWS"), "porvoo", NotPayable.UNKNOWN_TYPE),
    ],
)
def test_assessment(fee: LibraryFee, payee: str | None, reason: NotPayable | None) -> None:
    assessed = assess_fee(fee, PATRON, POLICY)
    assert (assessed.payee.municipality if assessed.payee else None) == payee
    assert assessed.not_payable == reason
    assert assessed.is_payable is (reason is None)


def test_a_type_may_have_a_rule_of_its_own() -> None:
    home = PayeeRuleValue(sources=(PayeeSource.PATRON_HOME,))
    policy = replace(POLICY, payee_rules={**POLICY.payee_rules, "OVERDUE": home})
    payee = assess_fee(FEE, PATRON, policy).payee
    assert payee is not None
    assert (payee.municipality, payee.source) == ("sipoo", PayeeSource.PATRON_HOME)


def test_fixed_shares_need_a_collector() -> None:
    shares = PayeeRuleValue(sources=(PayeeSource.FIXED_SHARES,), collector="porvoo", shares={"porvoo": 1, "sipoo": 2})
    payee = assess_fee(FEE, PATRON, replace(POLICY, payee_rules={None: shares})).payee
    assert payee is not None
    assert payee.shares == {"porvoo": 1, "sipoo": 2}
    nobody = replace(POLICY, payee_rules={None: replace(shares, collector=None)})
    assert assess_fee(FEE, PATRON, nobody).not_payable is NotPayable.NO_RULE


def test_no_rule_no_payee() -> None:
    assert assess_fee(FEE, PATRON, replace(POLICY, payee_rules={})).not_payable is NotPayable.NO_RULE
