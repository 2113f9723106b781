"""What a decision must say before it can be signed: 434/2003, 44, 45, 46 and 53 g §; Swedish and Finnish alike."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from torget.casework.core.acts import ActKind, Remedy
from torget.casework.core.procedure import Block

REQUIRED_LANGUAGES = ("sv", "fi")


class Lack(StrEnum):
    """What is missing; words in three languages belong to the page that shows it."""

    AUTHORITY = "authority"  #: 44 § 1: the authority and the time
    PARTY = "party"  #: 44 § 2
    OUTCOME = "outcome"  #: 44 § 3: what was decided, specified
    REASONS = "reasons"  #: 45 §: the facts
    PROVISIONS = "provisions"  #: 45 §: the provisions applied
    CONTACT = "contact"  #: 44 § 4
    AUTOMATIC_NOTICE = "automatic_notice"  #: 53 g §
    REMEDY = "remedy"  #: 46-48 §: an instruction that fits the act
    LANGUAGE = "language"  #: a block that is not there in both national languages


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionContent:
    act_kind: ActKind
    remedy: Remedy
    is_automatic: bool
    outcome: str
    """The procedure's word for what is decided; '' while nobody has chosen it."""
    authority: str
    party_count: int
    contact: str
    blocks: Sequence[Block]


_BLOCK_OF = {Lack.OUTCOME: "decision", Lack.REASONS: "reasons", Lack.PROVISIONS: "law"}


def _has(blocks: Iterable[Block], kind: str) -> bool:
    return any(block.kind == kind and any(text.strip() for text in block.texts.values()) for block in blocks)


def lacks(content: DecisionContent) -> tuple[Lack, ...]:
    """Everything that is missing, all at once; empty when the decision can be signed."""
    checks = {
        Lack.AUTHORITY: bool(content.authority.strip()),
        Lack.PARTY: content.party_count > 0,
        Lack.CONTACT: bool(content.contact.strip()),
        Lack.LANGUAGE: all(
            block.texts.get(language, "").strip() for block in content.blocks for language in REQUIRED_LANGUAGES
        ),
        Lack.AUTOMATIC_NOTICE: not content.is_automatic or _has(content.blocks, "automatic"),
        Lack.REMEDY: content.act_kind is not ActKind.DECISION or content.remedy is not Remedy.NONE_SERVICE,
        **{lack: _has(content.blocks, kind) for lack, kind in _BLOCK_OF.items()},
    }
    checks[Lack.OUTCOME] = checks[Lack.OUTCOME] and bool(content.outcome)
    return tuple(lack for lack in Lack if not checks[lack])
