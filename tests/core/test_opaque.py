"""Names that nobody guesses and that sort by the time they were made."""

import re
import time

import pytest

from torget.foundation.core.opaque import opaque_token, opaque_uuid


def test_a_uuid_is_of_version_7_and_starts_with_the_time() -> None:
    before = time.time_ns() // 1_000_000
    made = opaque_uuid()
    assert made.version == 7
    assert made.variant == "specified in RFC 4122"
    assert before <= made.int >> 80 <= time.time_ns() // 1_000_000


def test_all_the_rest_of_a_uuid_is_random() -> None:
    made = [opaque_uuid().int for _ in range(2000)]
    assert len(set(made)) == 2000
    varying = 0
    for one in made:
        varying |= one ^ made[0]
    # Both values of every bit but those of version and variant come up.
    assert varying & (1 << 80) - 1 == ((1 << 12) - 1) << 64 | (1 << 62) - 1


def test_a_token_fits_its_column_and_an_address() -> None:
    assert re.fullmatch(r"[0-9a-f]{8}[A-Za-z0-9_-]{35}", opaque_token())


def test_a_later_token_sorts_later(monkeypatch: pytest.MonkeyPatch) -> None:
    early = opaque_token()
    later_ns = time.time_ns() + 2_000_000_000
    monkeypatch.setattr(time, "time_ns", lambda: later_ns)
    assert early < opaque_token()


def test_two_tokens_of_one_moment_differ() -> None:
    assert len({opaque_token() for _ in range(1000)}) == 1000
