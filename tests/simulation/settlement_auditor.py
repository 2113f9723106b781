"""Settlements against the books of the provider, who took and sent the money, and of the bank, where it arrived."""

import json
from collections import defaultdict
from collections.abc import Callable, Mapping
from typing import Any

from tests.simulation.settling import FEE_CENTS, SettlementAtWork
from torget.sandbox.paytrail.books import books

Say = Callable[[str, object], None]
Rows = Callable[[str], list[dict[str, Any]]]
Key = tuple[str, str, str]
"""'payment' or 'refund', our stamp of it, and whose share it is."""

TAKEN_IN = {"registered", "refunded", "refund_pending", "attention"}
_SETTLED = """
SELECT r.amount, r.refund, s.merchant, p.stamp AS token, f.stamp AS refund_stamp
FROM settlement_row r JOIN settlement s ON s.id = r.settlement JOIN payment p ON p.id = r.payment
LEFT JOIN refund f ON f.id = r.refund
"""
_ITEMS = "SELECT i.*, m.slug FROM settlement_item i JOIN cooperations_municipality m ON m.id = i.municipality_id"
_JOURNAL = """
SELECT m.slug, p.account, sum(p.amount_cents) AS cents FROM ledger_posting p
JOIN ledger_journalentry e ON e.id = p.entry_id JOIN cooperations_municipality m ON m.id = e.municipality_id
WHERE p.account <> 'bank' OR e.payment_id IS NULL GROUP BY 1, 2
"""


class SettlementAuditor:
    def __init__(self, settlement: SettlementAtWork, rows: Rows, say: Say) -> None:
        self.settlement, self.rows, self.say = settlement, rows, say
        state = settlement.world.paytrail.state
        self.sent = {str(one["id"]): one for one in books(state)["settlements"]}
        self.settled: dict[Key, list[int]] = defaultdict(list)
        self.fees: dict[str, int] = defaultdict(int)
        for row in state.store.rows(_SETTLED):
            slug = settlement.slugs[row["merchant"]]
            kind, subject = ("payment", row["token"]) if row["refund"] is None else ("refund", row["refund_stamp"])
            self.settled[kind, subject, slug].append(row["amount"])
            self.fees[slug] += FEE_CENTS if kind == "payment" else 0
        self.items = rows(_ITEMS)

    def audit(self, payments: Mapping[str, dict[str, Any]], lines: Mapping[int, list[dict[str, Any]]]) -> None:
        self._every_cent_is_an_item(payments)
        ours = self._ours(payments, lines)
        for item in self.items:
            self._has_an_owner(item)
            if item["row_class"] == "matched":
                self._is_truly_equal(item, ours)
        self._accounts_are_the_others_balances()
        self._again_changes_nothing()

    def _ours(
        self, payments: Mapping[str, dict[str, Any]], lines: Mapping[int, list[dict[str, Any]]]
    ) -> dict[Key, int]:
        """What each payee got and gave back by the payments and refunds, not by the journal."""
        sums: dict[Key, int] = defaultdict(int)
        for token, payment in payments.items():
            for line in lines[payment["id"]] if payment["paid_at"] else ():
                sums["payment", token, line["slug"]] += line["amount_cents"]
        for refund in self.rows("SELECT * FROM checkout_refund WHERE state = 'refunded'"):
            slugs = {line["position"]: line["slug"] for line in lines[refund["payment_id"]]}
            for position, cents in json.loads(refund["lines"]).items():
                sums["refund", str(refund["stamp"]), slugs[int(position)]] -= cents
        return sums

    def _every_cent_is_an_item(self, payments: Mapping[str, dict[str, Any]]) -> None:
        """What the provider took or gave back is told by one item; and it is known, or a person has it."""
        found: dict[Key, list[dict[str, Any]]] = defaultdict(list)
        for item in self.items:
            if item["record_id"] is not None:
                found[item["kind"], item["subject"], item["slug"]].append(item)
        for key in self.settled.keys() | found.keys():
            if [item["reported_cents"] for item in found[key]] != self.settled.get(key, []):
                self.say("settlement: every cent of the provider is an item", (key, self.settled.get(key), found[key]))
            is_matched = any(item["row_class"] == "matched" for item in found[key])
            if key[0] == "payment" and is_matched and payments[key[1]]["state"] not in TAKEN_IN:
                self.say("settlement: matched and yet not taken in", (key, payments[key[1]]["state"]))

    def _has_an_owner(self, item: dict[str, Any]) -> None:
        if item["row_class"] not in ("matched", "waiting") and not item["owner_id"] and not item["cleared_at"]:
            self.say("settlement: an open item is a person's", item)
        if item["row_class"] in ("waiting", "missing_there") and item["kind"] == "settlement":
            self.say("settlement: what arrived is found", item)

    def _is_truly_equal(self, item: dict[str, Any], ours: Mapping[Key, int]) -> None:
        if item["subject"].startswith("bank:"):
            # The bank told it before the provider did: its money stands at the payout now, and nothing of it here.
            sides = [item["reported_cents"], 0, len(json.loads(item["booked"]))]
        elif item["kind"] == "settlement":
            sent = self.sent.get(item["subject"], {}).get("amount")
            there = self.settlement.bank.arrived[item["slug"]].get(item["subject"], 0)
            sides = [sent, there, item["expected_cents"]]
        else:
            key = (item["kind"], item["subject"], item["slug"])
            sides = [sum(self.settled.get(key, [])), ours.get(key), item["expected_cents"], item["reported_cents"]]
        if len(set(sides)) != 1:
            self.say("settlement: what is matched is equal on both sides", (sides, item))

    def _accounts_are_the_others_balances(self) -> None:
        """The provider's account is what it still owes, the bank's what arrived, the fees what was kept."""
        journal = {(row["slug"], row["account"]): int(row["cents"]) for row in self.rows(_JOURNAL)}
        for slug in self.settlement.slugs.values():
            took = sum(sum(cents) for key, cents in self.settled.items() if key[2] == slug)
            arrived, fees = self.settlement.bank.balance(slug), self.fees[slug]
            mine = [item for item in self.items if item["slug"] == slug]
            only_ours = sum(
                item["expected_cents"]
                for item in mine
                if item["kind"] != "settlement" and item["reported_cents"] is None
            )
            expected = {"provider": took - arrived - fees + only_ours, "bank": arrived, "provider_fees": fees}
            if all(item["row_class"] in ("matched", "waiting") for item in mine):
                expected["suspense"] = 0
            found = {account: journal.get((slug, account), 0) for account in expected}
            if found != expected:
                self.say("settlement: the accounts are the others' balances", (slug, found, expected))

    def _again_changes_nothing(self) -> None:
        journal = "SELECT count(*) AS entries, max(id) AS last FROM ledger_journalentry"
        before = (sorted(self.items, key=_number), self.rows(journal))
        self.settlement.reconcile(everything=True)
        if before != (sorted(self.rows(_ITEMS), key=_number), self.rows(journal)):
            self.say("settlement: comparing again changes nothing", before[1])


def _number(item: dict[str, Any]) -> int:
    return int(item["id"])
