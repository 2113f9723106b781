"""An auditor who believes only the sandboxes' own books, and checks ours against them.

What patrons paid is read from the provider's books, what the library knows from the library system's; our tables are
then compared with both. Nothing of our own code computes what is expected.
"""

import json
from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import Any

from django.db import connection

from tests.libraries import Booking
from tests.simulation.failover import Failover
from tests.simulation.refund_auditor import RefundAuditor
from tests.simulation.settlement_auditor import SettlementAuditor
from tests.simulation.settling import SettlementAtWork
from tests.world import World
from torget.sandbox.paytrail.books import books

ENDED = {"registered", "refunded", "attention", "failed", "expired"}
UNPAID_ENDS = {"failed", "expired"}


@dataclass(frozen=True, slots=True)
class Fault:
    rule: str
    about: str


def _rows(sql: str) -> list[dict[str, Any]]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        names = [column[0] for column in cursor.description or ()]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


class Auditor:
    def __init__(self, world: World, settlement: SettlementAtWork, failover: Failover) -> None:
        self.faults: list[Fault] = []
        at_providers = [*books(world.paytrail.state)["payments"], *failover.books()]
        self.provider = {payment["stamp"]: payment for payment in at_providers}
        for stamp, count in Counter(payment["stamp"] for payment in at_providers).items():
            if count > 1:
                self._say("3: a payment is at one provider", stamp)
        self.accounts = {row["id"]: row["account"] for row in _rows("SELECT id, account FROM checkout_merchantaccount")}
        self.booked: dict[str, list[Booking]] = defaultdict(list)
        self.payments = {str(row["token"]): row for row in _rows("SELECT * FROM checkout_payment")}
        # Where the library system takes only numbers, a payment is marked by its number.
        by_number = {str(row["id"]): token for token, row in self.payments.items()}
        for booking in world.library.bookings():
            self.booked[by_number.get(booking.marker, booking.marker)].append(booking)
        self.lines = defaultdict(list)
        for row in _rows(
            "SELECT l.*, m.slug FROM checkout_paymentline l JOIN cooperations_municipality m ON m.id = l.payee_id"
        ):
            self.lines[row["payment_id"]].append(row)

        self.refunds = RefundAuditor(world.library.charges(), self.provider, _rows, self._say)
        self.settlement = SettlementAuditor(settlement, _rows, self._say)

    def audit(self) -> list[Fault]:
        for token, payment in self.payments.items():
            self._every_cent_of(token, payment)
            self._has_ended(token, payment)
            self._stays_with_its_account(token, payment)
            self._events_form_a_chain(payment)
        self.refunds.audit(self.payments, self.lines)
        self._nobody_else_paid()
        self._books_agree()
        self._no_fee_is_held_twice()
        self.settlement.audit(self.payments, self.lines)
        return self.faults

    def _say(self, rule: str, about: object) -> None:
        self.faults.append(Fault(rule, str(about)))

    def _every_cent_of(self, token: str, payment: dict[str, Any]) -> None:
        """Paid = known to the library + given back, unless a person has it on the work list."""
        at_provider = self.provider.get(token)
        paid = at_provider["amount"] if at_provider and at_provider["status"] == "ok" else 0
        refunded = (at_provider["refunded"] if at_provider else 0) + self.refunds.elsewhere(payment)
        # Staff pay back what stays booked: the fee was let go, or is charged again by itself.
        refunded -= self.refunds.of_registered_fees(payment)
        booked = sum(booking.cents for booking in self.booked[token])
        told = {"token": token, "state": payment["state"], "paid": paid, "booked": booked, "refunded": refunded}
        if payment["state"] in UNPAID_ENDS and paid:
            self._say("2: nothing paid is lost", told)
        lines = self.lines[payment["id"]]
        for patron, count in Counter(booking.patron for booking in self.booked[token]).items():
            if count > 1:
                self._say("3: nothing is registered twice", (patron, told))
        if booked + refunded > paid:
            self._say("1: more was booked or given back than paid", told)
        if payment["state"] in ("registered", "refunded") and booked + refunded != paid:
            self._say("1: money is conserved", told)
        if payment["state"] == "registered" and refunded and not payment["refunded_cents"]:
            self._say("9: a refund nobody knows of", told)
        for booking in self.booked[token]:
            wanted = {
                one["fee_reference"]: one["amount_cents"] for one in lines if one["patron_reference"] == booking.patron
            }
            if booking.settled is not None and not booking.settled <= wanted.keys():
                self._say("4: the library settled a fee that was not paid", told)
            if booking.cents > sum(wanted.values()):
                self._say("4: more was booked on a card than was paid for it", (booking.patron, told))
            if booking.has_left_over and payment["state"] != "attention":
                self._say("4: money of the patron lies as credit", told)

    def _has_ended(self, token: str, payment: dict[str, Any]) -> None:
        examined = self.provider.get(token, {}).get("status") in ("pending", "delayed")
        if payment["state"] == "pending" and examined and payment["next_at"]:
            return  # The provider has not decided yet; the payment stays payable, polled, and on the work list.
        if payment["state"] not in ENDED:
            self._say("2: ends within the stated time", (payment["id"], payment["state"], payment["next_at"]))
        if payment["state"] == "attention" and not (payment["attention_reason"] and payment["attention_owner_id"]):
            self._say("2: on a named person's list with the reason", payment["id"])
        if payment["state"] != "attention" and any(line["is_open"] for line in self.lines[payment["id"]]):
            self._say("3: an ended payment holds a fee", (payment["id"], payment["state"]))

    def _stays_with_its_account(self, token: str, payment: dict[str, Any]) -> None:
        """Whatever was switched meanwhile; and who got a page elsewhere has not got one here."""
        at_provider = self.provider.get(token)
        if at_provider and at_provider["merchant"] != self.accounts[payment["merchant_account_id"]]:
            self._say("5: a payment never moves", (payment["id"], at_provider["merchant"]))
        if payment["pay_url"] and at_provider is None:
            self._say("5: a page that no provider gave", payment["id"])

    def _events_form_a_chain(self, payment: dict[str, Any]) -> None:
        state = ""
        for event in _rows(f"SELECT * FROM checkout_paymentevent WHERE payment_id = {payment['id']} ORDER BY id"):
            if event["from_state"] != state:
                self._say("9: every change leaves a row", (payment["id"], event["event"], state))
            state = event["to_state"]
        if state != payment["state"]:
            self._say("9: every change leaves a row", (payment["id"], state, payment["state"]))

    def _nobody_else_paid(self) -> None:
        for stamp, at_provider in self.provider.items():
            if at_provider["status"] == "ok" and stamp not in self.payments:
                self._say("2: money that we never heard of", stamp)
        for marker in self.booked:
            if marker and self.provider.get(marker, {}).get("status") != "ok" and self.booked[marker]:
                self._say("1: registered without money", marker)

    def _books_agree(self) -> None:
        """What the provider owes each municipality by the provider's books is what our ledger says."""
        expected: dict[str, int] = defaultdict(int)
        for token, at_provider in self.provider.items():
            payment = self.payments.get(token)
            if payment is None:
                continue
            by_position = {line["position"]: line["slug"] for line in self.lines[payment["id"]]}
            if at_provider["status"] == "ok":
                for line in self.lines[payment["id"]]:
                    expected[line["slug"]] += line["amount_cents"]
            for refund in _rows(f"SELECT * FROM checkout_refund WHERE payment_id = {payment['id']}"):
                if any(
                    row["stamp"] == str(refund["stamp"]) and row["status"] == "ok" for row in at_provider["refunds"]
                ):
                    for position, cents in json.loads(refund["lines"]).items():
                        # A refund that a person still has to confirm is not in our books yet.
                        if refund["state"] == "refunded":
                            expected[by_position[int(position)]] -= cents
        found = _rows(
            "SELECT m.slug, p.account, sum(p.amount_cents) AS cents, "
            "coalesce(sum(p.amount_cents) FILTER (WHERE e.payment_id IS NOT NULL), 0) AS of_payments "
            "FROM ledger_posting p JOIN ledger_journalentry e ON e.id = p.entry_id "
            "JOIN cooperations_municipality m ON m.id = e.municipality_id GROUP BY 1, 2"
        )
        owed = {row["slug"]: int(row["of_payments"]) for row in found if row["account"] == "provider"}
        for slug in expected.keys() | owed.keys():
            if expected.get(slug, 0) != owed.get(slug, 0):
                self._say("6: each municipality's money", (slug, expected.get(slug, 0), owed.get(slug, 0)))
        if sum(int(row["cents"]) for row in found) != 0:
            self._say("1: the books balance", found)

    def _no_fee_is_held_twice(self) -> None:
        held: dict[tuple[str, str], int] = defaultdict(int)
        for lines in self.lines.values():
            for line in lines:
                held[line["patron_reference"], line["fee_reference"]] += line["is_open"]
        for fee, count in held.items():
            if count > 1:
                self._say("3: a fee in two open payments", fee)
