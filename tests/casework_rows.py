"""Rows of casework that other parts' tests need."""

from torget.casework.cases.models import RecordClass


def make_record_class() -> None:
    RecordClass.objects.get_or_create(
        code="12.03.01",
        defaults={
            "names": {"sv": "Biblioteksärenden", "fi": "Kirjastoasiat", "en": "Library matters"},
            "publicity": 1,
            "retention_years": 6,
            "retention_basis": "Asian lopullinen ratkaisu",
        },
    )
