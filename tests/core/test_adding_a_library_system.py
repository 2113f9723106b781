"""A library system is one folder and one settings line: nothing else of the product knows its name."""

import re
import subprocess
from pathlib import Path

import pytest
from django.conf import settings

CONNECTORS = "torget/connectors/library_systems/"
NEW = ("mikromarc", "folio", "koha-suomi")


def _files_that_name(kind: str) -> set[str]:
    """Of the product itself: no texts for people, no migrations, no sandbox."""
    word = re.compile(re.escape(kind), re.IGNORECASE)
    listed = subprocess.run(
        ["git", "ls-files", "torget/**.py", "torget/**.sql", "torget/**.html"],
        capture_output=True,
        text=True,
        check=True,
        cwd=settings.ROOT,
    )
    return {
        name
        for name in listed.stdout.split()
        if word.search(Path(settings.ROOT, name).read_text(encoding="utf-8"))
        and not name.startswith(("torget/sandbox/", "torget_dmn/"))
        and "/migrations/" not in name
    }


@pytest.mark.parametrize("kind", NEW)
def test_only_its_folder_and_one_settings_line_name_it(kind: str) -> None:
    outside = {name for name in _files_that_name(kind) if not name.startswith(CONNECTORS)}
    # The procedure for systems that are told fee by fee says in its docstring for whom it is.
    assert outside - {"torget/payments/checkout/register_each.py"} == {"torget/config/settings.py"}
    text = Path(settings.ROOT, "torget/config/settings.py").read_text(encoding="utf-8")
    assert len([line for line in text.splitlines() if kind in line]) == 1


def test_every_kind_is_a_connector_of_its_own_folder() -> None:
    for address in settings.LIBRARY_SYSTEM_KINDS.values():
        assert address.startswith("torget.connectors.library_systems.")
