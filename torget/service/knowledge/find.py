"""The articles that may answer somebody before they ask: by topic, with the municipality's own words below."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Q

from torget.foundation.core.languages import in_language
from torget.service.knowledge.models import Article, LocalText

SHOWN_MAX = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticleText:
    slug: str
    title: str
    text: str
    local_text: str
    """What differs in the municipality; empty when nothing does."""


def articles_for(
    *, topics: Sequence[str], municipality_id: int | None, language: str, count_max: int = SHOWN_MAX
) -> list[ArticleText]:
    """`topics`: the closest first, such as the fee's kind before the service type's."""
    wanted = Q(pk__in=[])
    for topic in topics:
        wanted |= Q(topics__contains=[topic])
    weights = {topic: len(topics) - place for place, topic in enumerate(topics)}
    found = sorted(
        Article.objects.filter(wanted),
        key=lambda article: (-sum(weights.get(topic, 0) for topic in article.topics), article.slug),
    )[:count_max]
    local = {
        row.article_id: row.texts
        for row in LocalText.objects.filter(article__in=found, municipality_id=municipality_id or 0)
    }
    return [
        ArticleText(
            slug=article.slug,
            title=in_language(article.titles, language),
            text=in_language(article.texts, language),
            local_text=in_language(local.get(article.pk, {}), language),
        )
        for article in found
    ]
