"""`torget person export|erase`: everything about one person, to hand over or to let go."""

import argparse
import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from torget.foundation.core.languages import Language
from torget.foundation.core.person import Person
from torget.foundation.retention.document import as_json, as_page
from torget.foundation.retention.person import erase_person, export_person
from torget.payments.checkout.models import Payment


class Command(BaseCommand):
    help = "Export everything about one person (GDPR art. 15), or erase what no law keeps (art. 17)."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("what", choices=["export", "erase"])
        parser.add_argument("--library-system", default="")
        who = parser.add_mutually_exclusive_group()
        who.add_argument("--reference", help="the patron's number in the library system")
        who.add_argument("--card", help="a card number with which something was paid")
        parser.add_argument(
            "--email",
            action="append",
            default=[],
            help="an address of theirs, again for each: finds what was sent without signing in; good alone, too",
        )
        parser.add_argument("--why", required=True, help="kept in the audit log: who asked, and how you made sure")
        parser.add_argument("--out", type=Path, help="export: the folder for person.json, person.html and documents")
        parser.add_argument("--language", choices=[str(one) for one in Language], default="fi", help="of the page")
        parser.add_argument("--dry-run", action="store_true", help="erase: only say what would go")

    def handle(self, *_arguments: Any, **options: Any) -> None:
        person = _person(options)
        if options["what"] == "export":
            self._export(person, options)
        else:
            self._erase(person, options)

    def _export(self, person: Person, options: dict[str, Any]) -> None:
        folder = options["out"]
        if folder is None:
            raise CommandError("Say by --out where the files are to go.")
        now = timezone.now()
        sections = export_person(person=person, actor="operator", why=options["why"], at=now)
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in (
            ("person.json", as_json(person, sections, now)),
            ("person.html", as_page(person, sections, now, options["language"])),
        ):
            file = folder / name
            file.touch(mode=0o600)
            file.write_text(text, encoding="utf-8")
        for name, content in ((name, content) for one in sections for name, content in one.files.items()):
            file = folder / name
            file.parent.mkdir(mode=0o700, exist_ok=True)
            file.touch(mode=0o600)
            file.write_bytes(content)
        for section in sections:
            self.stdout.write(f"{len(section.rows):>6}  {section.code}")
        self.stdout.write(f"Written to {folder}; hand it over safely and remove it.")

    def _erase(self, person: Person, options: dict[str, Any]) -> None:
        done = erase_person(
            person=person,
            actor="operator",
            why=options["why"],
            at=timezone.now(),
            is_trial=options["dry_run"],
        )
        if done.obstacles:
            self.stdout.write("\n".join(["Nothing was erased, because something is open:", *done.obstacles]))
            sys.exit(1)
        for kind, rows in done.rows.items():
            self.stdout.write(f"{rows:>6}  {kind}")
        if done.kept:
            self.stdout.write("\n".join(["What the law keeps:", *done.kept]))
        self.stdout.write("Nothing was changed." if options["dry_run"] else "Erased.")


def _person(options: dict[str, Any]) -> Person:
    system = options["library_system"]
    emails = frozenset(address.strip().lower() for address in options["email"])
    if not (options["reference"] or options["card"]):
        if not emails:
            raise CommandError("Say who by --reference, --card or --email.")
        return Person(emails=emails)
    if not system:
        raise CommandError("Say by --library-system whose number that is.")
    if options["reference"]:
        return Person(library_system=system, reference=options["reference"], emails=emails)
    found = set(
        Payment.objects.filter(library_system=system, card_number=options["card"]).values_list(
            "patron_reference", flat=True
        )
    )
    if len(found) != 1:
        raise CommandError(f"{len(found)} persons have paid with this card; give --reference.")
    return Person(library_system=system, reference=found.pop(), emails=emails)
