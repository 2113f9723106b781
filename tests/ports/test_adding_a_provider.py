"""Adding a provider is a folder and a line: nothing outside its own places names one."""

import re
from pathlib import Path

import pytest

from torget.config.settings import PAYMENT_PROVIDERS, ROOT

NAMES = sorted(set(PAYMENT_PROVIDERS) - {"paytrail"})
CODE = {".py", ".sql", ".html"}


def places_of(name: str) -> tuple[str, ...]:
    """Where a provider may be named: its connector, its sandbox, its report's reader, and the settings."""
    return (
        f"torget/connectors/payment_providers/{name}/",
        f"torget/connectors/settlement_files/{name}/",
        f"torget/sandbox/{name}/",
        "torget/config/settings.py",
    )


def what_is_said_of(name: str) -> list[str]:
    """Lines of code elsewhere that name it; comments, texts for people and names of payment methods are not code."""
    word = re.compile(rf"(?<![\w.]){name}(?![\w-])(?=[\"'/.:_]|\s*=)")
    found = []
    for file in sorted((ROOT / "torget").rglob("*")):
        path = file.relative_to(ROOT).as_posix()
        if file.suffix in CODE and not path.startswith(places_of(name)) and "/migrations/" not in path:
            for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
                code = line.split("#")[0].split("--")[0]
                if word.search(code) and path not in METHODS:
                    found.append(f"{path}:{number}: {line.strip()}")
    return found


METHODS = {
    # MobilePay is also a way to pay through other providers, and so a word of theirs and of receipts.
    "torget/sandbox/paytrail/page_texts.py",
    "torget/sandbox/visma_pay/vendor.py",
    "torget/connectors/payment_providers/ceepos/status_map.py",
    "torget/payments/receipts/words.py",
    "torget/config/management/commands/demo_history.py",
    # Who pays in to a bank account, as banks write it.
    "torget/payments/core/settlement.py",
}


@pytest.mark.parametrize("name", NAMES)
def test_nothing_else_names_a_provider(name: str) -> None:
    assert what_is_said_of(name) == []


@pytest.mark.parametrize("name", NAMES)
def test_its_places_are_there_and_one_line_of_the_settings_names_it(name: str) -> None:
    connector, _reader, sandbox, settings = places_of(name)
    assert (ROOT / connector / "signature.py").exists()
    assert (ROOT / connector / "status_map.py").exists()
    assert (ROOT / sandbox / "vendor.py").exists()
    text = (ROOT / settings).read_text(encoding="utf-8")
    registry = text.split("PAYMENT_PROVIDERS: dict")[1].split("\n}\n")[0]
    assert [line for line in registry.splitlines() if f'"{name}"' in line] == [
        line for line in registry.splitlines() if line.startswith(f'    "{name}": payment_provider("{name}", ')
    ]


def test_the_check_would_find_one(tmp_path: Path) -> None:
    assert re.search(r"(?<![\w.])ceepos(?![\w-])(?=[\"'/.:_]|\s*=)", 'if provider == "ceepos":')
