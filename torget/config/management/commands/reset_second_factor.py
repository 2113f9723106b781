"""`torget reset_second_factor NAME --why …`: for the day when the only operator has lost the phone."""

import argparse
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from torget.foundation.people.models import Employee
from torget.foundation.people.second_factor.reset import NothingToReset, ReasonRequired, reset_second_factor


class Command(BaseCommand):
    help = "Take an employee's second factor away; the employee ties a new app at the next sign-in."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("username")
        parser.add_argument("--why", required=True, help="kept in the audit log")

    def handle(self, *_arguments: Any, **options: Any) -> None:
        employee = Employee.objects.filter(username=options["username"]).first()
        if employee is None:
            raise CommandError(f"There is no employee called {options['username']}.")
        try:
            reset_second_factor(employee=employee, actor="operator", why=options["why"], now=timezone.now())
        except ReasonRequired:
            raise CommandError("--why must say something.") from None
        except NothingToReset:
            raise CommandError(f"{employee.username} has no second factor.") from None
        self.stdout.write(f"{employee.username} ties a new app at the next sign-in; all their sessions have ended.")
