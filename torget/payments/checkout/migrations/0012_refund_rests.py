"""The steps of a refund that leaves a rest."""

from importlib import import_module

from django.db import migrations

add_transitions = import_module("torget.payments.checkout.migrations.0006_refund_steps").add_transitions


class Migration(migrations.Migration):
    dependencies = [("checkout", "0011_refund_said_paid")]
    operations = [migrations.RunPython(add_transitions, migrations.RunPython.noop)]
