"""Ready answers: a municipality's own before those of all."""

from collections.abc import Mapping

from django.db.models import F, Q

from torget.foundation.core.languages import in_language
from torget.service.conversations.models import AnswerTemplate


def templates_for(*, municipality_id: int, service_type: str) -> list[AnswerTemplate]:
    fitting = AnswerTemplate.objects.filter(
        Q(municipality_id=municipality_id) | Q(municipality=None), service_type__in=["", service_type]
    )
    return list(fitting.order_by(F("municipality").asc(nulls_last=True), "slug"))


def filled(template: AnswerTemplate, *, language: str, places: Mapping[str, str]) -> str:
    """In the person's language. A place that nothing is known for stays as it is, for the agent to fill."""
    text = in_language(template.texts, language)
    for name, value in places.items():
        text = text.replace(f"{{{name}}}", value)
    return text
