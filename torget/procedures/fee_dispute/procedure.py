"""The procedure as casework and customer service see it."""

from pathlib import Path

from torget.casework.core.procedure import register_procedure
from torget.procedures.fee_dispute import effect, facts
from torget.procedures.folder import FolderProcedure
from torget.procedures.library_fees import free_fee, hold_fee
from torget.service.core.service_types import ServiceType, register_service_type


def register() -> None:
    procedure = FolderProcedure(
        path=Path(__file__).parent,
        slug="fee_dispute",
        facts=facts,
        effect=effect,
        record_class="12.03.01",
        handling_days=15,
        outcomes_with_amount=frozenset({"waive", "correct"}),
        # A fee that the library system shows no more may have been paid here.
        amount_facts=("charged cents", "paid cents"),
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
            on_open=hold_fee,
            on_close=free_fee,
        )
    )
