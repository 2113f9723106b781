"""A stand-in for Koha REST, strict like the real one, with knobs for every misbehaviour."""

from torget.sandbox.faults import Fault
from torget.sandbox.koha.app import SandboxKoha
from torget.sandbox.koha.settings import KohaSettings

__all__ = ["Fault", "KohaSettings", "SandboxKoha"]
