"""`python -m tests.journeys.open_matter JSON`: a matter as customer service registers it, by the real use case."""

import json
import os
import sys
from datetime import UTC, datetime

import django


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "torget.config.settings")
    django.setup()
    from django.db import transaction

    from torget.casework.cases.register import PersonFacts, open_case
    from torget.casework.core.procedure import find_procedure
    from torget.casework.decisions.commission import commission
    from torget.casework.decisions.models import Commissioning, DecisionMaker, RuleModel
    from torget.foundation.cooperations.models import Municipality
    from torget.foundation.people.models import Employee

    wish, now = json.loads(sys.argv[1]), datetime.now(UTC)
    procedure = find_procedure(wish["procedure"])
    porvoo = Municipality.objects.get(slug="porvoo")
    if procedure.may_be_automatic and not Commissioning.objects.filter(stopped_at=None).exists():
        commission(
            decision_maker_id=DecisionMaker.objects.get(municipality=porvoo).pk,
            procedure=procedure.slug,
            model_sha256=RuleModel.objects.get(procedure=procedure.slug, withdrawn_at=None).sha256,
            reasons={"sv": "Villkoren", "fi": "Ehdot", "en": "The conditions"},
            documents=["1.0"],
            go_live_on=now.date(),
            contact="library.porvoo@example.fi",
            employee=Employee.objects.get(username="official.porvoo"),
            at=now,
        )
    with transaction.atomic():
        case = open_case(
            municipality_id=porvoo.pk,
            municipality_number=porvoo.number,
            procedure=procedure,
            titles={language: f"{text}, {wish['name']}" for language, text in procedure.names.items()},
            public_titles=procedure.names,
            language=wish["language"],
            subject={"library_system": "helle", **wish["subject"]},
            parties=[PersonFacts(role="applicant", name=wish["name"], email="person@example.fi")],
            origin=wish["subject"]["origin"],
            actor="patron:1",
            at=now,
        )
    sys.stdout.write(json.dumps({"id": case.pk, "number": case.number}))


if __name__ == "__main__":
    main()
