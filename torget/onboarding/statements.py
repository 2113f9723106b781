"""Drafts of what a municipality must say of the service: accessibility statement and privacy notice, block by block.

The accessibility statement has the parts that the Act on the Provision of Digital Services (306/2019, section 5) and
the Commission's model (2018/1523) ask for; the privacy notice what articles 13 and 14 of the GDPR do. Both are made of
facts that Torget knows; a person reads, changes and approves them.
"""

from collections.abc import Callable
from dataclasses import dataclass

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import override

from torget.foundation.cooperations.models import PublishedText
from torget.foundation.core.languages import Language, LocalisedText, in_language
from torget.onboarding.models import Draft
from torget.onboarding.steps import Step

Part = tuple[str, str, str]
"""Its key, its heading, its text; a line of the text is a paragraph."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    key: str
    heading: LocalisedText
    text: LocalisedText
    is_edited: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class _Facts:
    name: str
    business_id: str
    email: str
    phone: str
    coordinator: str
    address: str


def blocks_of(draft: Draft, kind: str) -> list[Block]:
    """In order, in three languages; what a person has written goes before what is made of facts."""
    edited = draft.answers.get(Step.TEXTS, {}).get(kind, {})
    by_language: dict[str, list[Part]] = {}
    for language in Language:
        with override(language.value):
            by_language[language.value] = _PARTS[PublishedText.Kind(kind)](_facts(draft, language.value))
    return [
        Block(
            key=key,
            heading={language: parts[place][1] for language, parts in by_language.items()},
            text=edited.get(key) or {language: parts[place][2] for language, parts in by_language.items()},
            is_edited=key in edited,
        )
        for place, (key, _heading, _text) in enumerate(by_language["en"])
    ]


def _facts(draft: Draft, language: str) -> _Facts:
    details = draft.answers.get(Step.DETAILS, {})
    names = details.get("names")
    return _Facts(
        name=in_language(names, language) if isinstance(names, dict) else "",
        business_id=str(details.get("business_id", "")),
        email=str(details.get("contact_email", "")),
        phone=str(details.get("contact_phone", "")),
        coordinator=draft.cooperation.coordinator.name(language),
        address=settings.PUBLIC_URL,
    )


def _accessibility(facts: _Facts) -> list[Part]:
    return [
        (
            "scope",
            _("What this statement is about"),
            _("This statement is about the service at %(address)s, in which library fees are paid online in %(name)s.")
            % {"address": facts.address, "name": facts.name}
            + " "
            + _("The Act on the Provision of Digital Services (306/2019) applies to it."),
        ),
        (
            "conformance",
            _("How accessible the service is"),
            _(
                "The service is built to WCAG 2.2, levels A and AA, and is tested by machine on every"
                " change: with a"
                " screen of 320 pixels, with the keyboard alone, and without scripts. No outside audit has"
                " been made yet."
            ),
        ),
        (
            "not-accessible",
            _("What we know is not accessible"),
            _(
                "The payment service's own pages are made by the payment service and are not part of this"
                " statement."
                " We know of no other part that is not accessible."
            ),
        ),
        (
            "otherwise",
            _("If you cannot use the service"),
            _("You can pay every fee at any library desk, and ask for any page in another form."),
        ),
        (
            "feedback",
            _("Tell us"),
            _("Have you found a fault? Write to %(email)s or call %(phone)s. We answer within 14 days.")
            % {"email": facts.email, "phone": facts.phone},
        ),
        (
            "supervision",
            _("Supervision"),
            _(
                "If you are not content with the answer, or get none in 14 days, you can complain to the"
                " supervisory authority."
            )
            + "\n"
            + _("Finnish Transport and Communications Agency Traficom, Digital Accessibility Supervision")
            + "\nwww.saavutettavuusvaatimukset.fi\nsaavutettavuus@traficom.fi\n"
            + _("Telephone exchange 029 534 5000"),
        ),
    ]


def _privacy(facts: _Facts) -> list[Part]:
    named = {"name": facts.name, "business_id": facts.business_id, "email": facts.email, "phone": facts.phone}
    return [*_privacy_who_and_what(facts, named), *_privacy_until_when(named)]


def _privacy_who_and_what(facts: _Facts, named: dict[str, str]) -> list[Part]:
    return [
        (
            "controller",
            _("Controller"),
            _("%(name)s (business id %(business_id)s) is the controller of the data of its own fees and payments.")
            % named
            + "\n"
            + _("Contact, also for the data protection officer: %(email)s, %(phone)s.") % named,
        ),
        (
            "purposes",
            _("What for, and by what right"),
            _(
                "Data are handled so that library fees can be paid online and the payments registered: a"
                " task of the"
                " municipality by the Public Libraries Act (1492/2016), GDPR article 6(1)(e)."
            )
            + "\n"
            + _("Vouchers are kept because the Accounting Act (1336/1997) demands it, GDPR article 6(1)(c)."),
        ),
        (
            "data",
            _("What is kept, and from where"),
            _("From the library system: card number, fees and amounts. Titles of loans only for your own receipt.")
            + "\n"
            + _(
                "From you: your e-mail address, if you give one for the receipt. From the payment service:"
                " that you paid."
            )
            + "\n"
            + _("Your PIN is never kept. Nothing need be given: every fee can be paid at a library desk."),
        ),
        (
            "recipients",
            _("Who gets data"),
            _(
                "The payment service gets the amount, the kind of fee and the payee. The library system is"
                " told what is paid."
            )
            + "\n"
            + _("%(coordinator)s runs the service for %(name)s, as a processor under an agreement by GDPR article 28.")
            % {"coordinator": facts.coordinator, "name": facts.name}
            + "\n"
            + _("Torget itself transfers no data outside the European Economic Area."),
        ),
    ]


def _privacy_until_when(named: dict[str, str]) -> list[Part]:
    return [
        (
            "retention",
            _("For how long"),
            _("Vouchers: six years from the end of the year. An e-mail address for a receipt: until it has been sent."),
        ),
        (
            "rights",
            _("Your rights"),
            _(
                "You may see your data, have mistakes corrected, restrict or object to their use: write to"
                " %(email)s."
                " Vouchers cannot be erased before their time is over. No decision is made about you by"
                " machine alone."
            )
            % named
            + "\n"
            + _("You may complain to the Data Protection Ombudsman, tietosuoja@om.fi, www.tietosuoja.fi."),
        ),
    ]


_PARTS: dict[PublishedText.Kind, Callable[[_Facts], list[Part]]] = {
    PublishedText.Kind.ACCESSIBILITY: _accessibility,
    PublishedText.Kind.PRIVACY: _privacy,
}
