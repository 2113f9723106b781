"""What a person can ask for: one catalogue for all, each with its form, its clock and where it may lead."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from torget.foundation.core.languages import LocalisedText

Subject = Mapping[str, Any]
"""What an errand is about, in ids only."""


Hook = Callable[[Subject, str, datetime], object]
"""What else happens when an errand begins or ends: its subject, its origin ('conversation:12') and the time.

It runs in the same transaction, so it calls nobody outside.
"""


def nothing_more(_subject: Subject, _origin: str, _at: datetime) -> None:
    """For a kind of errand on which nothing else hangs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceType:
    slug: str
    names: LocalisedText
    form: Mapping[str, Any]
    """The form's definition (service/core/forms.py reads and checks it)."""
    topics: tuple[str, ...]
    """Which articles may answer it first."""
    answer_within_hours: int
    """Office hours until the person should have an answer."""
    procedure: str | None
    """The casework procedure that it may be promoted to."""
    begins_at_a_fee: bool = False
    """Whether it is always about one fee, and so begins where the fee is shown."""
    becomes_a_matter_at_once: bool = False
    """An application: registered as a matter when it is sent, where somebody has the power to decide it."""
    on_open: Hook = nothing_more
    """When the errand begins, and when it begins again; such as putting a fee on hold."""
    on_close: Hook = nothing_more
    """When it ends without having become a matter; such as ending the hold."""


_registered: dict[str, ServiceType] = {}


def register_service_type(service_type: ServiceType) -> None:
    _registered[service_type.slug] = service_type


def find_service_type(slug: str) -> ServiceType:
    """Raise KeyError for one that this installation does not have."""
    return _registered[slug]


def service_types() -> tuple[ServiceType, ...]:
    return tuple(_registered.values())
