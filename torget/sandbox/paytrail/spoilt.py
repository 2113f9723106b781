"""Answers that only a service that signs them can spoil."""

from werkzeug.wrappers import Response

from torget.sandbox.providers.outages import OUTAGES, Act, Environment, Outages


def _unsigned(act: Act, _: Environment, __: float) -> Response:
    response = act()
    response.headers.remove("signature")
    return response


def _wrongly_signed(act: Act, _: Environment, __: float) -> Response:
    response = act()
    response.headers["signature"] = "0" * 64
    return response


def _changed_body(act: Act, _: Environment, __: float) -> Response:
    response = act()
    response.set_data(response.get_data().replace(b'"transactionId":"', b'"transactionId":"0'))
    return response


SPOILT: Outages = {
    **OUTAGES,
    "unsigned": _unsigned,
    "wrongly_signed": _wrongly_signed,
    "changed_body": _changed_body,
}
