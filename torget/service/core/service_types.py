"""What a person can ask for: one catalogue for all, each with its form, its clock and where it may lead."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from torget.foundation.core.languages import LocalisedText


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


_registered: dict[str, ServiceType] = {}


def register_service_type(service_type: ServiceType) -> None:
    _registered[service_type.slug] = service_type


def find_service_type(slug: str) -> ServiceType:
    """Raise KeyError for one that this installation does not have."""
    return _registered[slug]
