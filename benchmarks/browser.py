"""A browser that keeps its connection and cookies, and nothing else: quick enough to time a server with."""

import http.client
import re
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from urllib.parse import urlencode, urlsplit

_FORM_TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')


@dataclass
class Page:
    status: int
    body: bytes
    headers: http.client.HTTPMessage


@dataclass
class Browser:
    url: str
    cookies: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        address = urlsplit(self.url)
        assert address.hostname is not None
        self._connection = http.client.HTTPConnection(address.hostname, address.port, timeout=30)

    def request(self, method: str, path: str, form: dict[str, str] | None = None) -> Page:
        headers = {"cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        body = None
        if form is not None:
            headers |= {"content-type": "application/x-www-form-urlencoded", "origin": self.url}
            body = urlencode(form)
        self._connection.request(method, path, body, headers)
        answer = self._connection.getresponse()
        page = Page(answer.status, answer.read(), answer.headers)
        for header in answer.headers.get_all("set-cookie") or ():
            self.cookies |= {name: morsel.value for name, morsel in SimpleCookie(header).items()}
        return page

    def get(self, path: str) -> Page:
        return self.request("GET", path)

    def sign_in(self, card_number: str, pin: str) -> None:
        found = _FORM_TOKEN.search(self.get("/").body.decode())
        assert found is not None
        form = {"csrfmiddlewaretoken": found[1], "card_number": card_number, "pin": pin, "next": ""}
        page = self.request("POST", "/", form)
        assert page.status == 302, f"not signed in: {page.status}"

    def close(self) -> None:
        self._connection.close()
