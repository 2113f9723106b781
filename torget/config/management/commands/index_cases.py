"""`torget index_cases`: make all cases findable anew, after the secret key or the way of finding changed."""

from typing import Any

from django.core.management.base import BaseCommand
from django.db import transaction

from torget.casework.cases.models import Case, CaseWord
from torget.casework.cases.register import make_findable


class Command(BaseCommand):
    help = "Digests of words for every case, from its titles, number and parties."

    def handle(self, *_arguments: Any, **_options: Any) -> None:
        count = 0
        for case in Case.objects.order_by("pk").iterator(chunk_size=500):
            with transaction.atomic():
                CaseWord.objects.filter(case=case).delete()
                make_findable(case)
            count += 1
        self.stdout.write(f"{count} cases.")
