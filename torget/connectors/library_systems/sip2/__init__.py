"""Library systems over SIP2, the self-service protocol: nearly every system speaks it, and it promises the least."""

from torget.connectors.library_systems.sip2.dialect import DIALECTS, SignInMessage, Sip2Dialect, read_dialect
from torget.connectors.library_systems.sip2.library import Sip2Library

__all__ = ["DIALECTS", "SignInMessage", "Sip2Dialect", "Sip2Library", "read_dialect"]
