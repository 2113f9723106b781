"""What one provider's sandbox adds to what all share."""

import sqlite3
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from werkzeug.routing import Rule
from werkzeug.wrappers import Request, Response

from torget.sandbox.providers.merchants import Merchant
from torget.sandbox.providers.outages import OUTAGES, Outages
from torget.sandbox.providers.outbox import Outbox
from torget.sandbox.providers.outcome_table import OUTCOMES, Outcome
from torget.sandbox.providers.state import StateOf

State = StateOf[Merchant]
Values = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sending:
    """One message to the shop."""

    url: str
    method: str = "GET"
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


class Vendor(ABC):
    """Holds nothing: everything is in the state."""

    title: ClassVar[str]
    """As the page names the service."""
    methods: ClassVar[Mapping[str, str]]
    """Payment methods by the vendor's code."""
    outcomes: ClassVar[Mapping[str, Outcome]] = OUTCOMES
    knobs: ClassVar[Mapping[str, Any]] = {}
    """Of this provider alone, with what is normal."""
    hostile: ClassVar[Sequence[str]] = ()
    """Names of the untrue messages it can send."""
    outages: ClassVar[Outages] = OUTAGES
    in_line: ClassVar[bool] = False
    """Later callbacks of a payment wait until the earlier ones are accepted."""

    @abstractmethod
    def merchants(self) -> Mapping[str, Merchant]:
        """Those that every sandbox of this vendor has."""

    @abstractmethod
    def rules(self) -> Sequence[Rule]:
        """The addresses of the vendor's interface; the endpoint of each is handed to `call`."""

    @abstractmethod
    def call(self, request: Request, endpoint: str, values: Values, state: State, outbox: Outbox) -> Response: ...

    @abstractmethod
    def return_url(self, state: State, payment: sqlite3.Row, status: str, hostile: str) -> str:
        """Where the browser goes; what it carries may deviate from the truth as `hostile` says."""

    @abstractmethod
    def callback(self, state: State, payment: sqlite3.Row, status: str, hostile: str) -> Sending | None:
        """What the shop is told; None if nothing."""

    @staticmethod
    def accepts(code: int) -> bool:
        """Which response code of the shop ends the sending."""
        return 200 <= code < 300
