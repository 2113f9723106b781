"""The procedure as casework and customer service see it."""

from pathlib import Path

from torget.casework.core.procedure import register_procedure
from torget.procedures.folder import FolderProcedure
from torget.procedures.library_fees import free_fee, hold_fee
from torget.procedures.payment_time import effect, facts
from torget.service.core.service_types import ServiceType, register_service_type


def register() -> None:
    procedure = FolderProcedure(
        path=Path(__file__).parent,
        slug="payment_time",
        facts=facts,
        effect=effect,
        record_class="12.03.01",
        handling_days=10,
        may_be_automatic=True,
    )
    register_procedure(procedure)
    register_service_type(
        ServiceType(
            slug=procedure.slug,
            names=procedure.service_names,
            form=procedure.form,
            topics=("fees",),
            begins_at_a_fee=True,
            answer_within_hours=40,
            procedure=procedure.slug,
            becomes_a_matter_at_once=True,
            on_open=hold_fee,
            on_close=free_fee,
        )
    )
