"""Messages that leave once: what became of one, and the port to an SMS gateway."""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

_SEPARATORS = re.compile(r"[\s().\-/]")


class Delivered(StrEnum):
    """What is known after one try; only after NOT_SENT may there be another."""

    SENT = "sent"
    NOT_SENT = "not_sent"  #: Surely not: nobody answered, or our access is not in order.
    REFUSED = "refused"  #: The other side says no for good, to this address or this message.
    UNKNOWN = "unknown"  #: It may have left.


@dataclass(frozen=True, slots=True, kw_only=True)
class SmsAnswer:
    delivered: Delivered
    reference: str = ""
    """The gateway's own number of the message."""
    detail: str = ""
    """For staff and logs; names no person."""


class SmsGateway(Protocol):
    def send(self, *, recipient: str, text: str, reference: str) -> SmsAnswer:
        """One request, never repeated; raises nothing. `recipient` as from `phone_number`."""
        ...


def phone_number(text: str) -> str:
    """'358401234567' from '040 123 4567' or '+358 40 1234567'; '' for what no message can be sent to."""
    digits = _SEPARATORS.sub("", text.replace("(0)", ""))
    if digits.startswith("+"):
        digits = digits[1:]
    elif digits.startswith("00"):
        digits = digits[2:]
    elif digits.startswith("0"):
        digits = f"358{digits[1:]}"
    # E.164: at most fifteen digits; and nothing shorter than eight is a mobile number anywhere near.
    return digits if re.fullmatch(r"[1-9][0-9]{7,14}", digits) else ""
