"""An export about a person as files that can be handed over: JSON for machines, one page for people."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.html import format_html

from torget.foundation.core.person import Person, Section
from torget.foundation.design.templatetags.torget_format import day_text
from torget.foundation.retention.words import COLUMNS, SECTIONS

# A file that is handed over stands alone, so its look is in it; pages that we serve never carry their own.
_LOOK = """
body { font: 16px/1.5 sans-serif; margin: 2rem auto; max-width: 60rem; padding: 0 1rem; overflow-wrap: anywhere }
dl { border-top: 1px solid; display: grid; grid-template-columns: minmax(8rem, 14rem) 1fr; gap: .2rem 1rem }
dl { padding-top: .5rem }
dt { font-weight: bold }
dd { margin: 0; white-space: pre-wrap }
@media (max-width: 30rem) { dl { grid-template-columns: 1fr } }
@media print { dl { break-inside: avoid } }
"""


def as_json(person: Person, sections: Sequence[Section], at: datetime) -> str:
    content = {
        "library_system": person.library_system,
        "patron_reference": person.reference,
        "emails": sorted(person.emails),
        "made_at": at,
        "sections": {section.code: list(section.rows) for section in sections},
    }
    return json.dumps(content, cls=DjangoJSONEncoder, ensure_ascii=False, indent=2)


def _shown(value: Any) -> str:
    if isinstance(value, datetime):
        return f"{timezone.localtime(value):%d.%m.%Y %H:%M:%S}"
    if isinstance(value, (dict, list)):
        return json.dumps(value, cls=DjangoJSONEncoder, ensure_ascii=False)
    return str(value)


def as_page(person: Person, sections: Sequence[Section], at: datetime, language: str) -> str:
    """Needs no other file, and prints well. What is empty is left out."""
    with translation.override(language):
        shown = [
            {
                "title": SECTIONS[section.code],
                "rows": [
                    [(COLUMNS[key], _shown(value)) for key, value in row.items() if value not in ("", None)]
                    for row in section.rows
                ],
            }
            for section in sections
        ]
        context = {
            "language": language,
            "look": format_html("<style>{}</style>", _LOOK),
            "when": day_text(at),
            "reference": person.reference or ", ".join(sorted(person.emails)),
            "system": person.library_system,
            "sections": shown,
        }
        return render_to_string("retention/person.html", context)
