"""The way to an outside system that the settings name, looked at when it gave no usable answer."""

from django.conf import settings

from torget.connectors.diagnosis import Diagnosis, diagnose
from torget.onboarding.models import Draft


def way_to_library(draft: Draft) -> Diagnosis:
    return _way(settings.LIBRARY_SYSTEMS.get(draft.cooperation.library_system, {}).get("options", {}))


def way_to_provider(provider: str) -> Diagnosis:
    return _way(settings.PAYMENT_PROVIDERS.get(provider, {}).get("OPTIONS", {}))


def _way(options: dict[str, object]) -> Diagnosis:
    """One that has no address on the web (SIP2) is told by its connector alone."""
    address = str(options.get("base_url", ""))
    return diagnose(address) if address else Diagnosis(host="", trouble=None)
