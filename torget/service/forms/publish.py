"""Publish a service type's form from its folder: a version for each content, known by its hash."""

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from torget.service.core.forms import Form, read_form
from torget.service.core.service_types import ServiceType
from torget.service.forms.models import FormVersion


def form_hash(definition: Mapping[str, Any]) -> str:
    """The same for the same content, however its file is laid out."""
    text = json.dumps(definition, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def publish_form(*, service_type: ServiceType, at: datetime) -> FormVersion:
    """The version in force; a new one when the definition has changed, which retires the one before.

    Raise FormFault for a definition that is not a form: nothing is published then.
    """
    read_form(service_type.form)
    sha256 = form_hash(service_type.form)
    current = _current(service_type.slug)
    if current is not None and current.sha256 == sha256:
        return current
    try:
        with transaction.atomic():
            FormVersion.objects.filter(service_type=service_type.slug, retired_at=None).update(retired_at=at)
            return FormVersion.objects.create(
                service_type=service_type.slug,
                version=(current.version if current else 0) + 1,
                definition=dict(service_type.form),
                sha256=sha256,
                published_at=at,
            )
    except IntegrityError:
        # Another process has published it in this moment.
        return FormVersion.objects.get(service_type=service_type.slug, sha256=sha256, retired_at=None)


def _current(slug: str) -> FormVersion | None:
    return FormVersion.objects.filter(service_type=slug, retired_at=None).order_by("-version").first()


def form_of(version: FormVersion) -> Form:
    return read_form(version.definition)
