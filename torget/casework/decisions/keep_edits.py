"""When a case is prepared again, what a person had changed in the draft before is kept (ADR 70).

A choice or a text stays where the rules say the same as before. Where they say something else now, their words stand
and the person's lie beside them as 'earlier': nobody signs old reasons unseen, and nothing that was written is lost.
"""

from dataclasses import replace
from typing import Any

from torget.casework.core.facts import AMOUNT, Proposal
from torget.casework.decisions.models import Decision
from torget.foundation.core.languages import LocalisedText

BlockRow = dict[str, Any]


def judged_before(before: Decision | None, proposal: Proposal) -> Decision | None:
    """The draft, if a person judged by themselves and the rules propose now what they proposed then."""
    if before is None or before.evaluation is None or not before.has_own_reasons:
        return None
    proposed = (before.evaluation.outcome, before.evaluation.values.get(AMOUNT))
    return before if proposed == (proposal.outcome, proposal.values.get(AMOUNT)) else None


def choice_of(judged: Decision, proposal: Proposal) -> Proposal:
    return replace(proposal, outcome=judged.outcome, values={**proposal.values, AMOUNT: judged.values.get(AMOUNT)})


def reasons_of(judged: Decision) -> LocalisedText:
    """The one block of reasons of who judged by themselves."""
    return next(block["texts"] for block in judged.blocks if block["kind"] == "reasons")


def with_own_reasons(blocks: list[BlockRow], texts: LocalisedText) -> list[BlockRow]:
    """One block of reasons where the first of the rules' reasons stood."""
    first = next((number for number, block in enumerate(blocks) if block["kind"] == "reasons"), len(blocks))
    own = {"kind": "reasons", "texts": dict(texts), "is_edited": True}
    others = [block for block in blocks if block["kind"] != "reasons"]
    return [*others[:first], own, *others[first:]]


def keep_words(before: Decision | None, blocks: list[BlockRow]) -> list[BlockRow]:
    """The new blocks with the person's words in them, or beside them."""
    for row in before.blocks if before is not None else ():
        if row.get("is_edited"):
            _place(row, blocks)
        if "earlier" in row:
            _lay_beside(row["kind"], row["earlier"], blocks)
    return blocks


def _place(row: BlockRow, blocks: list[BlockRow]) -> None:
    for number, block in enumerate(blocks):
        if (block["kind"], block["texts"]) == (row["kind"], row.get("original")):
            blocks[number] = {key: row[key] for key in ("kind", "texts", "original", "is_edited")}
            return
    _lay_beside(row["kind"], row["texts"], blocks)


def _lay_beside(kind: str, texts: LocalisedText, blocks: list[BlockRow]) -> None:
    block = next((one for one in blocks if one["kind"] == kind), blocks[0])
    beside = block.get("earlier", {})
    block["earlier"] = {language: f"{beside.get(language, '')}\n\n{text}".strip() for language, text in texts.items()}
