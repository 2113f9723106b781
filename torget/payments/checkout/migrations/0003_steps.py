"""The legal steps, the functions that take them, and the tables that only grow."""

from pathlib import Path

from django.db import migrations

from torget.foundation.audit.append_only import append_only
from torget.payments.core.checkout import HOLDING, TRANSITIONS, State

SQL = Path(__file__).parent.parent / "sql"


def load_transitions(apps, schema_editor):
    transition = apps.get_model("checkout", "PaymentTransition")
    steps = [("", "started", State.CREATED), *((state, event, to) for (state, event), to in TRANSITIONS.items())]
    transition.objects.all().delete()
    transition.objects.bulk_create(
        transition(from_state=str(state), event=str(event), to_state=str(to), holds=to in HOLDING)
        for state, event, to in steps
    )


class Migration(migrations.Migration):
    dependencies = [
        ("checkout", "0002_initial"),
        ("audit", "0002_append_only"),
        ("ledger", "0002_balanced_and_append_only"),
    ]
    operations = [
        migrations.RunPython(load_transitions, migrations.RunPython.noop),
        migrations.RunSQL(
            "ALTER TABLE checkout_paymentevent ADD CONSTRAINT only_legal_steps "
            "FOREIGN KEY (from_state, event, to_state) "
            "REFERENCES checkout_paymenttransition (from_state, event, to_state)",
            "ALTER TABLE checkout_paymentevent DROP CONSTRAINT only_legal_steps",
        ),
        migrations.RunSQL("CREATE SEQUENCE checkout_reference START 100001", "DROP SEQUENCE checkout_reference"),
        *(
            migrations.RunSQL((SQL / f"{name}.sql").read_text(encoding="utf-8"))
            for name in ("facts", "move", "claim", "start")
        ),
        append_only("checkout_paymentevent"),
        append_only("checkout_providermessagerecord"),
    ]
