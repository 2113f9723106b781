"""What people ask and what the answer is: texts of the network, with a municipality's own words where they differ."""

from django.db import models

from torget.foundation.cooperations.models import Municipality


class Article(models.Model):
    slug = models.SlugField(unique=True)
    #: By language.
    titles = models.JSONField()
    texts = models.JSONField()
    #: Other words that people use for it, by language, as one text.
    also_called = models.JSONField(default=dict)
    #: Service types and fee kinds that it helps with, such as 'fee_dispute' or 'OVERDUE'.
    topics = models.JSONField(default=list)
    reviewed_on = models.DateField()
    review_by = models.DateField()


class LocalText(models.Model):
    """What differs in one municipality, shown under the shared text."""

    article = models.ForeignKey(Article, on_delete=models.CASCADE, related_name="local_texts")
    municipality = models.ForeignKey(Municipality, on_delete=models.CASCADE)
    texts = models.JSONField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["article", "municipality"], name="local_text_once")]


class Verdict(models.Model):
    """Whether the article was enough, said by who read it; no person is kept."""

    article = models.ForeignKey(Article, on_delete=models.CASCADE, related_name="verdicts")
    at = models.DateTimeField()
    helped = models.BooleanField()
