"""Kinds of acts and the remedies against them: which instruction may be printed under which act.

Facts: decisions §2.7. A goodwill act at the desk is no decision; a decision on a public-law fee is one, with a
rectification to the organ above. An instruction that does not match its act is refused. A lawyer must
confirm the table.
"""

from enum import IntEnum, StrEnum


class ActKind(StrEnum):
    DECISION = "decision"  #: hallintopäätös / förvaltningsbeslut, Förvaltningslagen 434/2003
    SERVICE_ACT = "service_act"  #: tosiasiallinen hallintotoimi: nothing is decided about a right
    TRANSFER = "transfer"  #: siirto, 21 §: no decision is made


class Remedy(StrEnum):
    RECTIFICATION = "rectification"  #: oikaisuvaatimus / omprövning, 14 days, kommunallagen 134 §
    APPEAL = "appeal"  #: kunnallisvalitus / kommunalbesvär, 30 days, kommunallagen 135 §
    NONE_PREPARATION = "none_preparation"  #: no appeal on mere preparation, kommunallagen 136 §
    NONE_SERVICE = "none_service"  #: nothing was decided; the person may ask for a decision


ALLOWED: frozenset[tuple[ActKind, Remedy]] = frozenset(
    {
        (ActKind.DECISION, Remedy.RECTIFICATION),
        (ActKind.DECISION, Remedy.APPEAL),
        (ActKind.DECISION, Remedy.NONE_PREPARATION),
        (ActKind.SERVICE_ACT, Remedy.NONE_SERVICE),
        (ActKind.TRANSFER, Remedy.NONE_SERVICE),
    }
)


class RemedyDoesNotFit(ValueError):
    """The instruction does not belong under this kind of act."""


def check_remedy(kind: ActKind, remedy: Remedy) -> None:
    if (kind, remedy) not in ALLOWED:
        raise RemedyDoesNotFit(f"{remedy} under {kind}")


class Publicity(IntEnum):
    """JHS 191 JulkisuusluokkaKoodi, verbatim."""

    PUBLIC = 1
    PARTLY_SECRET = 2
    SECRET = 3
    NOT_PUBLIC = 4


RETENTION_YEARS = (0, 3, 6, 10, 20, 50, 120, -1)
"""JHS 191 SailytysajanPituus; -1 is permanent."""
