"""Paytrail's Payment API, which is also the interface of Suomi.fi-maksut."""

import json
import logging
import uuid
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

import httpx

from torget.connectors.http import new_client
from torget.connectors.payment_providers.paytrail import bodies, messages
from torget.connectors.payment_providers.paytrail.reports import REPORT_FIELDS
from torget.connectors.payment_providers.paytrail.signature import (
    BadSignature,
    SignatureCheck,
    sign,
    verify,
    without_repeats,
)
from torget.connectors.payment_providers.paytrail.status_map import REFUND_STATUS
from torget.payments.core.giving_back import RefundOrder, RefundTerms
from torget.payments.core.ports import (
    BadMessage,
    CreatedPayment,
    IncomingMessage,
    PaymentOrder,
    ProviderMessage,
    ProviderRefused,
    ProviderUnavailable,
    RefundAnswer,
    RefundMessage,
    Settlement,
)
from torget.payments.core.provider_capabilities import SECRET, ProviderCapabilities

LOG = logging.getLogger(__name__)

PRODUCTION = "https://services.paytrail.com"
SETTLEMENTS_IN_ONE_ANSWER = 100

# From the table of payment methods in the API documentation; other methods are paid back to where the money came from.
REFUND_TERMS: Mapping[str, RefundTerms] = {
    "spankki": RefundTerms(by_email=True),
    "alandsbanken": RefundTerms(by_email=True),
    "nordea": RefundTerms(once_only=True, days_max=13 * 7),
}
DETAIL_LENGTH = 300


def _now() -> datetime:
    return datetime.now(UTC)


class Paytrail:
    """One merchant account, ordinary or aggregate (shop-in-shop); safe to share between threads."""

    credentials = (SECRET,)

    def __init__(
        self,
        *,
        account: str,
        secret: str,
        base_url: str = PRODUCTION,
        is_aggregate: bool = False,
        callback_delay_seconds: int = 0,
        client: httpx.Client | None = None,
        now: Callable[[], datetime] = _now,
    ) -> None:
        self._account = account
        self._secret = secret
        self._is_aggregate = is_aggregate
        self._callback_delay_seconds = callback_delay_seconds
        self._client = client or new_client(base_url)
        self._now = now

    @property
    def capabilities(self) -> ProviderCapabilities:
        return ProviderCapabilities(
            has_status_query=True,
            has_refund=True,
            has_partial_refund=True,
            has_settlements=True,
            can_split=self._is_aggregate,
        )

    def create(self, order: PaymentOrder) -> CreatedPayment:
        """Ask for a payment page; after ProviderUnavailable a new order needs a new stamp."""
        body = bodies.payment_body(
            order, is_aggregate=self._is_aggregate, callback_delay_seconds=self._callback_delay_seconds
        )
        answer = self._object(self._ask("POST", "/payments", body=body))
        reference, pay_url = answer.get("transactionId"), answer.get("href")
        if not (isinstance(reference, str) and reference and isinstance(pay_url, str)):
            raise ProviderUnavailable("the answer to a new payment lacks its identifier or its address")
        if not pay_url.startswith(
            ("https://",) if self._client.base_url.scheme == "https" else ("https://", "http://")
        ):
            raise ProviderUnavailable("the address of the payment page is not a secure web address")
        return CreatedPayment(provider_reference=reference, pay_url=pay_url)

    def read_message(self, message: IncomingMessage) -> ProviderMessage:
        return messages.payment_message(self._verified(message))

    def read_refund_message(self, message: IncomingMessage) -> RefundMessage:
        return messages.refund_message(self._verified(message))

    def status(self, *, provider_reference: str) -> ProviderMessage:
        path = f"/payments/{_as_segment(provider_reference)}"
        answer = self._object(self._ask("GET", path, transaction_id=provider_reference))
        try:
            found = messages.status_message(answer, account=self._account)
        except BadMessage as error:
            raise ProviderUnavailable(str(error)) from error
        if found.provider_reference != provider_reference:
            raise ProviderUnavailable("the answer is about another payment")
        return found

    def refund_terms(self, *, method: str) -> RefundTerms:
        return REFUND_TERMS.get(method, RefundTerms())

    def refund(self, order: RefundOrder) -> RefundAnswer:
        path = f"/payments/{_as_segment(order.provider_reference)}/refund"
        body = bodies.refund_body(order, is_aggregate=self._is_aggregate)
        answer = self._object(self._ask("POST", path, body=body, transaction_id=order.provider_reference))
        status, reference = REFUND_STATUS.get(str(answer.get("status"))), answer.get("transactionId")
        if status is None or not isinstance(reference, str):
            raise ProviderUnavailable("the answer to a refund lacks its identifier or its status")
        return RefundAnswer(provider_reference=reference, status=status)

    def settlements(self, *, first: date, last: date, sub_merchant: str = "") -> tuple[Settlement, ...]:
        """Settlements created in the period; the period is halved where one answer cannot hold them all."""
        query = {"startDate": first.isoformat(), "endDate": last.isoformat(), "limit": str(SETTLEMENTS_IN_ONE_ANSWER)}
        if sub_merchant:
            query["submerchant"] = sub_merchant
        rows = self._ask("GET", "/settlements", query=query)
        if not isinstance(rows, list):
            raise ProviderUnavailable("the answer about settlements is not a list")
        if len(rows) >= SETTLEMENTS_IN_ONE_ANSWER:
            if first >= last:
                raise ProviderRefused("one day has more settlements than one answer holds")
            middle = first + (last - first) // 2
            return (
                *self.settlements(first=middle + timedelta(days=1), last=last, sub_merchant=sub_merchant),
                *self.settlements(first=first, last=middle, sub_merchant=sub_merchant),
            )
        try:
            return tuple(messages.settlement(self._object(row)) for row in rows)
        except BadMessage as error:
            raise ProviderUnavailable(str(error)) from error

    @property
    def report_format(self) -> str:
        return "paytrail-csv-signed"

    def order_report(self, *, settlement_id: str, callback_url: str, sub_merchant: str = "") -> None:
        """The vendor makes the report and sends it to the address later, again and again until we answer 200."""
        path = f"/settlements/{_as_segment(settlement_id)}/payments/report"
        body = {"requestType": "csv", "callbackUrl": callback_url, "reportFields": list(REPORT_FIELDS)}
        if sub_merchant:
            body["submerchant"] = sub_merchant
        self._ask("POST", path, body=body)

    def check_report(self, headers: Mapping[str, str]) -> "PaytrailReportCheck":
        return PaytrailReportCheck(headers, account=self._account, secret=self._secret)

    def _verified(self, message: IncomingMessage) -> dict[str, str]:
        return messages.verified_parameters(message.query, account=self._account, secret=self._secret)

    def _ask(
        self,
        method: str,
        path: str,
        *,
        body: Mapping[str, Any] | None = None,
        query: Mapping[str, str] | None = None,
        transaction_id: str | None = None,
    ) -> Any:
        """One signed request and its verified answer, parsed; never repeated here."""
        content = b"" if body is None else json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
        headers = self._signed_headers(method, content, transaction_id=transaction_id)
        if body is not None:
            headers["content-type"] = "application/json; charset=utf-8"
        try:
            response = self._client.request(method, path, content=content, headers=headers, params=query)
        except httpx.HTTPError as error:
            raise ProviderUnavailable(f"no answer: {type(error).__name__}") from error
        request_id = response.headers.get("request-id", "-")
        LOG.info("paytrail %s %s answered %s request-id=%s", method, path, response.status_code, request_id)
        self._verify(response)
        if response.status_code >= httpx.codes.INTERNAL_SERVER_ERROR:
            raise ProviderUnavailable(f"{response.status_code} from the provider, request-id {request_id}")
        try:
            answer = json.loads(response.content)
        except ValueError as error:
            raise ProviderUnavailable("the answer is not JSON") from error
        if response.status_code >= httpx.codes.BAD_REQUEST:
            raise ProviderRefused(_refusal(response.status_code, answer, request_id))
        if not response.is_success:
            raise ProviderUnavailable(f"{response.status_code} from the provider, request-id {request_id}")
        return answer

    def _signed_headers(self, method: str, content: bytes, *, transaction_id: str | None) -> dict[str, str]:
        headers = {
            "checkout-account": self._account,
            "checkout-algorithm": "sha256",
            "checkout-method": method,
            "checkout-nonce": str(uuid.uuid4()),
            "checkout-timestamp": self._now().astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z",
        }
        if transaction_id is not None:
            headers["checkout-transaction-id"] = transaction_id
        return {**headers, "platform-name": "torget", "signature": sign(self._secret, headers, content)}

    def _verify(self, response: httpx.Response) -> None:
        """An answer that is not provably Paytrail's says nothing, not even that it refused."""
        try:
            headers = without_repeats((name.lower(), value) for name, value in _signature_headers(response))
            verify(self._secret, headers, response.content)
        except BadSignature as error:
            raise ProviderUnavailable(f"{response.status_code}, but {error}: check account and secret") from error
        if headers.get("checkout-account") != self._account:
            raise ProviderUnavailable("the answer is about another account")

    @staticmethod
    def _object(answer: Any) -> Mapping[str, Any]:
        if not isinstance(answer, dict):
            raise ProviderUnavailable("the answer is not an object")
        return answer


class PaytrailReportCheck:
    """Whose report it is and whether it is whole."""

    def __init__(self, headers: Mapping[str, str], *, account: str, secret: str) -> None:
        if headers.get("checkout-account") != account:
            raise BadMessage("the report is about another account")
        try:
            self._check = SignatureCheck(secret, headers)
        except BadSignature as error:
            raise BadMessage(str(error)) from None

    def update(self, piece: bytes) -> None:
        self._check.update(piece)

    def finish(self) -> None:
        try:
            self._check.finish()
        except BadSignature as error:
            raise BadMessage(str(error)) from None


def _signature_headers(response: httpx.Response) -> list[tuple[str, str]]:
    return [
        (name, value)
        for name, value in response.headers.multi_items()
        if name.lower() == "signature" or name.lower().startswith("checkout-")
    ]


def _as_segment(reference: str) -> str:
    """A reference goes into a path and a header, so anything but a plain identifier is refused."""
    if not reference or not all(char.isascii() and (char.isalnum() or char in "-_") for char in reference):
        raise ProviderRefused("the provider reference is not an identifier; nothing was sent")
    return reference


def _refusal(status_code: int, answer: Any, request_id: str) -> str:
    said = answer if isinstance(answer, dict) else {}
    details = [str(said.get("message", ""))]
    if isinstance(said.get("meta"), list):
        details += [str(detail) for detail in said["meta"]]
    return f"{status_code} {'; '.join(filter(None, details))[:DETAIL_LENGTH]} (request-id {request_id})"
