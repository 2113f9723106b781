"""A SIP2 server over real sockets that misbehaves as a real Koha was seen to; its names and codec are its own."""

from torget.sandbox.sip2.books import BookedPayment, Books
from torget.sandbox.sip2.faults import Fault, Faults
from torget.sandbox.sip2.server import Sip2Sandbox, serving
from torget.sandbox.sip2.settings import Sip2Settings

__all__ = ["BookedPayment", "Books", "Fault", "Faults", "Sip2Sandbox", "Sip2Settings", "serving"]
