"""The letters of unguessable addresses, for the routes of every part: `<opaque:token>`. Importing registers it."""

from django.urls import register_converter


class Opaque:
    """PostgreSQL would choke on others, such as NUL."""

    regex = "[A-Za-z0-9_-]{1,100}"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(Opaque, "opaque")
