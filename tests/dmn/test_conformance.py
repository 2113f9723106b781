"""The conformance kit, when it is there, and the project's own small kit always."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from torget_dmn.conformance.__main__ import main
from torget_dmn.conformance.runner import LevelResult, run_kit

OWN_KIT = Path(__file__).parent / "models"
ROOT = Path(__file__).resolve().parents[2]
KIT = Path(os.environ.get("DMN_TCK", ROOT.parent / "shared" / "data" / "dmn-tck"))
PERCENT_MIN = {"compliance-level-2": 100.0, "compliance-level-3": 98.0}


def _check(level: LevelResult) -> None:
    assert level.total("crashes") == 0
    for passed, total in (("passed", "total"), ("valued_passed", "valued_total")):
        assert 100.0 * level.total(passed) / level.total(total) >= PERCENT_MIN[level.name], level.name


@pytest.mark.parametrize("level", ["compliance-level-2", "compliance-level-3"])
def test_the_own_kit_passes_whole(level: str) -> None:
    (result,) = (one for one in run_kit(OWN_KIT) if one.name == level)
    assert result.total("total") >= 3
    assert [failure for group in result.groups for failure in group.failures] == []


@pytest.mark.parametrize("rewritten", [False, True], ids=["as they are", "read, written and read again"])
def test_the_shared_kit_passes_as_promised(rewritten: bool) -> None:
    # Where the kit is not given, the own one stands for it: the test never passes by looking away.
    levels = list(run_kit(KIT if KIT.is_dir() else OWN_KIT, rewritten=rewritten))
    assert len(levels) == 2
    for level in levels:
        _check(level)


def test_the_command_reports_every_group(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(OWN_KIT), "--failures"]) == 0
    printed = capsys.readouterr().out
    assert "waiver-graph" in printed
    assert "value-expecting" in printed


def test_the_command_says_when_there_is_no_kit(tmp_path: Path) -> None:
    assert main([str(tmp_path / "nothing")]) == 2
    assert main([str(tmp_path)]) == 2


def test_a_broken_kit_is_reported_as_failures(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    group = tmp_path / "compliance-level-2" / "broken"
    group.mkdir(parents=True)
    (group / "broken-test-01.xml").write_text("<testCases", encoding="utf-8")
    (group / "broken-test-02.xml").write_text(
        "<testCases><modelName>none.dmn</modelName><testCase id='1'><resultNode name='a'>"
        "<expected><value>1</value></expected></resultNode></testCase></testCases>",
        encoding="utf-8",
    )
    assert main([str(tmp_path), "--failures"]) == 1
    assert "0/2" in capsys.readouterr().out
