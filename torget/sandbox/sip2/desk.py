"""What the sandbox does with a message: the observed answers of an old Koha, and those of newer servers on a knob."""

import time
from datetime import datetime
from decimal import Context, Decimal

from torget.sandbox.sip2.books import Books, OpenFee, Person
from torget.sandbox.sip2.settings import Sip2Settings
from torget.sandbox.sip2.wire import Request, cents_as_perl_reads_them, euros


class Desk:
    """Answers for all connections; holds nothing but the books and the settings."""

    def __init__(self, books: Books, settings: Sip2Settings) -> None:
        self._books = books
        self._settings = settings

    def sign_in(self, request: Request) -> bool:
        settings = self._settings
        return (request.field("CN"), request.field("CO")) == (settings.login, settings.password)

    def answer(self, request: Request) -> str:
        """The text of the answer, before sequence number and checksum."""
        match request.command:
            case "99":
                return self._status()
            case "23":
                return self._patron_status(request)
            case "63":
                return self._patron_information(request)
            case "37":
                return self._fee_paid(request)
            case _:
                return f"36Y{_date()}AO{self._settings.institution}|AA{request.field('AA')}|"

    def _status(self) -> str:
        settings = self._settings
        online = "Y" if settings.is_online else "N"
        return f"98{online}YYYNN025005{_date()}2.00AO{settings.institution}|BX{settings.supported_messages}|"

    def _patron_status(self, request: Request) -> str:
        person = self._books.person(request.field("AA"))
        if person is None:
            return f"24YYYY          000{_date()}AE|AA{request.field('AA')}|BLN|AO{self._settings.institution}|"
        owed = self._books.balance_cents(person.card_number)
        return (
            f"24{_flags(owed)}000{_date()}AE{person.name}|AA{person.card_number}|{self._validity(person, request)}"
            f"BV{euros(owed)}|AF{_greeting(person, owed)}|AO{self._settings.institution}|"
        )

    def _patron_information(self, request: Request) -> str:
        """Name, e-mail and debts go to a wrong PIN too, only with CQN."""
        institution = self._settings.institution
        person = self._books.person(request.field("AA"))
        if person is None:
            return f"64YYYY          000{_date()}{'0000' * 6}AO{institution}|AA{request.field('AA')}|AE|BLN|"
        owed = self._books.balance_cents(person.card_number)
        fees = self._books.open_fees(person.card_number) if self._settings.itemises else []
        counts = f"{'0000' * 3}{len(fees):04d}{'0000' * 2}"
        lines = "".join(f"AV{self._fee_line(fee)}|" for fee in fees)
        return (
            f"64{_flags(owed)}000{_date()}{counts}AO{institution}|AA{person.card_number}|AE{person.name}|"
            f"{self._validity(person, request)}BV{euros(owed)}|CC5|{lines}BDTorikatu 1|BE{person.email}|"
            f"PC{person.category}|PIN|AF{_greeting(person, owed)}|"
        )

    def _fee_line(self, fee: OpenFee) -> str:
        return self._settings.fee_line.format(
            id=fee.fee_id,
            amount=euros(fee.outstanding_cents),
            text=_plain(fee.description),
            barcode=f"{fee.fee_id:014d}",
        )

    def _validity(self, person: Person, request: Request) -> str:
        known = "BLY|" if self._settings.sends_patron_validity else ""
        return f"{known}CQ{'Y' if request.field('AD') == person.pin else 'N'}|"

    def _fee_paid(self, request: Request) -> str:
        """No PIN asked, no BK looked up, any number taken: only an unknown card or a knob refuses."""
        person = self._books.person(request.field("AA"))
        if person is None:
            return self._paid_answer(request, is_accepted=False, text="Invalid patron barcode.")
        cents = cents_as_perl_reads_them(request.field("BV"))
        settings = self._settings
        fees = self._books.open_fees(person.card_number)
        identifier = request.field("CG") if settings.itemises else ""
        if identifier and identifier not in {str(fee.fee_id) for fee in fees}:
            return self._paid_answer(request, is_accepted=False, text="Invalid fee identifier.")
        owed = sum(fee.outstanding_cents for fee in fees)
        if settings.compares_two_digits:
            is_too_much = _two_digits(cents) > _two_digits(owed)
        else:
            is_too_much = settings.refuses_overpayment and cents > owed
        if is_too_much:
            return self._paid_answer(request, is_accepted=False, text="Overpayment not allowed")
        time.sleep(settings.lost_update_seconds)
        self._books.book(
            card_number=person.card_number,
            cents=cents,
            amount_as_sent=request.field("BV"),
            marker=request.field("BK"),
            fee_identifier=identifier,
            payment_type=request.fixed[20:22],
        )
        written, left = _apply(cents, fees, identifier)
        self._books.write_outstanding(written)
        self._books.add_credit(person.card_number, left)
        return self._paid_answer(request, is_accepted=True)

    def _paid_answer(self, request: Request, *, is_accepted: bool, text: str = "") -> str:
        return paid_answer(request, self._settings, is_accepted=is_accepted, text=text)


def paid_answer(request: Request, settings: Sip2Settings, *, is_accepted: bool, text: str = "") -> str:
    flag = "Y" if is_accepted else "N"
    head = f"{_date()}{flag}" if settings.puts_date_before_flag else f"{flag}{_date()}"
    transaction = f"BK{request.field('BK')}|" if request.field("BK") else ""
    return f"38{head}AO{settings.institution}|AA{request.field('AA')}|{transaction}{f'AF{text}|' if text else ''}"


def _apply(cents: int, fees: list[OpenFee], identifier: str) -> tuple[list[tuple[int, int]], int]:
    """The new amounts of the fees, the named one first and then the oldest, and what is left over as credit.

    A negative payment settles nothing and leaves a negative credit, which is a debt.
    """
    left = cents
    written = []
    for fee in sorted(fees, key=lambda fee: str(fee.fee_id) != identifier):
        part = min(max(left, 0), fee.outstanding_cents)
        if part:
            written.append((fee.fee_id, fee.outstanding_cents - part))
            left -= part
    return written, left


def _two_digits(cents: int) -> Decimal:
    return Context(prec=2).create_decimal(cents)


def _date() -> str:
    return datetime.now().astimezone().strftime("%Y%m%d    %H%M%S")


def _flags(owed_cents: int) -> str:
    """A debtor is denied everything but paying."""
    return "YYYY      YY  " if owed_cents > 0 else " " * 14


def _greeting(person: Person, owed_cents: int) -> str:
    expired = " PATRON EXPIRED" if person.is_expired else ""
    owes = f" -- Patron owes {euros(owed_cents)}" if owed_cents > 0 else ""
    return f"Greetings from Koha. {expired}{owes}"


def _plain(text: str) -> str:
    return text.replace("|", " ").replace("\r", " ").replace("\n", " ")
