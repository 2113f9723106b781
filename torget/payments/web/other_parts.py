"""Pages of parts that payments does not know: found by the name of their route, left out if there is none."""

from django.urls import NoReverseMatch, reverse


def address(name: str, *arguments: str) -> str:
    """Where 'fee-question' or 'errands' is; empty in an installation without customer service."""
    try:
        return reverse(name, args=arguments)
    except NoReverseMatch:
        return ""
