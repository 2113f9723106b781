"""What every part of the sandbox works on."""

import random
import uuid
from dataclasses import dataclass

from torget.sandbox.paytrail.clock import SandboxClock
from torget.sandbox.paytrail.knobs import Knobs
from torget.sandbox.paytrail.merchants import Merchants
from torget.sandbox.paytrail.store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    store: Store
    clock: SandboxClock
    knobs: Knobs
    merchants: Merchants
    is_http_allowed: bool
    chance: random.Random
    """Seeded in a simulation, so that the same run gives the same identifiers."""

    def new_id(self) -> str:
        return str(uuid.UUID(int=self.chance.getrandbits(128), version=4))
