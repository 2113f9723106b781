"""`torget sip2_exchange [FILE]`: how a pasted SIP2 exchange is understood, as the tester page shows it."""

import argparse
import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import translation

from torget.payments.core.exchanges import BadSetting, Explanation
from torget.payments.fees.explain_exchange import NoSuchSetting, exchange_settings, explain_exchange
from torget.payments.web.libraries.words import CHECKED_SUMS, GRAVE, WAYS, finding_words, message_words, part_words


class Command(BaseCommand):
    help = "Show field by field how a pasted 63/64 exchange is understood, and which fees result. Keeps nothing."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("file", nargs="?", help="lines of the server's log; without it, from the standard input")
        parser.add_argument("--as", dest="setting", default="sip2:total", help="'system:helle' or 'sip2:koha'")
        parser.add_argument("--fee-line", default="", help="try another form of fee lines: '{id} {amount} {text}'")
        parser.add_argument("--language", default="en", choices=["sv", "fi", "en"])

    def handle(self, *_arguments: Any, **options: Any) -> None:
        text = Path(options["file"]).read_text(errors="replace") if options["file"] else sys.stdin.read()
        try:
            found = explain_exchange(text=text, key=options["setting"], fee_line=options["fee_line"])
        except NoSuchSetting:
            raise CommandError(f"--as takes one of: {', '.join(exchange_settings())}") from None
        except BadSetting as error:
            raise CommandError(str(error)) from None
        with translation.override(options["language"]):
            for line in explanation_lines(found):
                self.stdout.write(line)
        if any(one.problem in GRAVE for one in found.findings):
            sys.exit(1)


def explanation_lines(found: Explanation) -> list[str]:
    lines = []
    for message in found.messages:
        lines.append(f"{message_words(message)} ({CHECKED_SUMS[message.checked_sum]})")
        lines += [f"    {part_words(one.code)}: {'…' if one.is_secret else one.value}" for one in message.parts]
    for line in found.lines:
        lines.append(f"AV  {line.text}")
        lines += [f"    {name} = {value}" for name, value in line.groups.items()]
        lines.append(f"    ← {', '.join(line.fitting) or '-'}")
    lines += [f"{fee.outstanding!s:>10}  {fee.reference}  {fee.kind}  {fee.description}".rstrip() for fee in found.fees]
    lines.append(str(WAYS[found.way]))
    lines += [f"{'!' if one.problem in GRAVE else '-'} {finding_words(one)}" for one in found.findings]
    return lines
