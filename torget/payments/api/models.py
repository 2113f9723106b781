"""Programs that use the interface: who they are, what they started, what was answered and what they were told."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from torget.foundation.cooperations.models import Municipality
from torget.payments.api.scopes import EventType, Scope
from torget.payments.checkout.models import Checkout


class ApiClient(models.Model):
    """A program of somebody whom the municipalities trust, such as a library's catalogue."""

    name = models.CharField(max_length=80, unique=True)
    #: Who answers for it; told when its endpoint is stopped.
    contact_email = models.EmailField()
    scopes = ArrayField(models.CharField(max_length=30, choices=[(one.value, one.value) for one in Scope]))
    #: Whose money it may handle; fees and payments of others do not exist for it.
    municipalities = models.ManyToManyField(Municipality, related_name="+")
    #: Where it may have a patron's browser sent back to: 'https://helle.finna.fi'.
    return_origins = ArrayField(models.CharField(max_length=200), default=list)
    requests_per_minute = models.PositiveIntegerField(default=120)
    created_at = models.DateTimeField()
    created_by = models.CharField(max_length=60)
    #: From then on no key of it opens anything.
    stopped_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(name="api_client_may_ask", condition=Q(requests_per_minute__gt=0)),
        ]


class ApiKey(models.Model):
    """A secret of a client, shown once and kept as a digest; the prefix finds it."""

    client = models.ForeignKey(ApiClient, on_delete=models.PROTECT, related_name="keys")
    prefix = models.CharField(max_length=12, unique=True)
    #: SHA-256 of the whole key; 256 random bits need no slow hash.
    digest = models.BinaryField(max_length=32)
    created_at = models.DateTimeField()
    created_by = models.CharField(max_length=60)
    last_used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)
    revoked_by = models.CharField(max_length=60, blank=True)


class RequestWindow(models.Model):
    """How much of its minute a client has used; one short statement a request."""

    client = models.OneToOneField(ApiClient, on_delete=models.CASCADE, primary_key=True)
    started_at = models.DateTimeField()
    used = models.PositiveIntegerField()


class ClientCheckout(models.Model):
    """Which client started a checkout, and where its own pages go on afterwards."""

    #: Removed with its checkout by the database itself (migration 0002).
    checkout = models.OneToOneField(
        Checkout, on_delete=models.DO_NOTHING, primary_key=True, db_constraint=False, related_name="started_by_client"
    )
    client = models.ForeignKey(ApiClient, on_delete=models.PROTECT, db_index=False)
    return_url = models.CharField(max_length=500, blank=True)

    class Meta:
        indexes = [models.Index(fields=["client", "checkout"], name="checkout_of_client")]


class KeptAnswer(models.Model):
    """What was answered under an idempotency key; committed with the effect, so the one is never without the other."""

    client = models.ForeignKey(ApiClient, on_delete=models.CASCADE, db_index=False)
    key = models.CharField(max_length=255)
    #: SHA-256 of method, address and body: the same key with another request is a mistake.
    fingerprint = models.BinaryField(max_length=32)
    status = models.PositiveSmallIntegerField()
    body = models.JSONField()
    created_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["client", "key"], name="kept_answer_once")]


class HandOff(models.Model):
    """A patron on the way from a client's pages to ours, already let in there; the row goes when the patron arrives."""

    #: SHA-256 of the unguessable part of its address.
    digest = models.BinaryField(max_length=32, unique=True)
    client = models.ForeignKey(ApiClient, on_delete=models.CASCADE)
    library_system = models.CharField(max_length=30)
    card_number = models.CharField(max_length=40)
    language = models.CharField(max_length=2)
    expires_at = models.DateTimeField(db_index=True)


class WebhookEndpoint(models.Model):
    """An address of a client that wants to be told."""

    client = models.ForeignKey(ApiClient, on_delete=models.PROTECT, related_name="endpoints")
    url = models.CharField(max_length=500)
    events = ArrayField(models.CharField(max_length=40, choices=[(one.value, one.value) for one in EventType]))
    #: Sealed under the credential keys: it signs every message, so a digest would not do.
    secret = models.BinaryField()
    #: Signs too until then, so that the receiver can change over in its own time.
    old_secret = models.BinaryField(null=True)
    old_secret_until = models.DateTimeField(null=True)
    created_at = models.DateTimeField()
    created_by = models.CharField(max_length=60)
    #: Since the last success; None when the last try went well.
    failing_since = models.DateTimeField(null=True)
    failures_in_a_row = models.PositiveSmallIntegerField(default=0)
    #: After a failure nothing is sent before, so that one dead address does not keep the senders busy.
    rests_until = models.DateTimeField(null=True)
    stopped_at = models.DateTimeField(null=True)
    #: 'staff' or 'failing'; '' while it is told.
    stop_reason = models.CharField(max_length=10, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="endpoint_stop_has_a_reason",
                condition=Q(stopped_at__isnull=True, stop_reason="")
                | (Q(stopped_at__isnull=False) & ~Q(stop_reason="")),
            ),
        ]


class WebhookMessage(models.Model):
    """One thing that happened, word for word as it is sent; written by the database with what it tells of."""

    #: 'msg_…', the same at every try: the receiver knows a repetition by it.
    name = models.CharField(max_length=40, unique=True)
    client = models.ForeignKey(ApiClient, on_delete=models.PROTECT, db_index=False)
    type = models.CharField(max_length=40)
    body = models.TextField()
    created_at = models.DateTimeField(db_index=True)


class WebhookDelivery(models.Model):
    """A message on its way to one endpoint; its own queue, by `next_at`."""

    message = models.ForeignKey(WebhookMessage, on_delete=models.CASCADE, related_name="deliveries")
    endpoint = models.ForeignKey(WebhookEndpoint, on_delete=models.PROTECT, related_name="deliveries", db_index=False)
    #: 'waiting', 'delivered', 'given_up'
    state = models.CharField(max_length=10)
    #: When to try; while a sender has it, the end of its lease.
    next_at = models.DateTimeField(null=True)
    tries = models.PositiveSmallIntegerField(default=0)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["message", "endpoint"], name="delivery_once"),
            models.CheckConstraint(
                name="delivery_waits_or_is_over",
                condition=Q(state="waiting", next_at__isnull=False, finished_at__isnull=True)
                | Q(state__in=["delivered", "given_up"], next_at__isnull=True, finished_at__isnull=False),
            ),
        ]
        indexes = [
            models.Index(fields=["next_at"], condition=Q(state="waiting"), name="delivery_due"),
            models.Index(fields=["endpoint", "id"], name="delivery_of_endpoint"),
        ]


class DeliveryAttempt(models.Model):
    """One try, and what came of it."""

    delivery = models.ForeignKey(WebhookDelivery, on_delete=models.CASCADE, related_name="attempts")
    at = models.DateTimeField()
    milliseconds = models.PositiveIntegerField()
    #: Of the answer; None when there was none.
    status = models.PositiveSmallIntegerField(null=True)
    #: A Trouble (webhooks/send.py); '' for a success.
    trouble = models.CharField(max_length=20, blank=True)
    #: The beginning of the answer, for whoever looks for the mistake.
    answer = models.CharField(max_length=500, blank=True)
