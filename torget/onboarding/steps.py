"""The steps of the guided path, in their order, and how each of them can stand."""

from enum import StrEnum


class Step(StrEnum):
    DETAILS = "details"
    THEME = "theme"
    BRANCHES = "branches"
    FEE_TYPES = "fee_types"
    PAYEE = "payee"
    ACCOUNT = "account"
    TEXTS = "texts"


class StepState(StrEnum):
    EMPTY = "empty"  #: Nobody has been there.
    WRONG = "wrong"  #: Something was typed and is not right yet.
    DONE = "done"
    NEEDLESS = "needless"  #: By another step's answer there is nothing to do here.


class Way(StrEnum):
    """Who takes the municipality's money in."""

    OWN = "own"  #: A merchant account of its own.
    AGGREGATE = "aggregate"  #: The cooperation's account, which settles to each member.
    NONE = "none"  #: Nobody: its fees are shown with the reason and paid at the desk.
