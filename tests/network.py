"""A small network for tests: Porvoo and Sipoo under one aggregate account, Raasepori with its own."""

from torget.foundation.cooperations.models import Branch, Cooperation, Membership, Municipality
from torget.foundation.people.models import Employee, Role
from torget.payments.checkout.credentials import encrypt_credentials
from torget.payments.checkout.models import MerchantAccount, SubMerchant
from torget.payments.fees.models import FeeType, PayeeRule

AGGREGATE, AGGREGATE_SECRET = "695861", "MONISAIPPUAKAUPPIAS"
OWN_ACCOUNT, OWN_SECRET = "375917", "SAIPPUAKAUPPIAS"
LIBRARY = "helle"

THEME = {"brand": "#1d4f91", "brand_text": "#ffffff", "link": "#1d4f91", "surface": "#f7f9fc"}

_MUNICIPALITIES = (
    ("porvoo", "638", "Porvoo", "Borgå", "1061512-1", ("PRV/PK", "PRV/GAM")),
    ("sipoo", "753", "Sipoo", "Sibbo", "0203490-1", ("SIP/PK",)),
    ("raasepori", "710", "Raasepori", "Raseborg", "2195007-9", ("RAS/PK",)),
    ("hanko", "078", "Hanko", "Hangö", "0103166-9", ("HAN/PK",)),
)

_FEE_TYPES = (
    ("OVERDUE", "public_law", 0, "3100", True),
    ("RESERVE_EXPIRED", "public_law", 0, "3110", True),
    ("LOST", "private_law", 0, "3200", True),
    ("NEW_CARD", "private_law", 0, "3210", True),
    ("COPIES", "private_law", 255, "3300", True),
    ("ILL", "public_law", 0, "3120", True),
    ("COLLECTION", "public_law", 0, "3100", False),
    ("FEE", "public_law", 0, "3190", True),
)


def _texts(text: str) -> dict[str, str]:
    return {"sv": f"{text} (sv)", "fi": f"{text} (fi)", "en": f"{text} (en)"}


def _make_municipality(slug: str, number: str, finnish: str, swedish: str, business_id: str) -> Municipality:
    return Municipality.objects.create(
        slug=slug,
        number=number,
        names={"fi": finnish, "sv": swedish, "en": finnish},
        languages=["fi", "sv"],
        business_id=business_id,
        contact_email=f"library@{slug}.example.fi",
        contact_phone="+358 19 000 000",
        theme=THEME,
    )


def make_network() -> None:
    """All rows that a payment needs before anybody signs in. Hanko takes no online payments."""
    made: dict[str, Municipality] = {}
    for slug, number, finnish, swedish, business_id, branches in _MUNICIPALITIES:
        made[slug] = _make_municipality(slug, number, finnish, swedish, business_id)
        for code in branches:
            Branch.objects.create(code=code, municipality=made[slug], names=_texts(code))
        desk = Employee.objects.create(
            username=f"desk.{slug}", email=f"desk@{slug}.example.fi", full_name=f"Desk of {finnish}"
        )
        Role.objects.create(employee=desk, kind="library_desk", municipality=made[slug], answers_work_list=True)
    cooperation = Cooperation.objects.create(
        slug="helle",
        service="library_payments",
        names={"fi": "Helle-kirjastot", "sv": "Hellebiblioteken", "en": "Helle libraries"},
        coordinator=made["porvoo"],
        library_system=LIBRARY,
        theme=THEME,
    )
    for municipality in made.values():
        Membership.objects.create(cooperation=cooperation, municipality=municipality, cost_share=1)
    aggregate = MerchantAccount.objects.create(
        provider="paytrail",
        account=AGGREGATE,
        credentials=encrypt_credentials({"secret": AGGREGATE_SECRET}),
        cooperation=cooperation,
    )
    for slug, identifier in (("porvoo", "695874"), ("sipoo", "695875")):
        SubMerchant.objects.create(merchant_account=aggregate, municipality=made[slug], identifier=identifier)
    MerchantAccount.objects.create(
        provider="paytrail",
        account=OWN_ACCOUNT,
        credentials=encrypt_credentials({"secret": OWN_SECRET}),
        municipality=made["raasepori"],
    )
    _make_fee_types(made["porvoo"])


def _make_fee_types(collector: Municipality) -> None:
    for code, nature, vat_permille, account, is_payable in _FEE_TYPES:
        FeeType.objects.create(
            library_system=LIBRARY,
            code=code,
            names=_texts(code),
            explanations=_texts(f"Why {code}"),
            legal_nature=nature,
            vat_permille=vat_permille,
            product_codes={"default": code},
            ledger_account=account,
            is_payable=is_payable,
            not_payable_reasons={} if is_payable else _texts(f"Not {code}"),
        )
    PayeeRule.objects.create(library_system=LIBRARY, sources=["fee_branch", "item_home"])
    PayeeRule.objects.create(
        library_system=LIBRARY,
        fee_type=FeeType.objects.get(code="ILL"),
        sources=["fixed_shares"],
        collector=collector,
        shares={"porvoo": 5, "sipoo": 2, "raasepori": 3},
    )
    # Over SIP2 every fee is of this kind, and none names a branch.
    PayeeRule.objects.create(
        library_system=LIBRARY,
        fee_type=FeeType.objects.get(code="FEE"),
        sources=["fixed_shares"],
        collector=collector,
        shares={"porvoo": 3, "raasepori": 1},
    )
