"""Somebody says whether an article helped; who said it is not kept."""

from datetime import datetime

from torget.service.knowledge.models import Article, Verdict


def say_verdict(*, slug: str, helped: bool, at: datetime) -> bool:
    """Whether there is such an article."""
    article = Article.objects.filter(slug=slug).first()
    if article is None:
        return False
    Verdict.objects.create(article=article, at=at, helped=helped)
    return True
