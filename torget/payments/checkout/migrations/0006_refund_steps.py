"""The steps of refunds and of fees that are charged again."""

from pathlib import Path

from django.db import migrations

from torget.payments.core.checkout import HOLDING, TRANSITIONS

SQL = Path(__file__).parent.parent / "sql"


def add_transitions(apps, schema_editor):
    """Only what is missing: events refer to the others."""
    transition = apps.get_model("checkout", "PaymentTransition")
    transition.objects.bulk_create(
        (
            transition(from_state=str(state), event=str(event), to_state=str(to), holds=to in HOLDING)
            for (state, event), to in TRANSITIONS.items()
        ),
        ignore_conflicts=True,
    )


class Migration(migrations.Migration):
    dependencies = [("checkout", "0005_refunds"), ("cooperations", "0002_refunds")]
    operations = [
        migrations.RunPython(add_transitions, migrations.RunPython.noop),
        *(
            migrations.RunSQL((SQL / f"{name}.sql").read_text(encoding="utf-8"))
            for name in ("patron_lock", "facts", "refund", "move", "claim", "reversal")
        ),
    ]
