"""From a network's JSON files to its rows; all problems of form are collected."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from django.utils.translation import gettext_noop

from torget.foundation import design
from torget.foundation.cooperations.limits import GUARDIAN_AGE_LIMITS, REFUND_LIMIT_CENTS
from torget.foundation.core.languages import LocalisedText
from torget.onboarding.network.json_row import ALL_LANGUAGES, JsonRow
from torget.onboarding.network.rows import (
    AnswerTemplateRow,
    ArticleRow,
    BranchRow,
    CooperationRow,
    DecisionMakerRow,
    EmployeeRow,
    FeeTypeRow,
    MerchantAccountRow,
    MunicipalityRow,
    Network,
    PayeeRuleRow,
    PowerRow,
    RecordClassRow,
    RoleRow,
)
from torget.payments.core.fees import LegalNature, PayeeSource

_STATIC = Path(design.__file__).parent / "static"
SLUG = r"[a-z0-9]+(-[a-z0-9]+)*"
EMAIL = r"[^@\s]+@[^@\s]+\.[^@\s.]+"
PHONE = r"\+?[0-9 ]{5,30}"
A_SLUG = gettext_noop("a slug")
AN_EMAIL_ADDRESS = gettext_noop("an e-mail address")
A_TELEPHONE_NUMBER = gettext_noop("a telephone number")
SERVICES = ("library_payments", "customer_service", "decisions")
ROLE_KINDS = ("library_desk", "finance", "coordinator", "operator", "agent", "preparer")
VAT_PERMILLE_MAX = 500
SHARE_MAX = 2_000_000_000
REFUND_LIMIT_CENTS_MAX = 99_999_998
"""The largest payment there can be; with this limit nobody has to agree."""
#: What the files hold, each with the field that names a row in problems.
SECTIONS = {
    "municipalities": "slug",
    "cooperations": "slug",
    "fee_types": "code",
    "payee_rules": "fee_type",
    "merchant_accounts": "account",
    "demo_staff": "username",
    "record_classes": "code",
    "decision_makers": "municipality",
    "articles": "slug",
    "answer_templates": "slug",
}
LIMIT_CENTS_MAX = 100_000_000


def _theme(row: JsonRow) -> dict[str, str]:
    theme = row.row("theme")
    values = {key: theme.text(key) for key in ("brand", "link", "surface", "shield")}
    if text := theme.text("brand_text", is_required=False):
        values["brand_text"] = text
    theme.end()
    return values


def _branch(row: JsonRow) -> BranchRow:
    branch = BranchRow(place=row.place, code=row.text("code", length_max=20), names=row.languages("names"))
    row.end()
    return branch


def _guardian_age_limit(row: JsonRow) -> int:
    age = row.number("guardian_age_limit", at_least=0, at_most=max(GUARDIAN_AGE_LIMITS), default=0)
    if age not in GUARDIAN_AGE_LIMITS:
        allowed = ", ".join(str(one) for one in GUARDIAN_AGE_LIMITS)
        row.say(gettext_noop("%(value)s is none of %(allowed)s"), "guardian_age_limit", value=age, allowed=allowed)
    return age


def _municipality(row: JsonRow) -> MunicipalityRow:
    municipality = MunicipalityRow(
        place=row.place,
        slug=row.text("slug", form=SLUG, what=A_SLUG, length_max=50),
        number=row.text("number", form=r"[0-9]{3}", what=gettext_noop("a municipality number of three digits")),
        business_id=row.text("business_id"),
        names=row.languages("names"),
        languages=row.choices("languages", ALL_LANGUAGES),
        contact_email=row.text("contact_email", form=EMAIL, what=AN_EMAIL_ADDRESS, length_max=254),
        contact_phone=row.text("contact_phone", form=PHONE, what=A_TELEPHONE_NUMBER, length_max=30),
        theme=_theme(row),
        refund_limit_cents=row.number(
            "refund_limit_cents", at_least=0, at_most=REFUND_LIMIT_CENTS_MAX, default=REFUND_LIMIT_CENTS
        ),
        guardian_age_limit=_guardian_age_limit(row),
        branches=tuple(_branch(branch) for branch in row.rows("branches", label="code", is_required=False)),
    )
    row.end()
    return municipality


def _named(row: JsonRow) -> tuple[str, dict[str, str]]:
    found = row.text("name", length_max=30), row.languages("names")
    row.end()
    return found


def _cooperation(row: JsonRow) -> CooperationRow:
    cooperation = CooperationRow(
        place=row.place,
        slug=row.text("slug", form=SLUG, what=A_SLUG, length_max=50),
        service=row.choice("service", SERVICES),
        names=row.languages("names"),
        coordinator=row.text("coordinator"),
        library_system=row.text("library_system", length_max=30, is_required=False),
        further_library_systems=dict(
            _named(system) for system in row.rows("further_library_systems", label="name", is_required=False)
        ),
        theme=_theme(row),
        members=row.shares("members"),
    )
    row.end()
    return cooperation


def _fee_type(row: JsonRow) -> FeeTypeRow:
    fee_type = FeeTypeRow(
        place=row.place,
        library_system=row.text("library_system", length_max=30),
        code=row.text("code", length_max=40),
        names=row.languages("names"),
        explanations=row.languages("explanations"),
        legal_nature=row.choice("legal_nature", [nature.value for nature in LegalNature]),
        vat_permille=row.number("vat_permille", at_least=0, at_most=VAT_PERMILLE_MAX),
        product_codes=row.text_by_name("product_codes", is_required=False),
        ledger_account=row.text("ledger_account", length_max=20),
        is_payable=row.flag("is_payable", default=True),
        not_payable_reasons=row.languages("not_payable_reasons", is_required=False),
    )
    row.end()
    return fee_type


def _payee_rule(row: JsonRow) -> PayeeRuleRow:
    rule = PayeeRuleRow(
        place=row.place,
        library_system=row.text("library_system", length_max=30),
        fee_type=row.text("fee_type", is_required=False),
        sources=row.choices("sources", [source.value for source in PayeeSource]),
        collector=row.text("collector", is_required=False),
        shares=row.shares("shares", is_required=False),
    )
    row.end()
    return rule


def _merchant_account(row: JsonRow, environment: Mapping[str, str]) -> MerchantAccountRow:
    is_active = row.flag("is_active", default=True)
    account = MerchantAccountRow(
        place=row.place,
        provider=row.text("provider", length_max=30),
        account=row.text("account", length_max=60),
        is_test=row.flag("is_test", default=False),
        is_active=is_active,
        is_second=row.flag("is_second", default=False),
        municipality=row.text("municipality", is_required=False),
        cooperation=row.text("cooperation", is_required=False),
        credentials=row.secrets("credentials", dict(environment), is_required=is_active),
        sub_merchants=row.text_by_name("sub_merchants", is_required=False),
    )
    row.end()
    return account


def _role(row: JsonRow) -> RoleRow:
    role = RoleRow(
        place=row.place,
        kind=row.choice("kind", ROLE_KINDS),
        municipality=row.text("municipality", is_required=False),
        answers_work_list=row.flag("answers_work_list", default=False),
    )
    row.end()
    return role


def _employee(row: JsonRow) -> EmployeeRow:
    employee = EmployeeRow(
        place=row.place,
        username=row.text("username", form=r"[\w.@+-]+", what="a username", length_max=150),
        full_name=row.text("full_name", length_max=120),
        email=row.text("email", form=EMAIL, what=AN_EMAIL_ADDRESS, length_max=254),
        language=row.choice("language", ALL_LANGUAGES),
        roles=tuple(_role(role) for role in row.rows("roles", label="kind")),
    )
    row.end()
    return employee


def _record_class(row: JsonRow) -> RecordClassRow:
    record_class = RecordClassRow(
        place=row.place,
        code=row.text("code", length_max=20),
        names=row.languages("names"),
        publicity=row.number("publicity", at_least=1, at_most=4),
        secrecy_basis=row.text("secrecy_basis", length_max=100, is_required=False),
        retention_years=row.number("retention_years", at_least=-1, at_most=120),
        retention_basis=row.text("retention_basis", length_max=200),
    )
    row.end()
    return record_class


def _power(row: JsonRow) -> PowerRow:
    power = PowerRow(
        place=row.place,
        procedure=row.text("procedure", length_max=50),
        limit_cents=row.number("limit_cents", at_least=0, at_most=LIMIT_CENTS_MAX),
        basis=row.languages("basis"),
    )
    row.end()
    return power


def _decision_maker(row: JsonRow) -> DecisionMakerRow:
    maker = DecisionMakerRow(
        place=row.place,
        municipality=row.text("municipality"),
        code=row.text("code", form=SLUG, what=A_SLUG, length_max=50),
        titles=row.languages("titles"),
        organ_above=row.languages("organ_above"),
        contact_name=row.text("contact_name", length_max=120),
        contact_email=row.text("contact_email", form=EMAIL, what=AN_EMAIL_ADDRESS, length_max=254),
        contact_phone=row.text("contact_phone", form=PHONE, what=A_TELEPHONE_NUMBER, length_max=30),
        powers=tuple(_power(power) for power in row.rows("powers", label="procedure")),
        holders=row.texts("holders"),
    )
    row.end()
    return maker


def _article(row: JsonRow) -> ArticleRow:
    article = ArticleRow(
        place=row.place,
        slug=row.text("slug", form=SLUG, what=A_SLUG, length_max=50),
        titles=row.languages("titles"),
        texts=row.languages("texts"),
        topics=row.texts("topics"),
        reviewed_on=row.day("reviewed_on"),
        review_by=row.day("review_by"),
        local_texts=dict(map(_local_text, row.rows("local_texts", label="municipality", is_required=False))),
    )
    row.end()
    return article


def _local_text(row: JsonRow) -> tuple[str, LocalisedText]:
    found = (row.text("municipality"), row.languages("texts"))
    row.end()
    return found


def _answer_template(row: JsonRow) -> AnswerTemplateRow:
    template = AnswerTemplateRow(
        place=row.place,
        slug=row.text("slug", form=SLUG, what=A_SLUG, length_max=50),
        municipality=row.text("municipality", is_required=False),
        service_type=row.text("service_type", is_required=False, length_max=50),
        names=row.languages("names"),
        texts=row.languages("texts"),
    )
    row.end()
    return template


def read_documents(documents: Mapping[str, Any], environment: Mapping[str, str]) -> tuple[Network, list[str]]:
    """`documents`: what each file holds, by file name. A section may be spread over several files."""
    problems: list[str] = []
    found: dict[str, list[JsonRow]] = {section: [] for section in SECTIONS}
    for name, document in sorted(documents.items()):
        file = JsonRow(document, f"{name}:", problems)
        for section, label in SECTIONS.items():
            found[section] += file.rows(section, label=label, is_required=False)
        file.end()
    network = Network(
        municipalities=tuple(map(_municipality, found["municipalities"])),
        cooperations=tuple(map(_cooperation, found["cooperations"])),
        fee_types=tuple(map(_fee_type, found["fee_types"])),
        payee_rules=tuple(map(_payee_rule, found["payee_rules"])),
        merchant_accounts=tuple(_merchant_account(row, environment) for row in found["merchant_accounts"]),
        demo_staff=tuple(map(_employee, found["demo_staff"])),
        record_classes=tuple(map(_record_class, found["record_classes"])),
        decision_makers=tuple(map(_decision_maker, found["decision_makers"])),
        articles=tuple(map(_article, found["articles"])),
        answer_templates=tuple(map(_answer_template, found["answer_templates"])),
    )
    return network, problems


def _without_repetition(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """JSON would silently keep the last of two equal keys."""
    seen = dict(pairs)
    if len(seen) < len(pairs):
        keys = [key for key, _ in pairs]
        raise ValueError(f"the key {next(key for key in keys if keys.count(key) > 1)!r} stands twice in one object")
    return seen


def read_folder(folder: Path, environment: Mapping[str, str]) -> tuple[Network, list[str]]:
    """All JSON files of the folder together are the network."""
    return read_folders([folder], environment)


def read_folders(folders: Sequence[Path], environment: Mapping[str, str]) -> tuple[Network, list[str]]:
    """Several folders that are one network together; with more than one, places name the folder too."""
    documents, problems = {}, []
    for folder in folders:
        files = sorted(folder.glob("*.json"))
        if not files:
            problems.append(f"{folder.name}: there is no network here; a network is a folder of JSON files")
        for file in files:
            name = file.name if len(folders) == 1 else f"{folder.name}/{file.name}"
            try:
                text = file.read_text(encoding="utf-8")
                documents[name] = json.loads(text, object_pairs_hook=_without_repetition)
            except ValueError as wrong:
                problems.append(f"{name}: is not readable JSON: {wrong}")
    if problems and not documents:
        return Network(), problems
    network, of_form = read_documents(documents, environment)
    return network, [*problems, *of_form, *_missing_shields(network)]


def _missing_shields(network: Network) -> list[str]:
    """With hashed static files, a shield that is not there would turn every page of its owner into an error."""
    themes = [(row.place, row.theme) for row in network.municipalities]
    themes += [(row.place, row.theme) for row in network.cooperations]
    return [
        f"{place}.theme.shield: there is no file {theme['shield']} among the static files of the design"
        for place, theme in themes
        if theme["shield"] and not (_STATIC / theme["shield"]).is_file()
    ]
