"""Which municipalities have a customer-service queue here."""

from torget.foundation.cooperations.models import Cooperation, Membership, Municipality


def serves(municipality_id: int) -> bool:
    """Whether somebody would find what is sent there; the others are reached as before, by e-mail and telephone."""
    return Membership.objects.filter(
        municipality_id=municipality_id, cooperation__service=Cooperation.Service.CUSTOMER_SERVICE
    ).exists()


def serving_municipalities() -> list[Municipality]:
    members = Membership.objects.filter(cooperation__service=Cooperation.Service.CUSTOMER_SERVICE)
    return list(Municipality.objects.filter(pk__in=members.values("municipality_id")))
