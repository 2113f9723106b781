"""The files of a small network without faults, to be spoilt one by one."""

from typing import Any


def texts(text: str) -> dict[str, str]:
    return {"sv": f"{text} sv", "fi": f"{text} fi", "en": f"{text} en"}


THEME = {"brand": "#1f4e79", "link": "#1f4e79", "surface": "#f5f6f8", "shield": "design/shields/helle.svg"}


def municipality(slug: str, number: str, business_id: str) -> dict[str, Any]:
    return {
        "slug": slug,
        "number": number,
        "business_id": business_id,
        "names": texts(slug.title()),
        "languages": ["fi", "sv"],
        "contact_email": f"{slug}@example.fi",
        "contact_phone": "+358 19 555 0000",
        "theme": dict(THEME),
        "branches": [{"code": f"{slug[:3].upper()}/PK", "names": texts(f"{slug} library")}],
    }


def employee(username: str, *roles: dict[str, Any]) -> dict[str, Any]:
    return {
        "username": username,
        "full_name": f"Keksitty {username}",
        "email": f"{username}@example.fi",
        "language": "fi",
        "roles": list(roles),
    }


def fee_type(code: str, **changes: Any) -> dict[str, Any]:
    return {
        "library_system": "uus",
        "code": code,
        "names": texts(code),
        "explanations": texts(f"why {code}"),
        "legal_nature": "public_law",
        "vat_permille": 0,
        "product_codes": {"default": code},
        "ledger_account": "3100",
        **changes,
    }


def _fees() -> dict[str, Any]:
    return {
        "fee_types": [
            fee_type("OVERDUE"),
            fee_type("ILL"),
            fee_type("PRINTS", vat_permille=255, is_payable=False, not_payable_reasons=texts("at the desk")),
        ],
        "payee_rules": [
            {"library_system": "uus", "fee_type": None, "sources": ["fee_branch", "item_home"]},
            {
                "library_system": "uus",
                "fee_type": "ILL",
                "sources": ["fixed_shares"],
                "collector": "uusila",
                "shares": {"uusila": 300, "vanhala": 100},
            },
        ],
    }


def good_documents() -> dict[str, Any]:
    return {
        "places.json": {
            "municipalities": [
                municipality("uusila", "991", "9900018-1"),
                municipality("vanhala", "992", "9900149-1"),
            ],
            "cooperations": [
                {
                    "slug": "uus",
                    "service": "library_payments",
                    "names": texts("Uus"),
                    "coordinator": "uusila",
                    "library_system": "uus",
                    "theme": dict(THEME),
                    "members": {"uusila": 300, "vanhala": 100},
                }
            ],
        },
        "fees.json": _fees(),
        "accounts.json": {
            "merchant_accounts": [
                {
                    "provider": "paytrail",
                    "account": "100",
                    "is_test": True,
                    "cooperation": "uus",
                    "credentials": {"secret": "invented-one"},
                    "sub_merchants": {"uusila": "101"},
                },
                {
                    "provider": "paytrail",
                    "account": "200",
                    "is_test": True,
                    "municipality": "vanhala",
                    "credentials": {"secret": {"environment": "VANHALA_SECRET"}},
                },
            ]
        },
        "staff.json": {
            "demo_staff": [
                employee("operator", {"kind": "operator"}),
                employee("desk.uusila", {"kind": "library_desk", "municipality": "uusila", "answers_work_list": True}),
                employee("desk.vanhala", {"kind": "finance", "municipality": "vanhala", "answers_work_list": True}),
            ]
        },
    }


ENVIRONMENT = {"VANHALA_SECRET": "from-outside"}
