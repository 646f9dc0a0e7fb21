"""Calls that are rewritten print the same afterwards; those that would not are left, or get an unsafe fix."""

from __future__ import annotations

from pathlib import Path

from outcomes import NET, outcome


def test_a_module_made_on_the_spot_is_rewritten(tmp_path: Path) -> None:
    result = outcome(tmp_path, NET + "print(Net().forward(X))")
    assert result.findings == ("FWD001 safe",)
    assert result.before == result.after != ""


def test_the_harness_sees_an_error_and_a_difference(tmp_path: Path) -> None:
    # A lie that nobody can read: what is annotated as a module is none.
    program = NET + "from typing import cast\nprint(cast(nn.Module, Robot()).forward(X))"
    result = outcome(tmp_path, program)
    assert result.is_rewritten
    assert result.before == "robot\n"
    assert result.after == "raises TypeError 'Robot' object is not callable\n"
