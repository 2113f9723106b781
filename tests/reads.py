"""Every page that shows something of a person to anybody else writes the read log: all of the URL table is walked.

A new page is either opened here, by the rows that a part's test lays ready, or named below with why it shows nobody
but whoever has signed in (906/2019, 17 §: the use of others' data is followed; torget/payments/web/looks.py).
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from django.test import Client
from django.urls import get_resolver
from django.urls.resolvers import URLPattern, URLResolver

from torget.foundation.audit.models import AuditEntry

NOBODY = {
    r"staff/$": "counts",
    r"staff/sign-(in|out)/": "one's own",
    r"staff/own-sign-in/": "one's own",
    r"staff/colleagues/": "employees",
    r"staff/(months|shared-costs|agreed-fees)/": "sums",
    r"staff/reconciliation/": "files, rows and sums",
    r"staff/(interface|onboarding)/": "programs, and municipalities to come",
    r"staff/(upkeep|libraries)/": "the system itself",
    r"staff/figures/(?!entries|slowest)": "sums",
    r"staff/links/(card/|new/)?$": "a form for a card, and links without names",
    r"staff/search/": "a form; what it finds has ?page",
    r"staff/reminders/(?!<int:municipality_id>/log)": "counts and forms",
    r"staff/rules/": "rules, and case numbers",
    r"$|at/|sign-out/|language/|theme/": "forms and the look of the pages",
    r"help/|contact/|accessibility/|privacy/|cookies/|articles/|ask/": "texts, and a form for whoever comes",
    r"health/|ready/|metrics/": "the system itself",
    r"(payment|provider|refund|one-cent|settlement-report)/": "what payment services call, and the ways back from them",
    r"api/v1/(openapi.json|client|)$": "the interface itself, and who calls",
    r"api/v1/cards/fees": "a POST alone; see tests/api/test_checkouts.py",
    r"decisions/": "what is published",
    r"r/": "a municipality and its reminders; the payment link logs who comes through",
    r"kiosk/(take|code/|qr.svg|$)": "a code that the screen itself has made",
    r"l/<opaque:token>/(prove|pay|close)/": "POSTs alone",
    r"(fees|cards|history|errands|checkout/<opaque:token>/.+)": "one's own, and children's (test_guardians.py)",
    r"hand-off/": "a masked card; who goes on signs in, and that is logged (tests/api/test_hand_off.py)",
    r"children/": "one's own, and children's (test_guardians.py)",
}
"""By the beginning of a route, what it shows instead."""
PARTS = {
    "casework": r"staff/(cases|proposals|decisions|effects)/",
    "service": r"staff/conversations/",
    "kiosk": r"kiosk/fees/",
    "links": r"(l|checkout|receipt)/",
    "errands": r"(draft|errand)/",
    "party": r"decision/",
    "programs": r"api/v1/",
    "payments": r"staff/(work-list|payments|refunds|fees|links|guardians|reminders|figures)",
}
_PLACE = re.compile(r"<(?:\w+:)?(\w+)>")


def routes() -> list[str]:
    """All of them, as the URL table writes them."""

    def below(resolver: URLResolver, before: str) -> Iterator[str]:
        for entry in resolver.url_patterns:
            route = before + str(entry.pattern)
            if isinstance(entry, URLPattern):
                yield route
            else:
                yield from below(entry, route)

    return list(below(get_resolver(), ""))


def shows_nobody(route: str) -> bool:
    return any(re.match(pattern, route) for pattern in NOBODY)


@dataclass(frozen=True, slots=True)
class Reads:
    not_opened: list[str]
    not_logged: list[str]


def read_everything(client: Client, part: str, ids: Mapping[str, object], **headers: str) -> Reads:
    """Open every page of a part. `ids`: what stands in the places of routes, for a place or for 'route/place'."""
    not_opened: list[str] = []
    not_logged: list[str] = []
    for route in routes():
        if not re.match(PARTS[part], route) or shows_nobody(route):
            continue

        def value(place: re.Match[str], route: str = route) -> str:
            found = [
                ids[key]
                for key in ids
                if key.rpartition("/")[2] == place[1] and route.startswith(key.rpartition("/")[0])
            ]
            return str(found[-1])

        before = AuditEntry.objects.count()
        status = client.get("/" + _PLACE.sub(value, route), headers=headers).status_code
        # A page whose moment has passed leads back, and has looked at what it is about all the same.
        if status != 405 and AuditEntry.objects.count() == before:
            (not_logged if status == 200 else not_opened).append(route)
        elif status == 404:
            not_opened.append(route)
    return Reads(not_opened, not_logged)
