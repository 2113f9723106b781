"""The library-system port on Koha REST.

Permissions that the interface user of Koha needs: borrowers (edit_borrowers), updatecharges
(remaining_permissions), catalogue, and circulate (circulate_remaining_permissions) if loans are read.
"""

import json
import logging
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any, Final, TypeVar

from torget.connectors.http import READ_SECONDS
from torget.connectors.library_systems.koha import field_map
from torget.connectors.library_systems.koha.booking import read_booking
from torget.connectors.library_systems.koha.charging import KohaCharging
from torget.connectors.library_systems.koha.debtors import read_debtors
from torget.connectors.library_systems.koha.field_map import Json
from torget.connectors.library_systems.koha.guarantees import RELATIONSHIPS_PATH, read_guarantees
from torget.connectors.library_systems.koha.marked import (
    CREDITS_PATH,
    DEBITS_PATH,
    find_marked,
    patron_number,
    read_path,
)
from torget.connectors.library_systems.koha.wire import (
    Answer,
    KohaWire,
    LineBroken,
    NeverSent,
    NoToken,
    error_text,
    read_json,
)
from torget.foundation.core.money import ZERO, Money, total
from torget.payments.core.debtors import Debtor
from torget.payments.core.giving_back import ReversalOrder
from torget.payments.core.library_listing import Listed
from torget.payments.core.ports import (
    AccountSnapshot,
    FoundRegistration,
    Guarantee,
    LibraryCapabilities,
    LibraryFee,
    LibrarySystemUnavailable,
    PatronIdentity,
    PatronNotFound,
    RegistrationOrder,
    RegistrationOutcome,
    RegistrationResult,
    WrongCredentials,
)

_log = logging.getLogger(__name__)

# Ids asked for in one request. They travel in the header x-koha-query because web servers cut the request line at
# about 8,000 bytes, and so does a header line: 700 ids of nine digits fit.
IDS_PER_REQUEST: Final = 700

ID_FIELDS: Final = {"/items": "item_id", "/checkouts": "checkout_id"}
WITH_BIBLIO: Final = {"x-koha-embed": "biblio"}

READERS: Final = 16

T = TypeVar("T")


class KohaLibrary:
    """One Koha, spoken to as an OAuth client; `base_url` ends in /api/v1."""

    def __init__(
        self,
        *,
        base_url: str,
        client_id: str,
        client_secret: str,
        payment_type: str | None = None,
        library_id: str | None = None,
        credit_type: str = "PAYMENT",
        description: str = "Verkkomaksu / Nätbetalning",
        waiver_credit_type: str = "FORGIVEN",
        waiver_description: str = "Maksusta vapautus / Befrielse från avgift",
        child_categories: frozenset[str] = frozenset(),
        reads_checkouts: bool = True,
        reads_at_once: bool = True,
        can_find_registration: bool | None = None,
        reversal_debit_type: str = "MANUAL",
        reversal_description: str = "Palautettu verkkomaksu / Återbetald nätbetalning",
        read_seconds: float = READ_SECONDS,
    ) -> None:
        """`payment_type` must exist in Koha as an authorised value, `reversal_debit_type` as a debit type.

        `can_find_registration` None asks Koha itself. A fee that is charged again never gets the type OVERDUE: Koha
        marks such a line as still growing. `reads_at_once` asks in threads what does not wait for one another, so that
        a patron waits for fewer answers in a row; without it the requests come in one order.
        """
        self._wire = KohaWire(
            base_url=base_url, client_id=client_id, client_secret=client_secret, read_seconds=read_seconds
        )
        self._credit_fields = {
            "credit_type": credit_type,
            "description": description,
            **({"payment_type": payment_type} if payment_type else {}),
            **({"library_id": library_id} if library_id else {}),
        }
        # No money changed hands, so a waiver has no way of payment.
        self._waiver_fields = {
            "credit_type": waiver_credit_type,
            "description": waiver_description,
            **({"library_id": library_id} if library_id else {}),
        }
        self._child_categories = child_categories
        self._reads_checkouts = reads_checkouts
        self._readers = ThreadPoolExecutor(READERS, thread_name_prefix="koha") if reads_at_once else None
        self._can_find_registration = can_find_registration
        self._capability_lock = threading.Lock()
        self._can_reverse: bool | None = None
        self._knows_guarantees = False
        self._charging = KohaCharging(self._wire, debit_type=reversal_debit_type, description=reversal_description)

    def close(self) -> None:
        if self._readers:
            self._readers.shutdown(cancel_futures=True)
        self._wire.close()

    @property
    def capabilities(self) -> LibraryCapabilities:
        """Asked of Koha once; raises LibrarySystemUnavailable rather than guess while Koha is down."""
        with self._capability_lock:
            if self._can_find_registration is None or self._can_reverse is None:
                offered = self._offered_paths()
                if self._can_find_registration is None:
                    self._can_find_registration = "get" in offered.get(CREDITS_PATH, {})
                self._can_reverse = {"get", "post"} <= set(offered.get(DEBITS_PATH, {}))
                self._knows_guarantees = "get" in offered.get(RELATIONSHIPS_PATH, {})
            can_find, can_reverse = self._can_find_registration, self._can_reverse
        return LibraryCapabilities(
            can_choose_fees=True,
            can_find_registration=can_find,
            has_fee_details=True,
            can_waive=can_find,
            can_reverse=can_reverse,
            knows_guarantees=self._knows_guarantees,
        )

    def authenticate(self, *, card_number: str, pin: str) -> PatronIdentity:
        card_number = card_number.strip()
        if not card_number or not pin:
            raise WrongCredentials
        content = json.dumps({"identifier": card_number, "password": pin}).encode()
        try:
            response = self._wire.send("POST", "/auth/password/validation", content=content)
        except LineBroken as broken:
            raise LibrarySystemUnavailable(f"Koha could not be reached: {broken}") from None
        if response.status_code == HTTPStatus.BAD_REQUEST and isinstance(_error(response), str):
            # A wrong pair, a locked account and an expired password; which of them is not for the person at the door.
            raise WrongCredentials
        if response.status_code not in {HTTPStatus.OK, HTTPStatus.CREATED}:
            raise LibrarySystemUnavailable(f"Koha's PIN check: {error_text(response)}")
        found = read_json(response)
        # Koha also takes a user name here, and somebody's user name may look like another person's card.
        if field_map.text(field_map.required(found, "cardnumber")).casefold() != card_number.casefold():
            raise WrongCredentials
        return self._patron(str(field_map.required(found, "patron_id")), card_number=card_number)

    def find_patron(self, *, card_number: str) -> PatronIdentity:
        """One round trip; the card as a whole, and never a part of one."""
        query = json.dumps({"cardnumber": card_number}, separators=(",", ":"))
        found = field_map.rows(self._read("/patrons", headers={"x-koha-query": query}))
        if len(found) != 1:
            raise PatronNotFound
        return field_map.read_patron(found[0], card_number=card_number, child_categories=self._child_categories)

    def debtors(self, *, at_least: Money) -> Iterator[Debtor]:
        return read_debtors(self._wire, at_least=at_least)

    def branches(self) -> tuple[Listed, ...]:
        """Koha names its libraries to every interface user; of its kinds of debit its interface tells nothing."""
        found = field_map.rows(self._read("/libraries", params={"_per_page": "-1"}))
        return tuple(
            Listed(
                code=field_map.text(field_map.required(row, "library_id")),
                name=field_map.text(field_map.required(row, "name")),
            )
            for row in found
        )

    def account(self, *, patron_reference: str, card_number: str) -> AccountSnapshot:
        """At most five round trips up to 700 fees, three of them in a row.

        Patron and account; items and returned loans; the loans that were not among the returned.
        """
        account_asked = self._begin(lambda: self._read(f"/patrons/{patron_number(patron_reference)}/account"))
        patron = self._patron(patron_reference, card_number=card_number)
        account = account_asked()
        read_at = datetime.now(UTC)
        debits = field_map.rows(field_map.required(field_map.required(account, "outstanding_debits"), "lines"))
        credit_lines = field_map.rows(field_map.required(field_map.required(account, "outstanding_credits"), "lines"))
        return AccountSnapshot(
            patron=patron,
            fees=self._fees(debits, patron_reference),
            credit=-total([field_map.money(line, "amount_outstanding") for line in credit_lines]),
            read_at=read_at,
        )

    def open_fees(self, *, patron_reference: str, card_number: str) -> dict[str, Money]:  # noqa: ARG002 - Koha has an id
        """One round trip."""
        account = self._read(f"/patrons/{patron_number(patron_reference)}/account")
        debits = field_map.rows(field_map.required(field_map.required(account, "outstanding_debits"), "lines"))
        fees = (field_map.read_fee(line, item={}, checkout={}) for line in debits)
        return {fee.reference: fee.outstanding for fee in fees if fee.outstanding > ZERO}

    def register(self, order: RegistrationOrder) -> RegistrationResult:
        return self._credit(order, self._credit_fields)

    def waive(self, order: RegistrationOrder) -> RegistrationResult:
        """A credit of the type FORGIVEN: Koha's own way to forgive a debt."""
        return self._credit(order, self._waiver_fields)

    def _credit(self, order: RegistrationOrder, fields: Mapping[str, str]) -> RegistrationResult:
        try:
            path = CREDITS_PATH.format(patron_id=patron_number(order.patron_reference))
            content = self._credit_body(order, fields)
        except (PatronNotFound, ValueError):
            return RegistrationResult(
                outcome=RegistrationOutcome.REFUSED, detail="The order's references are not Koha's numbers"
            )
        try:
            response = self._wire.send("POST", path, content=content)
        except (NoToken, NeverSent) as failure:
            return RegistrationResult(outcome=RegistrationOutcome.NOT_SENT, detail=str(failure))
        except LineBroken as failure:
            # Koha may have executed what it read before the line broke, so nobody may send it again.
            return RegistrationResult(outcome=RegistrationOutcome.UNKNOWN, detail=str(failure))
        return read_booking(response, amount=order.amount)

    def find_registration(self, *, patron_reference: str, marker: str) -> FoundRegistration | None:
        found = find_marked(self._wire, CREDITS_PATH, patron_reference, marker)
        # Two credits with one marker are a double booking: a sum that differs from the order puts it before staff.
        if found is None:
            return None
        return FoundRegistration(
            amount=-found.amount, booking_reference=found.booking_reference, unapplied=-found.unapplied
        )

    def reverse(self, order: ReversalOrder) -> RegistrationResult:
        return self._charging.charge(order)

    def find_reversal(self, *, patron_reference: str, marker: str) -> FoundRegistration | None:
        return find_marked(self._wire, DEBITS_PATH, patron_reference, marker)

    def guarantees(self, *, patron_reference: str) -> tuple[Guarantee, ...]:
        """One round trip, in a Koha that has the plugin."""
        if not self.capabilities.knows_guarantees:
            return ()
        return read_guarantees(self._wire, patron_reference)

    @staticmethod
    def _credit_body(order: RegistrationOrder, fields: Mapping[str, str]) -> bytes:
        """The amount goes in as written, '2.55', and never passes through a float."""
        rest = {
            **fields,
            "account_lines_ids": [int(line.fee_reference) for line in order.lines],
            "note": order.marker,
        }
        return f'{{"amount": {order.amount}, {json.dumps(rest, ensure_ascii=False)[1:]}'.encode()

    def _offered_paths(self) -> Mapping[str, Any]:
        specification = self._wire.specification()
        paths = specification.get("paths") if isinstance(specification, Mapping) else None
        if not isinstance(paths, Mapping):
            raise LibrarySystemUnavailable("Koha's specification names no paths")
        return paths

    def _patron(self, patron_reference: str, *, card_number: str) -> PatronIdentity:
        found = self._read(f"/patrons/{patron_number(patron_reference)}")
        return field_map.read_patron(found, card_number=card_number, child_categories=self._child_categories)

    def _fees(self, lines: list[Json], patron_reference: str) -> tuple[LibraryFee, ...]:
        items_asked = self._begin(lambda: self._by_id("/items", _ids("item_id", lines), headers=WITH_BIBLIO))
        checkouts: dict[int, Json] = {}
        if self._reads_checkouts:
            # Plain parameters match as "contains" unless told otherwise: patron 1 would also get the loans of 11.
            of_patron = {"patron_id": patron_reference, "_match": "exact"}
            wanted = _ids("checkout_id", lines)
            checkouts = self._by_id("/checkouts", wanted, params={**of_patron, "checked_in": "true"})
            checkouts |= self._by_id("/checkouts", wanted - checkouts.keys(), params=of_patron)
        items = items_asked()
        fees = [
            field_map.read_fee(
                line,
                item=items.get(line.get("item_id") or 0, {}),
                checkout=checkouts.get(line.get("checkout_id") or 0, {}),
            )
            for line in lines
        ]
        _warn_of_fractions(lines)
        return tuple(fee for fee in fees if fee.outstanding > ZERO)

    def _begin(self, call: Callable[[], T]) -> Callable[[], T]:
        """What is returned gives the call's result, or raises its error."""
        return self._readers.submit(call).result if self._readers else call

    def _by_id(
        self,
        path: str,
        wanted: AbstractSet[int],
        *,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> dict[int, Json]:
        """What stands under the path by its number, in one request; none when nothing is wanted."""
        id_field = ID_FIELDS[path]
        in_order = sorted(wanted)
        found: dict[int, Json] = {}
        for start in range(0, len(in_order), IDS_PER_REQUEST):
            ids = in_order[start : start + IDS_PER_REQUEST]
            found_rows = self._read(
                path,
                # Without _per_page Koha answers with the first twenty.
                params={**(params or {}), "_per_page": str(len(ids))},
                headers={**(headers or {}), "x-koha-query": json.dumps({id_field: ids}, separators=(",", ":"))},
            )
            found |= {field_map.required(row, id_field): row for row in field_map.rows(found_rows)}
        return found

    def _read(
        self, path: str, *, params: Mapping[str, str] | None = None, headers: Mapping[str, str] | None = None
    ) -> Any:
        return read_path(self._wire, path, params=params, headers=headers)


def _ids(field: str, lines: Iterable[Json]) -> set[int]:
    """What the lines refer to; a line may refer to nothing."""
    return {line[field] for line in lines if line.get(field) is not None}


def _error(response: Answer) -> Any:
    body = read_json(response)
    return body.get("error") if isinstance(body, Mapping) else None


def _warn_of_fractions(lines: Iterable[Json]) -> None:
    """Fractions of a cent cannot be paid and stay in Koha; staff should know that they are there."""
    fractions = sum(
        field_map.exact(line, "amount_outstanding") != field_map.money(line, "amount_outstanding").to_decimal()
        for line in lines
    )
    if fractions:
        _log.warning("%d fees in Koha have a fraction of a cent, which is left there", fractions)
