"""The merchants of the sandbox, each with a secret of its own."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Merchant:
    account: str
    secret: str
    name: str
    sub_merchants: tuple[str, ...] = ()
    """Not empty: an aggregate (shop-in-shop) account, whose every item names one of these."""
    is_suomi_fi: bool = False
    """Success callbacks tell the settlement reference."""

    @property
    def is_aggregate(self) -> bool:
        return bool(self.sub_merchants)


Merchants = Mapping[str, Merchant]

# The vendor's public test accounts, with the secrets its documentation prints.
PUBLIC_TEST_MERCHANTS = (
    Merchant(account="375917", secret="SAIPPUAKAUPPIAS", name="Testikauppias"),
    Merchant(
        account="695861", secret="MONISAIPPUAKAUPPIAS", name="Testiyhteiskauppias", sub_merchants=("695874", "695875")
    ),
)
# Invented ones: an ordinary account and one of the Suomi.fi-maksut kind.
INVENTED_MERCHANTS = (
    Merchant(account="700001", secret="keksitty-salaisuus-1", name="Kuvitteellinen kunta"),
    Merchant(account="700002", secret="keksitty-salaisuus-2", name="Kuvitteellinen kaupunki", is_suomi_fi=True),
)


def by_account(*merchants: Merchant) -> dict[str, Merchant]:
    return {merchant.account: merchant for merchant in merchants}


def built_in_merchants() -> dict[str, Merchant]:
    return by_account(*PUBLIC_TEST_MERCHANTS, *INVENTED_MERCHANTS)


def read_merchants(path: Path) -> dict[str, Merchant]:
    """The built-in merchants and those of a JSON list of {account, secret, name, sub_merchants, is_suomi_fi}."""
    added = [
        Merchant(
            account=str(row["account"]),
            secret=str(row["secret"]),
            name=str(row["name"]),
            sub_merchants=tuple(map(str, row.get("sub_merchants", ()))),
            is_suomi_fi=bool(row.get("is_suomi_fi", False)),
        )
        for row in json.loads(path.read_text(encoding="utf-8"))
    ]
    return {**built_in_merchants(), **by_account(*added)}


def bank_reference(number: int) -> str:
    """A Finnish bank reference number: the digits and a check digit weighted 7, 3, 1 from the right."""
    digits = str(number)
    weighted = sum(int(digit) * (7, 3, 1)[place % 3] for place, digit in enumerate(reversed(digits)))
    return digits + str(-weighted % 10)
