"""A library system behind SIP2, as the LibrarySystem port."""

import logging
import re
import ssl
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any, ClassVar

from torget.connectors.library_systems.lacking import CannotChangeFees, CannotFindRegistrations, KnowsNoGuarantees
from torget.connectors.library_systems.sip2.codec import Message, UnsendableText, check_sendable, sip_date
from torget.connectors.library_systems.sip2.connection import (
    ANSWER_SECONDS,
    CONNECT_SECONDS,
    GarbledAnswer,
    LineClosed,
    NoAnswer,
    NotTaken,
    Sip2Connection,
    Sip2Error,
)
from torget.connectors.library_systems.sip2.dialect import SignInMessage, Sip2Dialect, read_dialect
from torget.connectors.library_systems.sip2.explain import Sip2Exchanges
from torget.connectors.library_systems.sip2.fees import (
    NotPayable,
    OpenAccount,
    UnreadableFees,
    fee_identifier_for,
    read_account,
)
from torget.foundation.core.money import Money
from torget.payments.core.ports import (
    AccountSnapshot,
    LibraryCapabilities,
    LibrarySystemUnavailable,
    PatronIdentity,
    PatronNotFound,
    RegistrationOrder,
    RegistrationOutcome,
    RegistrationResult,
    WrongCredentials,
)

logger = logging.getLogger(__name__)

PATRON_INFORMATION = 7
FEE_PAID = 9
"""Positions in BX, the list of the messages a server knows."""
FINES_ONLY = "   Y      "


class Sip2Library(CannotFindRegistrations, CannotChangeFees, KnowsNoGuarantees):
    """One SIP2 account at one server.

    SIP2 has no key that a server would keep, so a booking cannot be looked up, and a payment (37) names one fee (CG)
    or none. An order is therefore always told in **one** 37, never in one for each fee, which would end half done
    whenever the line breaks, with nothing to find out by which half:
    - An order of one fee goes by CG where the site has fee identifiers, so it settles that fee and no other.
    - Every other order goes by its sum without CG, and the system settles its oldest fees first. So patrons pay
      everything (`can_choose_fees` is False), and a fee that has grown since is paid as it was.
    - A dialect with `offers_choice` lets patrons choose; then a choice of several of many is REFUSED unsent.
    No order is sent for more than is open. The caller serialises the work of one patron: real servers lose updates.
    The options may come from JSON: `dialect` by name or as a mapping (see `read_dialect`), `tls` as true or false.
    """

    exchanges: ClassVar = Sip2Exchanges()
    """Explains a pasted exchange; see core/exchanges.py."""

    def __init__(
        self,
        *,
        host: str,
        port: int,
        login: str,
        password: str,
        institution: str,
        dialect: Sip2Dialect | str | Mapping[str, Any] = "total",
        location: str = "",
        terminal_password: str = "",
        child_categories: Collection[str] = (),
        tls: ssl.SSLContext | bool = False,
        connect_seconds: float = CONNECT_SECONDS,
        answer_seconds: float = ANSWER_SECONDS,
        now: Callable[[], datetime] | None = None,
    ) -> None:
        self._host = host
        self._port = port
        self._login = login
        self._password = password
        self._institution = institution
        self._dialect = read_dialect(dialect)
        self._location = location
        self._terminal_password = terminal_password
        self._child_categories = frozenset(child_categories)
        for value in (login, password, institution, location, terminal_password):
            check_sendable(value, encoding=self._dialect.encoding)
        self._tls = (ssl.create_default_context() if tls else None) if isinstance(tls, bool) else tls
        self._connect_seconds = connect_seconds
        self._answer_seconds = answer_seconds
        self._now = now or (lambda: datetime.now(self._dialect.time_zone))

    @property
    def capabilities(self) -> LibraryCapabilities:
        return LibraryCapabilities(
            can_choose_fees=self._dialect.offers_choice,
            can_find_registration=False,
            has_fee_details=self._dialect.fee_pattern is not None,
        )

    def authenticate(self, *, card_number: str, pin: str) -> PatronIdentity:
        """Ask with the PIN. Only BL=N and CQ=N refuse: a debtor's card is blocked in every other way, and still pays.

        Raise WrongCredentials or LibrarySystemUnavailable. Without an explicit CQ=Y nothing of the answer is used,
        because servers send name and address to a wrong PIN too.
        """
        if not card_number.strip() or not pin:
            # Some servers accept an empty PIN from anybody.
            raise WrongCredentials
        is_status = self._dialect.sign_in_message is SignInMessage.PATRON_STATUS
        try:
            with self._errand(card_number) as line:
                answer = self._ask_patron(line, card_number, pin=pin, is_status=is_status)
        except UnsendableText:
            raise WrongCredentials from None
        except Sip2Error as error:
            raise LibrarySystemUnavailable(str(error)) from error
        if "N" in {answer.get("BL"), answer.get("CQ")}:
            raise WrongCredentials
        if answer.get("CQ") != "Y":
            raise LibrarySystemUnavailable("the server does not say whether the PIN is right (CQ)")
        return self._identity(answer, card_number)

    def find_patron(self, *, card_number: str) -> PatronIdentity:
        """The card is the reference, so the account itself says whether there is such a patron."""
        return self.account(patron_reference=card_number, card_number=card_number).patron

    def account(self, *, patron_reference: str, card_number: str) -> AccountSnapshot:  # noqa: ARG002 - the card is the reference
        """All fees in four exchanges, of which the last is the goodbye; needs no PIN.

        Raise LibrarySystemUnavailable or PatronNotFound.
        """
        try:
            with self._errand(card_number) as line:
                answer = self._ask_patron(line, card_number)
                read_at = self._now()
            account = self._read_account(answer, card_number)
        except UnsendableText:
            raise PatronNotFound from None
        except (Sip2Error, UnreadableFees) as error:
            raise LibrarySystemUnavailable(str(error)) from error
        return AccountSnapshot(
            patron=self._identity(answer, card_number), fees=account.fees, credit=account.credit, read_at=read_at
        )

    def open_fees(self, *, patron_reference: str, card_number: str) -> dict[str, Money]:
        """SIP2 has no shorter question than the whole account."""
        account = self.account(patron_reference=patron_reference, card_number=card_number)
        return {fee.reference: fee.outstanding for fee in account.fees}

    def register(self, order: RegistrationOrder) -> RegistrationResult:
        """Read the account, compare, send one 37. Whatever happens before the 37 is not a payment."""
        try:
            with self._errand(order.card_number, pays=True) as line:
                patron = self._ask_patron(line, order.card_number)
                account = self._read_account(patron, order.card_number)
                identifier = fee_identifier_for(order, account, self._dialect)
                payment = self._payment(order, identifier)
                return self._send_payment(line, payment, personal=(order.card_number, patron.get("AE") or ""))
        except PatronNotFound:
            return _result(RegistrationOutcome.REFUSED, "the server does not know the card (BL=N)")
        except (NotPayable, UnsendableText) as error:
            return _result(RegistrationOutcome.REFUSED, str(error))
        except (Sip2Error, UnreadableFees, LibrarySystemUnavailable) as error:
            return _result(RegistrationOutcome.NOT_SENT, str(error))

    @contextmanager
    def _errand(self, card_number: str, *, pays: bool = False) -> Iterator[Sip2Connection]:
        """A connection that is signed in, on line and able; raise UnsendableText or Sip2Error."""
        check_sendable(card_number, encoding=self._dialect.encoding)
        line = Sip2Connection.open(
            host=self._host,
            port=self._port,
            dialect=self._dialect,
            tls=self._tls,
            connect_seconds=self._connect_seconds,
            answer_seconds=self._answer_seconds,
        )
        goodbye = None
        try:
            self._sign_in(line)
            self._check_status(line, pays=pays)
            goodbye = Message(command="35", fixed=self._date(), fields=self._patron_fields(card_number))
            yield line
        except (LineClosed, NoAnswer):
            goodbye = None
            raise
        finally:
            line.end(goodbye)

    def _sign_in(self, line: Sip2Connection) -> None:
        if not self._login:
            return
        fields = (("CN", self._login), ("CO", self._password), ("CP", self._location))
        answer = line.ask(Message(command="93", fixed="00", fields=fields), expected="94")
        if answer.fixed != "1":
            # The server kills the line at the next message; nothing more is said on it.
            raise LineClosed("the server refused our own sign-in")

    def _check_status(self, line: Sip2Connection, *, pays: bool) -> None:
        """Ask 99 on each connection, since a server that is off line still answers, and forgets what it was told."""
        answer = line.ask(Message(command="99", fixed="00802.00"), expected="98")
        if answer.fixed[0] != "Y":
            raise GarbledAnswer("the server says that its library system is off line")
        known = (answer.get("BX") or "").ljust(16, "Y")
        if known[PATRON_INFORMATION] == "N":
            raise GarbledAnswer("the server does not take patron information (BX)")
        if pays and known[FEE_PAID] == "N":
            # A setting that somebody may put right: the payment waits for it, and is not given back.
            raise GarbledAnswer("the server does not take payments (BX)")

    def _ask_patron(self, line: Sip2Connection, card_number: str, *, pin: str = "", is_status: bool = False) -> Message:
        fields = (*self._patron_fields(card_number), ("AD", pin))
        head = self._dialect.language_code + self._date()
        if is_status:
            return line.ask(Message(command="23", fixed=head, fields=fields), expected="24")
        return line.ask(Message(command="63", fixed=head + FINES_ONLY, fields=fields), expected="64")

    def _patron_fields(self, card_number: str) -> tuple[tuple[str, str], ...]:
        return (("AO", self._institution), ("AA", card_number), ("AC", self._terminal_password))

    def _read_account(self, answer: Message, card_number: str) -> OpenAccount:
        """Raise PatronNotFound or UnreadableFees. Without a PIN, CQ says nothing about the card."""
        is_unnamed = not (answer.get("AE") or "").strip()
        if answer.get("BL") == "N" or (answer.get("BL") is None and is_unnamed and answer.get("BV") is None):
            raise PatronNotFound
        if (answer.get("AA") or card_number).casefold() != card_number.casefold():
            raise UnreadableFees("the answer names another card")
        return read_account(answer, self._dialect)

    def _identity(self, answer: Message, card_number: str) -> PatronIdentity:
        """The card as the server writes it is the reference: SIP2 shows no other, and none changes less."""
        card = answer.get("AA") or card_number
        return PatronIdentity(
            reference=card,
            card_number=card,
            name=(answer.get("AE") or "").strip(),
            email=answer.get("BE") or None,
            is_child=answer.get("PC") in self._child_categories,
            loan_ban=answer.fixed[0] == "Y",
        )

    def _payment(self, order: RegistrationOrder, identifier: str | None) -> Message:
        dialect = self._dialect
        fixed = self._date() + dialect.fee_type + dialect.payment_type + dialect.currency
        named = (("CG", identifier),) if identifier is not None else ()
        fields = (("BV", str(order.amount)), *self._patron_fields(order.card_number), *named, ("BK", order.marker))
        return Message(command="37", fixed=fixed, fields=fields)

    def _send_payment(self, line: Sip2Connection, payment: Message, *, personal: tuple[str, ...]) -> RegistrationResult:
        """The one write. A lost or spoilt answer is asked for once more (97), which real Koha answers from memory."""
        try:
            answer = line.ask(payment, expected="38")
        except NotTaken as error:
            return _result(RegistrationOutcome.NOT_SENT, str(error))
        except LineClosed as error:
            return _result(RegistrationOutcome.UNKNOWN, str(error))
        except (NoAnswer, GarbledAnswer) as error:
            try:
                answer = line.ask_for_last_answer(expected="38")
            except Sip2Error as second:
                return _result(RegistrationOutcome.UNKNOWN, f"{error}; asked again: {second}")
        return _judge(payment, answer, personal)

    def _date(self) -> str:
        return sip_date(self._now())


def _judge(payment: Message, answer: Message, personal: tuple[str, ...]) -> RegistrationResult:
    """Read a 38, in which some servers put the date before the flag; an answer about another payment proves nothing."""
    for code in ("AA", "BK"):
        named = answer.get(code) or ""
        if named and named.casefold() != (payment.get(code) or "").casefold():
            return _result(RegistrationOutcome.UNKNOWN, f"the answer names another payment ({code})")
    flag = answer.fixed[0] if answer.fixed[0] in "YN" else answer.fixed[-1]
    text = _without(personal, " ".join(answer.get_all("AF")))
    if flag == "Y":
        return _result(RegistrationOutcome.BOOKED, text)
    if flag == "N":
        return _result(RegistrationOutcome.REFUSED, text or "the server refused the payment")
    return _result(RegistrationOutcome.UNKNOWN, "an answer without a flag")


def _result(outcome: RegistrationOutcome, detail: str) -> RegistrationResult:
    return RegistrationResult(outcome=outcome, detail=detail)


def _without(personal: tuple[str, ...], text: str) -> str:
    """A screen message as one short line in which every word of the patron's card and name is struck out."""
    words = sorted({word for value in personal for word in value.split()}, key=len, reverse=True)
    for word in words:
        text = re.sub(rf"(?<!\w){re.escape(word)}(?!\w)", "…", text, flags=re.IGNORECASE)
    return " ".join(text.split())[:200]
