"""What every part of a sandbox works on."""

import random
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

from torget.sandbox.providers.clock import SandboxClock
from torget.sandbox.providers.knobs import Knobs
from torget.sandbox.providers.store import Store

M = TypeVar("M")


@dataclass(frozen=True, slots=True, kw_only=True)
class StateOf(Generic[M]):
    """With merchants of the provider's own kind."""

    store: Store
    clock: SandboxClock
    knobs: Knobs
    merchants: Mapping[str, M]
    is_http_allowed: bool
    chance: random.Random
    """Seeded in a simulation, so that the same run gives the same identifiers."""

    def new_id(self) -> str:
        return str(uuid.UUID(int=self.chance.getrandbits(128), version=4))
