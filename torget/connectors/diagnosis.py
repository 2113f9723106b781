"""Why an outside system cannot be reached: its name, the way to it, its certificate, or the clock."""

import socket
import ssl
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from enum import StrEnum
from typing import Final

import httpx

SKEW_SECONDS_MAX: Final = 60
"""Signatures carry the time; providers commonly take a few minutes, and a clock that is off goes further off."""
_SECONDS_MAX: Final = 5.0
# OpenSSL's numbers for a certificate that is not valid yet, or not any more.
_NOT_YET, _EXPIRED = 9, 10


class Trouble(StrEnum):
    NO_SUCH_NAME = "no_such_name"
    NO_CONNECTION = "no_connection"
    TOO_SLOW = "too_slow"
    CERTIFICATE_EXPIRED = "certificate_expired"
    CERTIFICATE_NOT_YET_VALID = "certificate_not_yet_valid"
    CERTIFICATE_NOT_BELIEVED = "certificate_not_believed"
    SERVER_ERROR = "server_error"
    CLOCK = "clock"  #: It answers, and its clock and ours are apart.


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnosis:
    host: str
    trouble: Trouble | None
    detail: str = ""


def diagnose(url: str, *, context: ssl.SSLContext | None = None, now: datetime | None = None) -> Diagnosis:
    """Ask the address for nothing: any answer will do, and without credentials it gives and does nothing."""
    host = httpx.URL(url).host
    try:
        with httpx.Client(verify=context or True, timeout=_SECONDS_MAX, trust_env=False) as client:
            answer = client.get(url)
    except httpx.TimeoutException:
        return Diagnosis(host=host, trouble=Trouble.TOO_SLOW)
    except httpx.HTTPError as error:
        return Diagnosis(host=host, trouble=_trouble_of(error), detail=type(error).__name__)
    if answer.status_code >= httpx.codes.INTERNAL_SERVER_ERROR:
        return Diagnosis(host=host, trouble=Trouble.SERVER_ERROR, detail=str(answer.status_code))
    skew = _skew_seconds(answer.headers.get("date", ""), now or datetime.now(UTC))
    if abs(skew) > SKEW_SECONDS_MAX:
        return Diagnosis(host=host, trouble=Trouble.CLOCK, detail=str(round(skew)))
    return Diagnosis(host=host, trouble=None)


def _trouble_of(error: BaseException) -> Trouble:
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            by_code = {_EXPIRED: Trouble.CERTIFICATE_EXPIRED, _NOT_YET: Trouble.CERTIFICATE_NOT_YET_VALID}
            return by_code.get(cause.verify_code, Trouble.CERTIFICATE_NOT_BELIEVED)
        if isinstance(cause, socket.gaierror):
            return Trouble.NO_SUCH_NAME
        cause = cause.__cause__ or cause.__context__
    return Trouble.NO_CONNECTION


def _skew_seconds(date_header: str, now: datetime) -> float:
    """How far the other clock is before ours; 0 if it tells no time."""
    try:
        return (parsedate_to_datetime(date_header) - now).total_seconds()
    except (TypeError, ValueError):
        return 0.0
