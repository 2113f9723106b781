"""What differs from site to site in SIP2: the standard leaves open nearly everything that money depends on."""

import codecs
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace
from enum import Enum
from typing import Any
from zoneinfo import ZoneInfo

from torget.connectors.library_systems.sip2.fee_line import AMOUNT, fee_line_pattern


class SignInMessage(Enum):
    """Which message checks a PIN."""

    PATRON_INFORMATION = "63"
    PATRON_STATUS = "23"


_HELSINKI = ZoneInfo("Europe/Helsinki")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sip2Dialect:
    """The settings of one site; the defaults promise the least: one total, paid in one sum, oldest fees first."""

    encoding: str = "utf-8"
    """Koha before UTF-8 sends Latin-1; the checksum is counted over the bytes either way."""
    terminator: bytes = b"\r"
    language_code: str = "000"
    """007 Finnish, 008 Swedish, 001 English, 000 unknown."""
    sends_checksums: bool = True
    tolerates_checksums_of_text: bool = True
    """A wrong checksum on an answer with letters beyond ASCII is logged, not refused: servers count other bytes."""
    fee_pattern: re.Pattern[str] | None = None
    """How an AV line reads, with the groups amount, id, kind and text; None: only the total in BV is used.
    Configuration may write it as `fee_line`, '{id} {amount} {text}' (fee_line.py)."""
    sends_fee_identifier: bool = False
    """The id in AV may be sent back as CG. Old Koha ignores CG and pays the oldest fees: leave this off there."""
    offers_choice: bool = False
    """Let patrons choose fees. One payment carries one fee or all of them, so turn this on only where the pay page
    offers just these two: a choice of several of many is refused before it is sent, and the money goes back."""
    sign_in_message: SignInMessage = SignInMessage.PATRON_INFORMATION
    fee_kind: str = ""
    """What every fee is called for the network's fee types and payee rules, for SIP2 itself tells no kinds; '' takes
    what the line names as kind."""
    fee_type: str = "01"
    payment_type: str = "02"
    """02 is a card. Koha stores it as 'SIP02', which must exist there as an authorised value."""
    currency: str = "EUR"
    time_zone: ZoneInfo = _HELSINKI

    def __post_init__(self) -> None:
        codecs.lookup(self.encoding)
        groups = self.fee_pattern.groupindex if self.fee_pattern else {}
        if self.fee_pattern and "amount" not in groups:
            raise ValueError("fee_pattern needs a group named 'amount'")
        if self.sends_fee_identifier and "id" not in groups:
            raise ValueError("sends_fee_identifier needs a fee_pattern with a group named 'id'")
        if self.offers_choice and not self.sends_fee_identifier:
            raise ValueError("offers_choice needs sends_fee_identifier")
        if self.terminator not in {b"\r", b"\n", b"\r\n"}:
            raise ValueError("terminator is CR, LF or both")
        widths = ((self.language_code, 3), (self.fee_type, 2), (self.payment_type, 2), (self.currency, 3))
        if any(len(value) != width or not value.isascii() for value, width in widths):
            raise ValueError("language, fee type, payment type and currency have fixed widths")


DIALECTS: Mapping[str, Sip2Dialect] = {
    # Any server at all: the total, and one payment of it.
    "total": Sip2Dialect(),
    # Koha of the years when names were Latin-1 and CG was ignored.
    "koha-latin1": Sip2Dialect(encoding="latin-1", terminator=b"\r\n"),
    # Koha that is set to av_field_template "[% accountline.accountlines_id %] [% amount %] [% description %]".
    "koha": Sip2Dialect(
        fee_pattern=re.compile(rf"(?P<id>[0-9]+) {AMOUNT}(?: (?P<text>.*))?"), sends_fee_identifier=True
    ),
    # Koha as it comes, whose av_field_template names no fee: the fees are shown, and paid in one sum.
    "koha-default": Sip2Dialect(fee_pattern=fee_line_pattern("{text} {amount}")),
    # Evergreen's av_format 'eg_legacy' names no fee, so it can only be shown.
    "evergreen-legacy": Sip2Dialect(fee_pattern=re.compile(rf"{AMOUNT} (?P<text>.*)")),
    # Evergreen's '3m' and 'swyer_a'.
    "evergreen-3m": Sip2Dialect(
        fee_pattern=re.compile(rf'(?P<id>[0-9]+) \${AMOUNT} "(?P<kind>[^"]*)" ?(?P<text>.*)'), sends_fee_identifier=True
    ),
    # Evergreen's 'swyer_b'.
    "evergreen-swyer-b": Sip2Dialect(
        fee_pattern=re.compile(
            rf"Charge-Number: (?P<id>[0-9]+), Amount-Due: {AMOUNT}, Fine-Type: (?P<kind>[^,]*)"
            r"(?:, Title: (?P<text>.*))?"
        ),
        sends_fee_identifier=True,
    ),
    # FOLIO's edge-sip2: AV has the barcodes of items and no amounts, so only the total can be used.
    "folio": Sip2Dialect(),
}


def read_dialect(described: "Sip2Dialect | str | Mapping[str, Any]") -> Sip2Dialect:
    """A dialect as configuration writes it: a name of DIALECTS, or a mapping with 'base' and what differs from it.

    `fee_line` stands for a `fee_pattern`; without {id} in it, no identifier is sent.

    Raise ValueError for an unknown name or setting, LookupError for an unknown encoding or time zone.
    """
    if isinstance(described, Sip2Dialect):
        return described
    changes: dict[str, Any] = {"base": described} if isinstance(described, str) else dict(described)
    base = changes.pop("base", "total")
    if base not in DIALECTS:
        raise ValueError(f"no SIP2 dialect named {base!r}; there are {', '.join(DIALECTS)}")
    if "fee_line" in changes:
        changes["fee_pattern"] = fee_line_pattern(changes.pop("fee_line"))
        if "id" not in changes["fee_pattern"].groupindex:
            changes = {"sends_fee_identifier": False, "offers_choice": False, **changes}
    unknown = set(changes) - {field.name for field in fields(Sip2Dialect)}
    if unknown:
        raise ValueError(f"no SIP2 settings named {', '.join(sorted(unknown))}")
    for name, read in _FROM_TEXT.items():
        if isinstance(changes.get(name), str):
            changes[name] = read(changes[name])
    return replace(DIALECTS[base], **changes)


_FROM_TEXT: Mapping[str, Callable[[str], object]] = {
    "fee_pattern": re.compile,
    "terminator": str.encode,
    "sign_in_message": SignInMessage,
    "time_zone": ZoneInfo,
}
