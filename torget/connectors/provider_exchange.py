"""One question to a provider and its answer as JSON, with the failures of the wire in the port's words."""

import json
import logging
from collections.abc import Mapping
from typing import Any

import httpx

from torget.connectors.http import Answer, ask
from torget.payments.core.ports import BadMessage, PaymentOrder, ProviderRefused, ProviderUnavailable

LOG = logging.getLogger(__name__)


def exchange(
    client: httpx.Client, method: str, path: str, *, content: bytes = b"", headers: Mapping[str, str] | None = None
) -> Answer:
    """Raise ProviderUnavailable for no answer, one that is too large, or a server's error."""
    try:
        answer = ask(client, method, path, content=content, headers=headers)
    except httpx.HTTPError as error:
        raise ProviderUnavailable(f"no answer: {type(error).__name__}") from error
    LOG.info("%s%s %s answered %s", client.base_url.host, path, method, answer.status_code)
    if answer.status_code >= httpx.codes.INTERNAL_SERVER_ERROR or answer.status_code == httpx.codes.TOO_MANY_REQUESTS:
        raise ProviderUnavailable(f"{answer.status_code} from the provider")
    return answer


def as_body(values: Mapping[str, Any]) -> bytes:
    return json.dumps(values, ensure_ascii=False, separators=(",", ":")).encode()


def read_object(content: bytes) -> dict[str, Any]:
    """A JSON object without repeated keys, which two readers could read in two ways. Raise BadMessage."""
    try:
        found = json.loads(content, object_pairs_hook=_without_repeats)
    except (ValueError, RecursionError):
        raise BadMessage("the body is not JSON, or repeats a key") from None
    if not isinstance(found, dict):
        raise BadMessage("the body is not an object")
    return found


def answered_object(answer: Answer) -> dict[str, Any]:
    """The same of an answer to us. Raise ProviderUnavailable."""
    try:
        return read_object(answer.content)
    except BadMessage as error:
        raise ProviderUnavailable(str(error)) from error


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key is repeated")
    return found


def query_parameters(pairs: tuple[tuple[str, str], ...]) -> dict[str, str]:
    """Raise BadMessage if a key is repeated."""
    try:
        return _without_repeats(list(pairs))
    except ValueError as error:
        raise BadMessage(str(error)) from None


def page_address(client: httpx.Client, address: object) -> str:
    """An address to send the payer to; https, unless the provider itself is reached without it (a sandbox)."""
    schemes = ("https://",) if client.base_url.scheme == "https" else ("https://", "http://")
    if not isinstance(address, str) or not address.startswith(schemes):
        raise ProviderUnavailable("the address of the payment page is not a secure web address")
    return address


def check_order(order: PaymentOrder, *, faults: Mapping[str, bool]) -> None:
    """Refuse before sending: an amount that is none, and what else the provider would not take."""
    every = {
        "the amount is not payable": order.amount.cents <= 0,
        "this account takes no payment of several payees": any(line.sub_merchant is not None for line in order.lines),
        **faults,
    }
    for fault, is_present in every.items():
        if is_present:
            raise ProviderRefused(f"{fault}; nothing was sent")
