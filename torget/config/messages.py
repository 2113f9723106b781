"""Translations: compile them for run time, and check that nothing is left untranslated.

`python -m torget.config.messages compile` turns every .po file into the .mo file that Django reads (Babel does it, so
that a fresh machine needs no gettext). `… check` extracts all strings with xgettext and fails on any string that a
language lacks, or that two catalogues of a language translate differently.
"""

import os
import re
import subprocess
import sys
from collections.abc import Sequence
from io import StringIO
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

PACKAGE = Path(__file__).resolve().parent.parent
LANGUAGES = ("sv", "fi")
"""English is the source language."""


def po_files(package: Path = PACKAGE) -> list[Path]:
    return sorted(package.glob("**/locale/*/LC_MESSAGES/django.po"))


def compile_all() -> None:
    for source in po_files():
        target = source.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime >= source.stat().st_mtime:
            continue
        with source.open("rb") as file:
            catalog = read_po(file, locale=source.parent.parent.name, domain="django")
        with target.open("wb") as file:
            write_mo(file, catalog)


def locale_folders() -> list[Path]:
    return sorted({file.parent.parent.parent for file in po_files()})


def _extract(folder: Path) -> set[tuple[str | None, str]]:
    """Every string below the folder that owns this locale folder and no other, by context and text."""
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "torget.config.settings"}
    ignored = [
        f"--ignore={other.parent.relative_to(folder.parent)}/*"
        for other in locale_folders()
        if other != folder and other.is_relative_to(folder.parent)
    ]
    subprocess.run(  # noqa: S603 - our own command
        [sys.executable, "-P", "-m", "django", "makemessages", "--keep-pot", "--no-obsolete", "-l", "en", *ignored],
        cwd=folder.parent,
        env={**environment, "PYTHONPATH": str(PACKAGE.parent)},
        check=True,
        stdout=subprocess.DEVNULL,
    )
    template = folder / "django.pot"
    # A template says "nplurals=INTEGER", which Babel does not read.
    text = template.read_text(encoding="utf-8").replace("nplurals=INTEGER; plural=EXPRESSION", "nplurals=2; plural=0")
    catalog = read_po(StringIO(text), domain="django")
    template.unlink()
    (folder / "en" / "LC_MESSAGES" / "django.po").unlink(missing_ok=True)
    found = set()
    for message in catalog:
        identifier = message.id[0] if isinstance(message.id, (list, tuple)) else message.id
        if identifier:
            found.add((message.context, str(identifier)))
    return found


def untranslated(folder: Path) -> list[str]:
    """One line per string that a language lacks, has only as a fuzzy guess, or has lost a placeholder in."""
    wanted = _extract(folder)
    faults = []
    for language in LANGUAGES:
        file = folder / language / "LC_MESSAGES" / "django.po"
        with file.open("rb") as source:
            catalog = read_po(source, locale=language, domain="django")
        for context, text in sorted(wanted, key=lambda pair: (pair[1], pair[0] or "")):
            message = catalog.get(text, context)
            strings = message.string if message else ""
            texts = strings if isinstance(strings, (list, tuple)) else [strings]
            if message is None or message.fuzzy or not all(texts):
                faults.append(f"{file.relative_to(PACKAGE.parent)}: no translation of {text!r}")
            elif not _keeps_placeholders(message.id, texts):
                faults.append(f"{file.relative_to(PACKAGE.parent)}: a placeholder differs in {text!r}")
    return faults


def _placeholders(*texts: object) -> set[str]:
    """By name and type: `%(count)d` breaks a template, which gives only strings."""
    return {found for text in texts for found in re.findall(r"%\(\w+\)[a-z]", str(text))}


def _keeps_placeholders(identifier: object, texts: Sequence[object]) -> bool:
    """Whether none is unknown, and the last form, which is of the many, has all."""
    wanted = _placeholders(*(identifier if isinstance(identifier, (list, tuple)) else [identifier]))
    return _placeholders(*texts) <= wanted and _placeholders(texts[-1]) == wanted


def homeless() -> list[str]:
    """Files with strings to translate that no locale folder is responsible for."""
    owners = [folder.parent for folder in locale_folders()]
    marks = ("{% translate", "{% blocktranslate", "import gettext", "gettext_lazy as")
    return [
        f"{file.relative_to(PACKAGE.parent)}: no locale folder for its strings"
        for pattern in ("**/*.py", "**/*.html")
        for file in sorted(PACKAGE.glob(pattern))
        if not any(file.is_relative_to(owner) for owner in owners)
        and any(mark in file.read_text(encoding="utf-8") for mark in marks)
        and file != Path(__file__).resolve()
    ]


def differences(package: Path = PACKAGE) -> list[str]:
    """One line per string that a catalogue translates unlike an earlier one: Django merges them, and one wins."""
    faults = []
    first_by_string: dict[tuple[str, str | None, str, bool], tuple[object, Path]] = {}
    for file in po_files(package):
        language = file.parent.parent.name
        with file.open("rb") as source:
            catalog = read_po(source, locale=language, domain="django")
        for message in catalog:
            if not message.id:
                continue
            text = message.id[0] if message.pluralizable else str(message.id)
            key = (language, message.context, text, message.pluralizable)
            place = file.relative_to(package.parent)
            translation, first = first_by_string.setdefault(key, (message.string, place))
            if translation != message.string:
                faults.append(f"{place}: {text!r} is {message.string!r}, but {translation!r} in {first}")
    return faults


def main() -> int:
    if sys.argv[1:] == ["compile"]:
        compile_all()
        return 0
    faults = homeless() + differences()
    faults += [fault for folder in locale_folders() for fault in untranslated(folder)]
    sys.stdout.writelines(f"{fault}\n" for fault in faults)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
