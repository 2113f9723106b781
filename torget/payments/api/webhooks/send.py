"""One HTTP call to a client's address: signed, short, to the public net only, and never anywhere else."""

import ssl
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

import httpcore
from django.conf import settings
from standardwebhooks import Webhook

from torget.payments.api.webhooks.address import AddressRefused, GuardedNetwork, check_url

SECONDS_MAX = 10.0
"""For everything: the name, the connection, the answer."""
_ANSWER_BYTES_MAX = 2000


class Trouble(StrEnum):
    """Why a try did not count; each has words on the delivery page."""

    REFUSED = "refused"  #: We do not call this address: it leads inside.
    TIME_OUT = "time_out"
    NOT_REACHED = "not_reached"  #: No such name, nobody listens, no trusted certificate.
    BROKEN = "broken"  #: What came is no HTTP.
    REDIRECT = "redirect"  #: Never followed: the client gives us the right address instead.
    GONE = "gone"  #: 410: the receiver wants no more, and the endpoint is stopped.
    BAD_STATUS = "bad_status"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    status: int | None
    trouble: Trouble | None
    answer: str
    milliseconds: int


def signed_headers(*, name: str, body: str, secrets: Sequence[str], at: datetime) -> dict[str, str]:
    """As the Standard Webhooks specification says; with every secret that is still good, the newest first."""
    # The package takes the wall clock of the time it is given for UTC.
    clock = at.astimezone(UTC)
    signatures = [Webhook(secret).sign(msg_id=name, timestamp=clock, data=body) for secret in secrets]
    return {
        "webhook-id": name,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": " ".join(signatures),
    }


def _trouble_of(status: int) -> Trouble | None:
    if 200 <= status < 300:
        return None
    if 300 <= status < 400:
        return Trouble.REDIRECT
    return Trouble.GONE if status == 410 else Trouble.BAD_STATUS


def send(*, url: str, headers: dict[str, str], body: str, seconds_max: float = SECONDS_MAX) -> Outcome:
    """Raise nothing: whatever happens is an outcome."""
    started = time.monotonic()
    status, text, trouble = None, "", None
    try:
        check_url(url, loopback=settings.WEBHOOK_LOOPBACK)
        status, text = _call(url, headers, body, seconds_max)
        trouble = _trouble_of(status)
    except AddressRefused as error:
        trouble, text = Trouble.REFUSED, str(error)
    except httpcore.TimeoutException:
        trouble = Trouble.TIME_OUT
    except (httpcore.NetworkError, OSError, ssl.SSLError):
        trouble = Trouble.NOT_REACHED
    except (httpcore.ProtocolError, UnicodeError, ValueError):
        trouble = Trouble.BROKEN
    return Outcome(status=status, trouble=trouble, answer=text, milliseconds=int((time.monotonic() - started) * 1000))


def _call(url: str, headers: dict[str, str], body: str, seconds_max: float) -> tuple[int, str]:
    network = GuardedNetwork(seconds_max=seconds_max, loopback=settings.WEBHOOK_LOOPBACK)
    sent = {"content-type": "application/json", "user-agent": "Torget-Webhooks/1", **headers}
    with (
        # A connection of its own: no proxy of the environment, no cookies, no redirects, nothing kept for the next.
        httpcore.ConnectionPool(network_backend=network, max_connections=1, max_keepalive_connections=0) as pool,
        pool.stream(
            "POST", url, headers=list(sent.items()), content=body.encode(), extensions={"timeout": _limits(seconds_max)}
        ) as response,
    ):
        return response.status, _beginning(response)


def _limits(seconds: float) -> dict[str, float]:
    return {"connect": seconds, "read": seconds, "write": seconds, "pool": seconds}


def _beginning(response: httpcore.Response) -> str:
    """Enough of the answer to see a mistake by; an endless one is not read to its end, nor a slow one waited for."""
    read = b""
    try:
        for piece in response.iter_stream():
            read += piece
            if len(read) >= _ANSWER_BYTES_MAX:
                break
    except (httpcore.TimeoutException, httpcore.NetworkError, httpcore.ProtocolError):
        # The status has come, and it is the status that counts.
        pass
    text = read[:_ANSWER_BYTES_MAX].decode(errors="replace").replace("\x00", "")
    return " ".join(text.split())[:500]
