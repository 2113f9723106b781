"""Patrons and employees: who signs in, and what they may do where."""

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils.crypto import salted_hmac

from torget.foundation.cooperations.models import Municipality


class Patron(models.Model):
    """A person with a library card, known by the library system's own reference; no name, no PIN, no personal id."""

    library_system = models.CharField(max_length=30)
    reference = models.CharField(max_length=60)
    #: The language the person chose, not one from a register.
    language = models.CharField(max_length=2, blank=True)
    first_seen_at = models.DateTimeField()
    last_seen_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["library_system", "reference"], name="patron_once")]


class Employee(AbstractUser):
    """Someone who works for a municipality; what they may do comes from their roles alone."""

    first_name = None  # type: ignore[assignment]
    last_name = None  # type: ignore[assignment]
    full_name = models.CharField(max_length=120)
    language = models.CharField(max_length=2, default="fi")
    #: Goes up when the way to sign in changes, and ends every session that began before.
    sign_in_generation = models.PositiveIntegerField(default=0)

    REQUIRED_FIELDS = ["email", "full_name"]

    def get_full_name(self) -> str:
        return self.full_name

    def get_short_name(self) -> str:
        return self.full_name

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        """Django compares this with every request of a session; its own is about the password alone."""
        text = f"{self.password}:{self.sign_in_generation}"
        return salted_hmac("torget.people.session", text, secret=secret, algorithm="sha256").hexdigest()


class Role(models.Model):
    """What an employee does for one municipality, or for all of them when municipality is empty (operator)."""

    class Kind(models.TextChoices):
        LIBRARY_DESK = "library_desk"
        FINANCE = "finance"
        COORDINATOR = "coordinator"
        OPERATOR = "operator"
        AGENT = "agent"  #: answers in the customer-service queue
        PREPARER = "preparer"  #: prepares matters; who decides them stands in casework

    employee = models.ForeignKey(Employee, on_delete=models.CASCADE, related_name="roles")
    kind = models.CharField(max_length=20, choices=Kind.choices)
    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT, null=True, blank=True)
    #: The person on whose work list a payment of this municipality lands when a human is needed.
    answers_work_list = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["employee", "kind", "municipality"], name="role_once"),
            models.UniqueConstraint(
                fields=["municipality"], condition=models.Q(answers_work_list=True), name="one_answers_the_work_list"
            ),
        ]


class SignInFailure(models.Model):
    """One failed sign-in, kept only to slow down guessing; card and address are keyed hashes."""

    at = models.DateTimeField()
    card_hash = models.BinaryField(max_length=32)
    address_hash = models.BinaryField(max_length=32)

    class Meta:
        indexes = [
            models.Index(fields=["card_hash", "at"]),
            models.Index(fields=["address_hash", "at"]),
            models.Index(fields=["at"]),
        ]


class KnownAddress(models.Model):
    """An address from which a card has signed in; guessing from elsewhere then cannot lock its owner out."""

    card_hash = models.BinaryField(max_length=32)
    address_hash = models.BinaryField(max_length=32)
    last_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["card_hash", "address_hash"], name="known_address_once")]
