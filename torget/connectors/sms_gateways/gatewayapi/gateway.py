"""SMS over GatewayAPI's REST interface (gatewayapi.com/docs/apis/rest): JSON to /rest/mtsms, with an API token.

It keeps `userref` and tells it in delivery reports, but does not look for doubles: a message whose answer was lost is
never sent again.
"""

import json
from http import HTTPStatus
from typing import Final

from torget.connectors.json_http import JsonClient, NeverSent, NoAnswer, NotJson, Reply
from torget.foundation.core.messages import Delivered, SmsAnswer

PATH: Final = "/rest/mtsms"

# Said before anything is sent, because of our access, our balance or our haste: somebody mends it, or time does.
_OUR_SIDE: Final = frozenset(
    {HTTPStatus.UNAUTHORIZED, HTTPStatus.PAYMENT_REQUIRED, HTTPStatus.FORBIDDEN, HTTPStatus.TOO_MANY_REQUESTS}
)
_REFUSED: Final = frozenset({HTTPStatus.BAD_REQUEST, HTTPStatus.UNPROCESSABLE_ENTITY})


class GatewayApi:
    def __init__(self, *, url: str, token: str, sender: str) -> None:
        """`sender`: what the phone shows, at most eleven letters and digits."""
        self._client = JsonClient(url)
        self._headers = {"authorization": f"Token {token}"}
        self._sender = sender

    def send(self, *, recipient: str, text: str, reference: str) -> SmsAnswer:
        body = {
            "sender": self._sender,
            "message": text,
            "userref": reference,
            "recipients": [{"msisdn": int(recipient)}],
        }
        content = json.dumps(body, ensure_ascii=False).encode()
        try:
            return _read(self._client.send("POST", PATH, body=content, headers=self._headers))
        except NeverSent as failure:
            return SmsAnswer(delivered=Delivered.NOT_SENT, detail=str(failure))
        except NoAnswer as failure:
            return SmsAnswer(delivered=Delivered.UNKNOWN, detail=str(failure))


def _read(reply: Reply) -> SmsAnswer:
    if reply.status == HTTPStatus.OK:
        ids = reply.json_object().get("ids")
        if isinstance(ids, list) and len(ids) == 1:
            return SmsAnswer(delivered=Delivered.SENT, reference=str(ids[0]))
        return SmsAnswer(delivered=Delivered.UNKNOWN, detail="200 without the number of the message")
    detail = f"{reply.status} {_code(reply)}".strip()
    if reply.status in _OUR_SIDE:
        return SmsAnswer(delivered=Delivered.NOT_SENT, detail=detail)
    if reply.status in _REFUSED:
        return SmsAnswer(delivered=Delivered.REFUSED, detail=detail)
    return SmsAnswer(delivered=Delivered.UNKNOWN, detail=detail)


def _code(reply: Reply) -> str:
    """GatewayAPI's own number of the problem; its text may repeat the phone number."""
    try:
        return str(reply.json_object().get("code", ""))[:20]
    except NotJson:
        return ""
