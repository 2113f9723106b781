"""Who works together: municipalities, their branches, and the services they share."""

from django.db import models

from torget.foundation.cooperations.limits import GUARDIAN_AGE_LIMITS, REFUND_LIMIT_CENTS
from torget.foundation.core.languages import in_language, sort_key


class Municipality(models.Model):
    """A municipality: its own name on the door, its own money."""

    slug = models.SlugField(unique=True)
    #: Statistics Finland's three-digit municipality number.
    number = models.CharField(max_length=3, unique=True)
    names = models.JSONField()
    #: The languages it must serve in; a service in all three is never refused.
    languages = models.JSONField()
    business_id = models.CharField(max_length=9)
    contact_email = models.EmailField()
    contact_phone = models.CharField(max_length=30)
    theme = models.JSONField()
    #: Above this sum for one payment, a refund needs a second person; 0 means always.
    refund_limit_cents = models.PositiveIntegerField(default=REFUND_LIMIT_CENTS, db_default=REFUND_LIMIT_CENTS)

    #: A guardian may pay for the cards of this municipality's children until this age; 0 is never.
    guardian_age_limit = models.PositiveSmallIntegerField(default=0, db_default=0)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="municipality_business_id_form", condition=models.Q(business_id__regex=r"^\d{7}-\d$")
            ),
            models.CheckConstraint(
                name="municipality_guardian_age", condition=models.Q(guardian_age_limit__in=GUARDIAN_AGE_LIMITS)
            ),
        ]

    def name(self, language: str) -> str:
        return in_language(self.names, language)

    def sort_key(self, language: str) -> str:
        return sort_key(self.name(language))


class Branch(models.Model):
    """A library branch, by the code that the library system uses, such as PRV/PK."""

    code = models.CharField(max_length=20, unique=True)
    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT, related_name="branches")
    names = models.JSONField()

    def name(self, language: str) -> str:
        return in_language(self.names, language)


class Cooperation(models.Model):
    """A service that several municipalities share, and who coordinates it."""

    class Service(models.TextChoices):
        LIBRARY_PAYMENTS = "library_payments"
        CUSTOMER_SERVICE = "customer_service"
        DECISIONS = "decisions"

    slug = models.SlugField(unique=True)
    service = models.CharField(max_length=30, choices=Service.choices)
    names = models.JSONField()
    coordinator = models.ForeignKey(Municipality, on_delete=models.PROTECT, related_name="coordinates")
    members = models.ManyToManyField(Municipality, through="Membership", related_name="cooperations")
    #: The library system all members share, by its name in the settings; empty for other services.
    library_system = models.CharField(max_length=30, blank=True)
    #: Other library systems in use beside it: the name in the settings, and what people call it, in three languages.
    further_library_systems = models.JSONField(
        default=dict, db_default=models.Value({}, models.JSONField()), blank=True
    )
    theme = models.JSONField()

    def name(self, language: str) -> str:
        return in_language(self.names, language)

    def library_systems(self, language: str) -> dict[str, str]:
        """What people call each, by its name in the settings; the shared one first."""
        further = {name: in_language(texts, language) for name, texts in self.further_library_systems.items()}
        return {self.library_system: self.name(language), **further}


class Membership(models.Model):
    """A municipality's part in a cooperation, with its share of the cost."""

    cooperation = models.ForeignKey(Cooperation, on_delete=models.PROTECT, related_name="memberships")
    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT, related_name="memberships")
    #: A whole-number weight, such as the population; costs are split in proportion to it.
    cost_share = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["cooperation", "municipality"], name="membership_once"),
        ]


class PublishedText(models.Model):
    """What a municipality says of the service by duty: its accessibility statement or its privacy notice."""

    class Kind(models.TextChoices):
        ACCESSIBILITY = "accessibility"
        PRIVACY = "privacy"

    municipality = models.ForeignKey(Municipality, on_delete=models.CASCADE, related_name="published_texts")
    kind = models.CharField(max_length=20, choices=Kind.choices)
    #: In order, each {"heading": …, "text": …} with both in three languages; a text's lines are its paragraphs.
    blocks = models.JSONField()
    dated = models.DateField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["municipality", "kind"], name="published_text_once")]
