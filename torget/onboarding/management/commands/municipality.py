"""`torget municipality add FILE`: the guided path as a command, with the same steps, checks and audit."""

import argparse
import json
import os
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import override

from torget.foundation.cooperations.models import Cooperation
from torget.foundation.people.access import Access
from torget.onboarding.checklist import checklist
from torget.onboarding.draft import answer_step, begin_draft
from torget.onboarding.examine import Examined, examine, slug_of
from torget.onboarding.go_live import NotReady, go_live, take_offline
from torget.onboarding.look_at_library import CannotSample, look_at_library
from torget.onboarding.models import Draft, OneCent
from torget.onboarding.network.json_row import JsonRow
from torget.onboarding.one_cent import NoAccount, follow_cent, try_account
from torget.onboarding.steps import Step, StepState
from torget.onboarding.ways_out import way_to_library, way_to_provider
from torget.onboarding.web.words import STEP_TITLES, check_words, trouble_words
from torget.payments.checkout.credentials import encrypt_credentials
from torget.payments.core.ports import LibrarySystemUnavailable

OPERATOR = Access(employee_id=0, acts_as="operator", sees_all=True)
_ASK_SECONDS = 2


class Command(BaseCommand):
    help = "Set up a municipality by the steps of the guided path, see how it stands, and take it offline."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        add = actions.add_parser("add", help="keep the steps of a JSON file, and tell what is left")
        add.add_argument("file", type=Path, help="cooperation, cards, and an object for each step")
        add.add_argument("--check", action="store_true", help="only say what is wrong or missing; keep nothing")
        add.add_argument(
            "--test-payment", action="store_true", help="ask for a page on which one cent is paid, and wait"
        )
        add.add_argument("--wait", type=int, default=300, metavar="SECONDS", help="how long the cent is waited for")
        add.add_argument("--go-live", action="store_true", help="open it to patrons if everything holds")
        actions.add_parser("list", help="every draft and how it stands")
        for name, what in (("show", "what is left of one"), ("offline", "no new payments; open ones go on")):
            actions.add_parser(name, help=what).add_argument("slug")

    def handle(self, *_arguments: Any, **options: Any) -> None:
        with override("en"):
            getattr(self, f"_{options['action']}")(options)

    def _list(self, _options: Mapping[str, Any]) -> None:
        for draft in Draft.objects.order_by("pk"):
            self.stdout.write(f"{slug_of(draft) or '(no name yet)'}: {draft.state}")

    def _show(self, options: Mapping[str, Any]) -> None:
        self._tell(_draft(options["slug"]))

    def _offline(self, options: Mapping[str, Any]) -> None:
        draft = _draft(options["slug"])
        if draft.state != Draft.State.LIVE:
            raise CommandError(f"{options['slug']} is not live.")
        take_offline(draft=draft, access=OPERATOR, at=timezone.now())
        self.stdout.write(f"{options['slug']} is offline. Open payments go on; no new ones begin.")

    def _add(self, options: Mapping[str, Any]) -> None:
        try:
            document = json.loads(options["file"].read_text(encoding="utf-8"))
        except (OSError, ValueError) as wrong:
            raise CommandError(f"{options['file']}: {wrong}") from wrong
        cooperation, credentials = _read(document)
        if options["check"]:
            self._check(cooperation, document, credentials)
            return
        slug = document.get(Step.DETAILS, {}).get("slug", "")
        draft = next((one for one in Draft.objects.all() if slug and slug_of(one) == slug), None)
        draft = draft or begin_draft(cooperation=cooperation, access=OPERATOR, at=timezone.now())
        for step in Step:
            if step in document:
                more = {"credentials": credentials} if step is Step.ACCOUNT else {}
                answer_step(draft=draft, step=step, given=document[step], access=OPERATOR, at=timezone.now(), **more)
        self._look(draft, document.get("cards", []))
        if options["test_payment"]:
            self._try(draft, options["wait"])
        if options["go_live"]:
            try:
                go_live(draft=draft, access=OPERATOR, at=timezone.now())
            except NotReady:
                self._tell(draft)
                raise CommandError("Something is missing, so nothing was opened.") from None
        self._tell(draft)

    def _check(self, cooperation: Cooperation, document: Mapping[str, Any], credentials: Mapping[str, str]) -> None:
        answers = {step.value: document[step] for step in Step if step in document}
        found = examine(
            Draft(cooperation=cooperation, answers=answers, credentials=encrypt_credentials(dict(credentials)))
        )
        self._tell_steps(found)
        if not found.is_right:
            raise CommandError("Nothing was kept.")

    def _look(self, draft: Draft, cards: list[str]) -> None:
        try:
            unknown = look_at_library(draft=draft, cards=cards, access=OPERATOR, at=timezone.now())
        except CannotSample:
            self.stderr.write("This library system tells nothing of a card without its PIN.")
        except LibrarySystemUnavailable as error:
            self.stderr.write(f"The library system: {trouble_words(way_to_library(draft)) or error}")
        else:
            for card in unknown:
                self.stderr.write(f"The library system does not know the card {card}.")

    def _try(self, draft: Draft, seconds: int) -> None:
        try:
            cent = try_account(draft=draft, access=OPERATOR, language="en", at=timezone.now())
        except NoAccount:
            raise CommandError("There is no account to try yet.") from None
        if cent.state == OneCent.State.REFUSED:
            raise CommandError(f"{trouble_words(way_to_provider(cent.provider))} {cent.detail}".strip())
        self.stdout.write(f"Pay the test payment here: {cent.pay_url}")
        until = time.monotonic() + seconds
        while cent.state != OneCent.State.PAID and time.monotonic() < until:
            time.sleep(_ASK_SECONDS)
            cent = follow_cent(cent=cent, at=timezone.now())
        self.stdout.write(f"The test payment is {cent.state}.")

    def _tell(self, draft: Draft) -> None:
        self.stdout.write(f"{slug_of(draft) or '(no name yet)'}: {draft.state}")
        for one in checklist(draft):
            mark = "holds" if one.holds else "missing" if one.is_needed else "good to know"
            self.stdout.write(f"  {mark}: {check_words(one)}")
            for problem in one.problems:
                self.stdout.write(f"    {problem}")

    def _tell_steps(self, found: Examined) -> None:
        for step in Step:
            self.stdout.write(f"  {found.state(step)}: {STEP_TITLES[step]}")
            for problem in found.problems[step] if found.state(step) is StepState.WRONG else ():
                self.stdout.write(f"    {problem}")


def _draft(slug: str) -> Draft:
    found = next((one for one in Draft.objects.select_related("cooperation") if slug_of(one) == slug), None)
    if found is None:
        raise CommandError(f"There is no draft {slug}.")
    return found


def _read(document: Any) -> tuple[Cooperation, dict[str, str]]:
    """The cooperation, and the secrets, which are taken out of the account's answer. Raise CommandError."""
    problems: list[str] = []
    row = JsonRow(document, "file:", problems)
    slug = row.text("cooperation")
    account = document.get(Step.ACCOUNT) if isinstance(document, dict) else None
    given = JsonRow(account, "file: account", problems) if account is not None else None
    credentials = given.secrets("credentials", dict(os.environ), is_required=False) if given else {}
    if isinstance(account, dict):
        account.pop("credentials", None)
    answers = document if isinstance(document, dict) else {}
    problems += [f"file: {step}: is not an object" for step in Step if not isinstance(answers.get(step, {}), dict)]
    found = Cooperation.objects.filter(slug=slug, service=Cooperation.Service.LIBRARY_PAYMENTS).first()
    if slug and found is None:
        problems.append(f"file: cooperation: there is no cooperation {slug} with library payments")
    if problems or found is None:
        raise CommandError("\n".join(problems))
    return found, credentials
