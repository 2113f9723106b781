"""What customer service needs of it. There is no matter to decide, so casework knows nothing of it."""

from pathlib import Path

from torget.procedures.folder import Folder
from torget.service.core.service_types import ServiceType, register_service_type

SLUG = "other_municipality"
_folder = Folder(Path(__file__).parent)


def register() -> None:
    register_service_type(
        ServiceType(
            slug=SLUG,
            names=_folder.service_names,
            form=_folder.form,
            topics=(SLUG,),
            answer_within_hours=24,
            procedure=None,
        )
    )
