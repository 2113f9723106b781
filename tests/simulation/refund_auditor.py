"""Refunds against the books of those who paid and of those who are owed."""

import json
from collections import defaultdict
from collections.abc import Callable, Mapping
from typing import Any

Say = Callable[[str, object], None]
Rows = Callable[[str], list[dict[str, Any]]]


class RefundAuditor:
    def __init__(
        self, charges: Mapping[str, list[int]], provider: Mapping[str, dict[str, Any]], rows: Rows, say: Say
    ) -> None:
        self.provider, self.say = provider, say
        self.refunds: dict[int, list[dict[str, Any]]] = defaultdict(list)
        for refund in rows("SELECT * FROM checkout_refund ORDER BY id"):
            self.refunds[refund["payment_id"]].append(refund)
        self.reversals = rows("SELECT * FROM checkout_reversal")
        self.attempts = rows("SELECT * FROM checkout_reversalattempt")
        self.charges = dict(charges)

    def of_registered_fees(self, payment: dict[str, Any]) -> int:
        """What went back of fees that stayed booked: it is no money that the library does not know."""
        return sum(
            refund["amount_cents"]
            for refund in self.refunds[payment["id"]]
            if refund["state"] == "refunded" and refund["was_registered"]
        )

    def elsewhere(self, payment: dict[str, Any]) -> int:
        """What went back by another way than the provider."""
        at_provider = {row["stamp"] for row in self.provider.get(str(payment["token"]), {}).get("refunds", ())}
        return sum(
            refund["amount_cents"]
            for refund in self.refunds[payment["id"]]
            if refund["state"] == "refunded" and str(refund["stamp"]) not in at_provider
        )

    def audit(self, payments: Mapping[str, dict[str, Any]], lines: Mapping[int, list[dict[str, Any]]]) -> None:
        for token, payment in payments.items():
            self._never_more_than_paid(token, payment, lines[payment["id"]])
            self._two_people(payment)
            self._credit_notes(payment)
        self._fees_open_once()

    def _never_more_than_paid(self, token: str, payment: dict[str, Any], lines: list[dict[str, Any]]) -> None:
        at_provider = self.provider.get(token)
        refunded = at_provider["refunded"] if at_provider else 0
        told = {"id": payment["id"], "refunded at the provider": refunded, "in our books": payment["refunded_cents"]}
        if refunded + self.elsewhere(payment) > payment["amount_cents"]:
            self.say("1: more went back than was paid", told)
        live = [row for row in self.refunds[payment["id"]] if row["state"] in ("due", "asked", "pending", "refunded")]
        if sum(row["amount_cents"] for row in live) != payment["refunded_cents"]:
            self.say("1: the refunds are the payment's", told)
        for line in lines:
            gone = sum(int(row["lines"].get(str(line["position"]), 0)) for row in map(_parsed, live))
            if gone != line["refunded_cents"] or gone > line["amount_cents"]:
                self.say("1: the refunds are the lines'", (payment["id"], line["position"], gone))

    def _two_people(self, payment: dict[str, Any]) -> None:
        for refund in self.refunds[payment["id"]]:
            agreed = refund["decided_by"] and refund["decided_by"] != refund["requested_by"]
            if (
                refund["needs_second_person"]
                and refund["state"] in ("due", "asked", "pending", "refunded")
                and not agreed
            ):
                self.say("8: a second person decides", refund["id"])
            if refund["state"] == "proposed":
                self.say("2: ends within the stated time", ("proposal", refund["id"]))

    def _credit_notes(self, payment: dict[str, Any]) -> None:
        numbers = sorted(row["credit_note"] for row in self.refunds[payment["id"]] if row["state"] == "refunded")
        if numbers != list(range(1, len(numbers) + 1)):
            self.say("9: credit notes are numbered without gap", (payment["id"], numbers))

    def _fees_open_once(self) -> None:
        """Each refunded fee that is still owed is charged once, or is on the desk's list or off it."""
        by_refund: dict[int, list[dict[str, Any]]] = defaultdict(list)
        for reversal in self.reversals:
            by_refund[reversal["refund_id"]].append(reversal)
            found = self.charges.pop(str(reversal["marker"]), [])
            if len(found) > 1 or (found and found != [reversal["amount_cents"]]):
                self.say("3: a fee is charged again twice", (reversal["id"], found))
            if reversal["state"] == "booked" and not found:
                self.say("4: the library system is asked, not assumed", reversal["id"])
            if reversal["state"] not in ("booked", "desk", "done"):
                self.say("2: ends within the stated time", ("reversal", reversal["id"], reversal["state"]))
        for note in self.charges:
            self.say("4: a charge that we know nothing of", note)
        for refund in (row for rows in self.refunds.values() for row in rows):
            opens = refund["state"] == "refunded" and refund["opens_fee_again"] and refund["was_registered"]
            if (sum(row["amount_cents"] for row in by_refund[refund["id"]]) if opens else 0) != (
                refund["amount_cents"] if opens else 0
            ):
                self.say("2: a fee that is owed is open again", refund["id"])


def _parsed(row: dict[str, Any]) -> dict[str, Any]:
    """The cursor may give JSON as text."""
    lines = row["lines"]
    return {**row, "lines": json.loads(lines) if isinstance(lines, str) else lines}
