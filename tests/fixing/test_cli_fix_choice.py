"""Which fixes are made, and what is reported then: ``fixable``, ``unfixable``, ``fix-only``."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from command_line import PLACE, PROGRAM, forward_call

TWO = PROGRAM.replace("return self.stem.forward(x)", "return self.stem.forward(x) + torch.vmap(self.stem.forward)(x)")
FIXED = TWO.replace(".forward(x)", "(x)")
BOTH = FIXED.replace("self.stem.forward)", "self.stem)")


@pytest.fixture(autouse=True)
def net(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file with a finding of FWD001 and one of FWD004."""
    monkeypatch.chdir(tmp_path)
    Path("net.py").write_text(TWO)
    return Path("net.py")


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ((), BOTH),
        (("--fixable", "FWD001"), FIXED),
        (("--unfixable", "FWD004"), FIXED),
        (("--fixable", "FWD", "--unfixable", "FWD004"), FIXED),
        (("--fixable", "FWD001", "--unfixable", "FWD"), FIXED),
        (("--fixable", "FWD001,FWD004", "--unfixable", "FWD004"), FIXED),
        (("--unfixable", "FWD"), TWO),
        (("--fixable", "FWD005"), TWO),
        (("--config", "unfixable = ['FWD004']"), FIXED),
    ],
)
def test_fixes_are_made_for_the_rules_that_may_be_fixed(net: Path, options: tuple[str, ...], expected: str) -> None:
    done = forward_call("fix", "--select", "FWD", *options, "net.py")
    assert net.read_text() == expected
    assert (done.status, ": FWD004 " in done.out) == (int(expected != BOTH), expected != BOTH)


def test_no_report_offers_a_fix_that_is_not_made() -> None:
    Path("pyproject.toml").write_text("[tool.forward-call]\nunfixable = ['FWD001']\n")
    done = forward_call("check", "--select", "FWD", "--output-format", "json", "net.py")
    assert [(each["code"], each["fix"] is None) for each in json.loads(done.out)] == [
        ("FWD001", True),
        ("FWD004", False),
    ]
    assert "[*]" not in forward_call("check", "--output-format", "full", "net.py").out


def test_fix_only_says_nothing_of_what_remains(net: Path) -> None:
    done = forward_call("fix", "--fix-only", "--select", "FWD", "--unfixable", "FWD004", "net.py")
    assert (done.status, done.err) == (0, "")
    assert done.lines[0].startswith(f"net.py:{PLACE}: self.stem.forward(...) -> self.stem(...)")
    assert done.lines[-1] == "Fixed 1 call in 1 file."
    assert net.read_text() == FIXED
    again = forward_call("fix", "--fix-only", "--select", "FWD", "--unfixable", "FWD004", "net.py")
    assert (again.status, again.lines) == (0, ["Nothing to fix."])


def test_fix_only_can_be_set_and_still_fail_where_something_was_fixed() -> None:
    Path("pyproject.toml").write_text("[tool.forward-call]\nfix-only = true\n")
    assert forward_call("fix", "--exit-non-zero-on-fix", "net.py").status == 1
    assert forward_call("fix", "--exit-non-zero-on-fix", "net.py").status == 0


def test_a_diff_with_fix_only_fails_if_there_are_changes() -> None:
    command = ("fix", "--diff", "--fix-only", "net.py")
    assert forward_call(*command, "--select", "FWD001").status == 1
    done = forward_call(*command, "--select", "FWD001", "--unfixable", "FWD001")
    assert (done.status, done.out) == (0, "")


def test_fix_only_still_tells_of_a_file_that_it_cannot_read() -> None:
    Path("broken.py").write_text("x.forward(\n")
    done = forward_call("fix", "--fix-only", ".")
    assert done.status == 1
    assert "broken.py" in done.out
    assert "FWD900" in done.out
