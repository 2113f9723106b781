"""What the form templates need to know about a field."""

from dataclasses import dataclass
from typing import Any

from django import template
from django.forms import BaseForm, Field
from django.forms.boundfield import BoundField

register = template.Library()


@dataclass(frozen=True, slots=True)
class ErrorLink:
    text: str
    target: str
    """The id of the control to go to; empty when the error belongs to the form as a whole."""


def first_control_id(field: BoundField) -> str:
    """Radios, checkboxes and date parts have ids of their own, numbered from 0; the group's id is on no control."""
    return f"{field.auto_id}_0" if field.use_fieldset else field.auto_id


@register.filter
def has_errors(form: object) -> bool:
    return isinstance(form, BaseForm) and bool(form.errors)


def _summary_text(field: BoundField, text: str) -> str:
    """Alone in the summary, 'This field is required.' says nothing, so Django's own text gets the label before it."""
    is_generic = text == str(Field.default_error_messages["required"])
    return f"{field.label}: {text}" if is_generic else text


@register.filter
def error_links(form: BaseForm) -> list[ErrorLink]:
    """The form's own errors first, then the fields' errors in the order of the fields."""
    links = [ErrorLink(str(text), "") for text in form.non_field_errors()]
    for field in form:
        target = "" if field.is_hidden else first_control_id(field)
        links += [ErrorLink(_summary_text(field, str(text)), target) for text in field.errors]
    return links


@register.filter
def control_class(widget: dict[str, Any], base: str) -> str:
    """The widget's classes: GOV.UK's own, its error variant when the field is wrong, and those set in Python."""
    attributes = widget["attrs"]
    classes = [base]
    if attributes.get("aria-invalid") == "true":
        classes.append(f"{base}--error")
    if attributes.get("class"):
        classes.append(str(attributes["class"]))
    return " ".join(classes)
