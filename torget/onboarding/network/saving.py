"""Bring the database in line with a network's files, in one transaction; what is equal already is not touched."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, TypeVar

from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.db.models import Model, Q, QuerySet

from torget.casework.cases.models import RecordClass
from torget.casework.decisions.models import DecisionMaker, OfficeHolder, Power
from torget.foundation.audit.record import record
from torget.foundation.cooperations.models import Branch, Cooperation, Membership, Municipality
from torget.foundation.people.models import Employee, Role
from torget.foundation.people.second_factor.demo import enrol_for_demo
from torget.onboarding.network.rows import EmployeeRow, MerchantAccountRow, Network
from torget.payments.checkout.credentials import CredentialsUnreadable, decrypt_credentials, encrypt_credentials
from torget.payments.checkout.models import MerchantAccount, SubMerchant
from torget.payments.fees.models import FeeType, PayeeRule
from torget.service.conversations.models import AnswerTemplate
from torget.service.knowledge.models import Article, LocalText

Row = TypeVar("Row", bound=Model)

DEMO_PASSWORD = "torget-demo"  # noqa: S105 - public on purpose; refused outside the demo


class NetworkConflict(Exception):
    """The database holds what the files do not name and what is not ours to end; the message lists it all."""


@dataclass(slots=True)
class Loaded:
    """How many rows were created, changed, removed or found equal, and what the files no longer name."""

    created: int = 0
    changed: int = 0
    removed: int = 0
    unchanged: int = 0
    kept: list[str] = field(default_factory=list)

    @property
    def is_changed(self) -> bool:
        return bool(self.created or self.changed or self.removed)


def save_network(
    *, name: str, network: Network, with_demo_staff: bool, at: datetime, actor: str = "operator"
) -> Loaded:
    """Save a network that `check_network` found good. Raises NetworkConflict."""
    saving = _Saving()
    with transaction.atomic():
        saving.municipalities(network)
        saving.cooperations(network)
        saving.fees(network)
        saving.merchant_accounts(network)
        saving.articles(network)
        saving.answer_templates(network)
        if with_demo_staff:
            saving.staff(network)
        saving.offices(network, with_holders=with_demo_staff, at=at)
        loaded = saving.loaded
        if loaded.is_changed:
            record(
                at=at,
                actor=actor,
                action="load network",
                subject=f"network:{name}",
                detail={"created": loaded.created, "changed": loaded.changed, "removed": loaded.removed},
            )
    return loaded


class _Saving:
    """The steps share what they found by slug, and one count."""

    def __init__(self) -> None:
        self.loaded = Loaded()
        self._municipalities: dict[str, Municipality] = {}
        self._cooperations: dict[str, Cooperation] = {}

    def _put(self, model: type[Row], key: Mapping[str, Any], values: Mapping[str, Any]) -> Row:
        row = model._default_manager.filter(**key).first()  # noqa: SLF001 - Django's documented name for generic code
        if row is None:
            self.loaded.created += 1
            return model._default_manager.create(**key, **values)  # noqa: SLF001 - as above
        different = [name for name, value in values.items() if getattr(row, name) != value]
        for name in different:
            setattr(row, name, values[name])
        if different:
            row.save(update_fields=different)
            self.loaded.changed += 1
        else:
            self.loaded.unchanged += 1
        return row

    def _remove(self, rows: QuerySet[Any]) -> None:
        count, _ = rows.delete()
        self.loaded.removed += count

    def municipalities(self, network: Network) -> None:
        for row in network.municipalities:
            municipality = self._put(
                Municipality,
                {"slug": row.slug},
                {
                    "number": row.number,
                    "business_id": row.business_id,
                    "names": dict(row.names),
                    "languages": list(row.languages),
                    "contact_email": row.contact_email,
                    "contact_phone": row.contact_phone,
                    "theme": dict(row.theme),
                    "refund_limit_cents": row.refund_limit_cents,
                    "guardian_age_limit": row.guardian_age_limit,
                },
            )
            self._municipalities[row.slug] = municipality
            for branch in row.branches:
                self._put(Branch, {"code": branch.code}, {"municipality": municipality, "names": dict(branch.names)})
        named = {branch.code for row in network.municipalities for branch in row.branches}
        # A closed branch stays: old fees still name it, and they must find their payee.
        others = Branch.objects.filter(municipality__slug__in=network.slugs).exclude(code__in=named)
        self.loaded.kept += [f"branch {code}" for code in others.order_by("code").values_list("code", flat=True)]

    def cooperations(self, network: Network) -> None:
        for row in network.cooperations:
            cooperation = self._put(
                Cooperation,
                {"slug": row.slug},
                {
                    "service": row.service,
                    "names": dict(row.names),
                    "coordinator": self._municipalities[row.coordinator],
                    "library_system": row.library_system,
                    "further_library_systems": {
                        name: dict(texts) for name, texts in row.further_library_systems.items()
                    },
                    "theme": dict(row.theme),
                },
            )
            self._cooperations[row.slug] = cooperation
            for slug, share in row.members.items():
                key = {"cooperation": cooperation, "municipality": self._municipalities[slug]}
                self._put(Membership, key, {"cost_share": share})
            # Who came in by the guided path is in no file and stays.
            self._remove(
                cooperation.memberships.exclude(municipality__slug__in=row.members).filter(municipality__draft=None)
            )

    def fees(self, network: Network) -> None:
        types: dict[tuple[str, str], FeeType] = {}
        for row in network.fee_types:
            types[row.library_system, row.code] = self._put(
                FeeType,
                {"library_system": row.library_system, "code": row.code},
                {
                    "names": dict(row.names),
                    "explanations": dict(row.explanations),
                    "legal_nature": row.legal_nature,
                    "vat_permille": row.vat_permille,
                    "product_codes": dict(row.product_codes),
                    "ledger_account": row.ledger_account,
                    "is_payable": row.is_payable,
                    "not_payable_reasons": dict(row.not_payable_reasons),
                },
            )
        systems = network.library_systems
        for fee_type in FeeType.objects.filter(library_system__in=systems).order_by("library_system", "code"):
            if (fee_type.library_system, fee_type.code) not in types:
                self.loaded.kept.append(f"fee type {fee_type.library_system} {fee_type.code}")
        rules = [
            self._put(
                PayeeRule,
                {"library_system": rule.library_system, "fee_type": types.get((rule.library_system, rule.fee_type))},
                {
                    "sources": list(rule.sources),
                    "collector": self._municipalities[rule.collector] if rule.collector else None,
                    "shares": dict(rule.shares),
                },
            ).pk
            for rule in network.payee_rules
        ]
        self._remove(PayeeRule.objects.filter(library_system__in=systems).exclude(pk__in=rules))

    def merchant_accounts(self, network: Network) -> None:
        _refuse_unnamed_accounts(network)
        # What a municipality may have once is given up by one account before another takes it: first those that become
        # inactive, then those that step back to be second.
        for row in sorted(network.merchant_accounts, key=lambda row: (row.is_active, not row.is_second)):
            account = self._put(
                MerchantAccount,
                {"provider": row.provider, "account": row.account},
                {
                    "municipality": self._municipalities[row.municipality] if row.municipality else None,
                    "cooperation": self._cooperations[row.cooperation] if row.cooperation else None,
                    "is_active": row.is_active,
                    "is_second": row.is_second,
                    "credentials": _sealed(row),
                },
            )
            for slug, identifier in row.sub_merchants.items():
                key = {"merchant_account": account, "municipality": self._municipalities[slug]}
                self._put(SubMerchant, key, {"identifier": identifier, "is_active": slug not in row.paused})
            self._remove(
                account.sub_merchants.exclude(municipality__slug__in=row.sub_merchants).filter(municipality__draft=None)
            )

    def articles(self, network: Network) -> None:
        for row in network.articles:
            article = self._put(
                Article,
                {"slug": row.slug},
                {
                    "titles": dict(row.titles),
                    "texts": dict(row.texts),
                    "topics": list(row.topics),
                    "reviewed_on": row.reviewed_on,
                    "review_by": row.review_by,
                },
            )
            for slug, texts in row.local_texts.items():
                key = {"article": article, "municipality": self._municipalities[slug]}
                self._put(LocalText, key, {"texts": dict(texts)})
            self._remove(article.local_texts.exclude(municipality__slug__in=row.local_texts))

    def answer_templates(self, network: Network) -> None:
        for row in network.answer_templates:
            self._put(
                AnswerTemplate,
                {"slug": row.slug},
                {
                    "municipality": self._municipalities[row.municipality] if row.municipality else None,
                    "service_type": row.service_type,
                    "names": dict(row.names),
                    "texts": dict(row.texts),
                },
            )

    def staff(self, network: Network) -> None:
        answered = {
            role.municipality: row for row in network.demo_staff for role in row.roles if role.answers_work_list
        }
        for slug, row in answered.items():
            others = Role.objects.filter(municipality__slug=slug, answers_work_list=True)
            self.loaded.changed += others.exclude(employee__username=row.username).update(answers_work_list=False)
        known = set(Employee.objects.values_list("username", flat=True))
        is_new = any(row.username not in known for row in network.demo_staff)
        # One hash for all: the password is public, and scrypt for each of them would take seconds.
        first_password = make_password(DEMO_PASSWORD) if is_new else ""
        for row in network.demo_staff:
            self._employee(row, {} if row.username in known else {"password": first_password})

    def _employee(self, row: EmployeeRow, first_password: Mapping[str, str]) -> None:
        values = {"full_name": row.full_name, "email": row.email, "language": row.language, **first_password}
        employee = self._put(Employee, {"username": row.username}, values)
        roles = [
            self._put(
                Role,
                {
                    "employee": employee,
                    "kind": role.kind,
                    "municipality": self._municipalities[role.municipality] if role.municipality else None,
                },
                {"answers_work_list": role.answers_work_list},
            ).pk
            for role in row.roles
        ]
        self._remove(employee.roles.exclude(pk__in=roles))
        self.loaded.created += enrol_for_demo(employee)

    def offices(self, network: Network, *, with_holders: bool, at: datetime) -> None:
        for row in network.record_classes:
            values = {name: getattr(row, name) for name in _CLASS_FIELDS}
            self._put(RecordClass, {"code": row.code}, {**values, "names": dict(row.names)})
        for maker in network.decision_makers:
            values = {name: getattr(maker, name) for name in ("contact_name", "contact_email", "contact_phone")}
            texts = {"titles": dict(maker.titles), "organ_above": dict(maker.organ_above)}
            key = {"municipality": self._municipalities[maker.municipality], "code": maker.code}
            saved = self._put(DecisionMaker, key, {**values, **texts})
            for power in maker.powers:
                power_key = {"decision_maker": saved, "procedure": power.procedure}
                self._put(Power, power_key, {"limit_cents": power.limit_cents, "basis": dict(power.basis)})
            self._remove(saved.powers.exclude(procedure__in=[power.procedure for power in maker.powers]))
            for username in maker.holders if with_holders else ():
                holder = {"decision_maker": saved, "employee": Employee.objects.get(username=username)}
                if not OfficeHolder.objects.filter(**holder).exists():
                    self._put(OfficeHolder, {**holder, "since": at.date() - timedelta(days=366)}, {})


_CLASS_FIELDS = ("publicity", "secrecy_basis", "retention_years", "retention_basis")


def _sealed(row: MerchantAccountRow) -> bytes:
    """The stored credentials if they open to the same, for the same text encrypts differently each time."""
    if row.sealed:
        return row.sealed
    stored = MerchantAccount.objects.filter(provider=row.provider, account=row.account).first()
    if stored is not None:
        try:
            if decrypt_credentials(bytes(stored.credentials)) == dict(row.credentials):
                return bytes(stored.credentials)
        except CredentialsUnreadable:
            # Sealed with a key that is gone: the files are what is left of the truth.
            pass
    return encrypt_credentials(dict(row.credentials))


def _refuse_unnamed_accounts(network: Network) -> None:
    """An account that the files dropped may still be owed refunds, so a person must say that it ends."""
    named = {(row.provider, row.account) for row in network.merchant_accounts}
    ours = Q(municipality__slug__in=network.slugs) | Q(cooperation__slug__in=[row.slug for row in network.cooperations])
    unnamed = [
        f"{row.provider} {row.account}: is active in the database but not in the files; name it with is_active false"
        for row in MerchantAccount.objects.filter(ours, is_active=True).order_by("provider", "account")
        if (row.provider, row.account) not in named
    ]
    if unnamed:
        raise NetworkConflict("\n".join(unnamed))
