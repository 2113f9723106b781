"""`torget api_client`: programs that use the interface, their keys and their endpoints, from the command line."""

import argparse
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.core.validators import validate_email
from django.utils import timezone

from torget.foundation.cooperations.models import Municipality
from torget.payments.api.keys import issue_key, revoke_key
from torget.payments.api.models import ApiClient
from torget.payments.api.save_client import ClientWish, save_client, start_client_again, stop_client
from torget.payments.api.scopes import EventType, Scope
from torget.payments.api.start_for_client import origin_of
from torget.payments.api.webhooks.address import AddressRefused
from torget.payments.api.webhooks.endpoints import add_endpoint

ACTOR = "operator"


class Command(BaseCommand):
    help = "Programs that use the interface: `add`, `list`, `key`, `revoke`, `endpoint`, `stop`, `start`."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        commands = parser.add_subparsers(dest="command", required=True)
        add = commands.add_parser("add", help="add a program and print its first key, this once")
        add.add_argument("name")
        add.add_argument("--contact", required=True, help="e-mail of whoever answers for it")
        add.add_argument("--scope", action="append", required=True, choices=[scope.value for scope in Scope])
        add.add_argument("--municipality", action="append", required=True, help="slug, or 'all'; repeat for several")
        add.add_argument("--return-origin", action="append", default=[], help="such as https://helle.finna.fi")
        add.add_argument("--per-minute", type=int, default=120)
        commands.add_parser("list", help="programs with their keys and endpoints")
        for name, about in (
            ("key", "print a new key, this once"),
            ("stop", "let no key of it open anything"),
            ("start", "let it in again"),
        ):
            commands.add_parser(name, help=about).add_argument("name")
        revoke = commands.add_parser("revoke", help="revoke one key")
        revoke.add_argument("name")
        revoke.add_argument("prefix", help="the part between the underscores")
        endpoint = commands.add_parser("endpoint", help="add an endpoint and print its secret, this once")
        endpoint.add_argument("name")
        endpoint.add_argument("url")
        endpoint.add_argument("--event", action="append", choices=[one.value for one in EventType], help="else all")

    def handle(self, *_arguments: Any, **options: Any) -> None:
        act = {
            "add": self._add,
            "list": self._list,
            "key": self._key,
            "revoke": self._revoke,
            "endpoint": self._endpoint,
            "stop": self._stop,
            "start": self._start,
        }[options["command"]]
        act(options)

    def _add(self, options: dict[str, Any]) -> None:
        slugs = options["municipality"]
        if "all" in slugs:
            slugs = list(Municipality.objects.order_by("slug").values_list("slug", flat=True))
        _check(options)
        wish = ClientWish(
            name=options["name"],
            contact_email=options["contact"],
            scopes=tuple(options["scope"]),
            municipalities=tuple(slugs),
            return_origins=tuple(options["return_origin"]),
            requests_per_minute=options["per_minute"],
        )
        try:
            client = save_client(client=None, wish=wish, actor=ACTOR, at=timezone.now())
        except Municipality.DoesNotExist as error:
            raise CommandError(f"No municipality is called {error}.") from None
        self.stdout.write(issue_key(client=client, actor=ACTOR, at=timezone.now()))

    def _list(self, _options: dict[str, Any]) -> None:
        for client in ApiClient.objects.order_by("name").prefetch_related("keys", "endpoints", "municipalities"):
            reach = ", ".join(sorted(one.slug for one in client.municipalities.all()))
            self.stdout.write(f"{client.name}{' (stopped)' if client.stopped_at else ''}: {', '.join(client.scopes)}")
            self.stdout.write(f"  for {reach}")
            for key in client.keys.all():
                state = "revoked" if key.revoked_at else f"last used {key.last_used_at or 'never'}"
                self.stdout.write(f"  key {key.prefix}: {state}")
            for endpoint in client.endpoints.all():
                self.stdout.write(f"  endpoint {endpoint.url}: {endpoint.stop_reason or 'in use'}")

    def _key(self, options: dict[str, Any]) -> None:
        self.stdout.write(issue_key(client=_find(options), actor=ACTOR, at=timezone.now()))

    def _revoke(self, options: dict[str, Any]) -> None:
        if not revoke_key(client=_find(options), prefix=options["prefix"], actor=ACTOR, at=timezone.now()):
            raise CommandError(f"{options['name']} has no key {options['prefix']} that could be revoked.")

    def _endpoint(self, options: dict[str, Any]) -> None:
        events = tuple(options["event"] or [one.value for one in EventType])
        try:
            _row, secret = add_endpoint(
                client=_find(options), url=options["url"], events=events, actor=ACTOR, at=timezone.now()
            )
        except AddressRefused as error:
            raise CommandError(f"Torget does not call this address: {error}.") from None
        self.stdout.write(secret)

    def _stop(self, options: dict[str, Any]) -> None:
        stop_client(client=_find(options), actor=ACTOR, at=timezone.now())

    def _start(self, options: dict[str, Any]) -> None:
        start_client_again(client=_find(options), actor=ACTOR, at=timezone.now())


def _check(options: dict[str, Any]) -> None:
    if ApiClient.objects.filter(name=options["name"]).exists():
        raise CommandError(f"There is a program called {options['name']} already.")
    try:
        validate_email(options["contact"])
    except ValidationError:
        raise CommandError(f"{options['contact']} is no e-mail address.") from None
    for origin in options["return_origin"]:
        if origin_of(origin) != origin:
            raise CommandError(f"Write {origin} as https://helle.finna.fi, without a path.")
    if options["per_minute"] < 1:
        raise CommandError("--per-minute must be at least 1.")


def _find(options: dict[str, Any]) -> ApiClient:
    found = ApiClient.objects.filter(name=options["name"]).first()
    if found is None:
        raise CommandError(f"There is no program called {options['name']}.")
    return found
