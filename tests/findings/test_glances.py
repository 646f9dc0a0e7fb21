"""Files that are not read again: their stamp is the same, and nothing was to be reported about them."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from command_line import forward_call, python
from warm_runs import BASE, NO_MODULE, chain, environments, forget, project, put

from flake8_forward_call.files import reading
from flake8_forward_call.files.cache import VARIABLE, Store
from flake8_forward_call.files.reading import read_bytes
from flake8_forward_call.findings import glances

__all__ = ["chain", "environments", "project"]

WRAPPED = """
    from torch import nn
    from torch.nn.parallel import DistributedDataParallel


    class Net(nn.Module):
        def generate(self, x):
            return self(x)


    ddp = DistributedDataParallel(Net())
    ddp.module.generate(1)
"""

Check = Callable[..., "tuple[list[str], list[str]]"]


@pytest.fixture
def check(chain: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Check:
    """Check the project like a new process; the findings as place and code, and the names of the files that were read.

    A run that has no cache must report the same.
    """
    monkeypatch.setattr(reading, "SETTLED", -(10**12))
    read: list[str] = []

    def noted(path: str, *given: Any) -> bytes:
        read.append(path.removeprefix("./"))
        return read_bytes(path, *given)

    monkeypatch.setattr("flake8_forward_call.files.inputs.read_bytes", noted)

    def look(*options: str) -> tuple[list[str], list[str]]:
        read.clear()
        monkeypatch.setenv(VARIABLE, str(tmp_path / "cache"))
        forget()
        told = forward_call("check", "-j1", *options)
        found = sorted(read)
        monkeypatch.setenv(VARIABLE, "")
        forget()
        assert forward_call("check", "-j1", *options) == told
        places = (line.removeprefix("./").split(" ")[:2] for line in told.lines)
        return ["".join(one) for one in places], found

    return look


EVERY_FILE = ["pkg/__init__.py", "pkg/base.py", "pkg/middle.py", "pkg/nets.py", "use.py"]


def test_only_files_with_findings_are_read_again(check: Check) -> None:
    assert check() == (["use.py:5:5:FWD001"], EVERY_FILE)
    assert check() == (["use.py:5:5:FWD001"], ["use.py"])


RUN = """
import sys

before = {*sys.modules}  # Whoever measures coverage has imported more.

from flake8_forward_call.cli import main
from flake8_forward_call.files import reading

reading.SETTLED = -(10**12)
main(["check"])
heavy = ("libcst", "asyncio", "multiprocessing", "flake8.processor", "flake8_forward_call.inference.evaluator")
print("imported:", *(name for name in heavy if name in sys.modules and name not in before))
"""


def test_nothing_heavy_is_imported_if_nothing_has_changed(
    chain: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, str(tmp_path / "cache"))
    first, second = (python(RUN, cwd=chain).lines for _ in range(2))
    assert first[:-1] == second[:-1] != []
    assert "libcst" in first[-1]
    assert second[-1].strip() == "imported:"


def test_changed_file_is_read_again(check: Check, chain: Path) -> None:
    check()
    put(chain / "pkg/__init__.py", "m = 1\n")
    assert check()[1] == ["pkg/__init__.py", "use.py"]


def test_file_that_had_nothing_to_report_is_asked_about_again_if_another_one_changes(
    check: Check,
    chain: Path,
) -> None:
    put(chain / "pkg/base.py", NO_MODULE)
    assert check()[0] == []
    assert check() == ([], [])
    put(chain / "pkg/base.py", BASE)
    assert check() == (["use.py:5:5:FWD001"], ["pkg/base.py", "use.py"])


def test_file_written_a_moment_ago_is_read_again(check: Check, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "SETTLED", 10**15)
    check()
    assert check()[1] == EVERY_FILE


def test_file_that_cannot_be_analysed_is_read_again(check: Check, chain: Path) -> None:
    put(chain / "broken.py", "x.forward(\n")
    (chain / "latin.py").write_bytes(b"x.forward('\xe9')\n")
    assert check()[0] == check()[0]
    assert {"broken.py", "latin.py"} <= set(check()[1])


def test_rule_that_is_selected_later_is_not_missed(check: Check, chain: Path) -> None:
    put(chain / "wrapped.py", WRAPPED)
    assert len(check()[0]) == 1
    assert "wrapped.py:12:12:FWD006" in check("--extend-select", "FWD006")[0]
    put(chain / "pyproject.toml", '[tool.forward-call]\nextend-select = ["FWD006"]\n')
    assert "wrapped.py:12:12:FWD006" in check()[0]


def test_examples_that_are_wanted_later_are_not_missed(check: Check, chain: Path) -> None:
    put(chain / "shown.py", '"""\n>>> from pkg.nets import Net\n>>> Net().forward(1)\n"""\n')
    assert check()[0] == check()[0] == ["use.py:5:5:FWD001"]
    assert len(check("--documents")[0]) == 2


def test_comments_that_silence_nothing_are_found(check: Check, chain: Path) -> None:
    put(chain / "idle.py", "x = 1  # noqa: FWD001\n")
    check()
    assert "idle.py:1:16:FWD100" in check("--report-unused-noqa")[0]


def test_link_to_a_file_is_read_again(check: Check, chain: Path) -> None:
    put(chain.parent / "elsewhere/one.py", "x.forward(1)\n")
    (chain / "link.py").symlink_to(chain.parent / "elsewhere/one.py")
    check()
    assert check()[1] == ["link.py", "use.py"]


def test_file_that_is_gone_is_not_kept(check: Check, chain: Path, tmp_path: Path) -> None:
    put(chain / "gone.py", "")
    check()
    assert "gone.py" in known(chain, tmp_path)["names"]
    (chain / "gone.py").unlink()
    put(chain / "new.py", "")
    check()
    assert sorted(known(chain, tmp_path)["names"]) == sorted([*EVERY_FILE, "new.py"])


def test_only_so_many_files_are_kept(
    check: Check,
    chain: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(glances, "MAX_FILES", 2)
    check()
    assert len(known(chain, tmp_path)["names"]) == 2


@pytest.mark.parametrize(
    "damage",
    [
        lambda _: [],
        lambda _: {},
        lambda one: {**one, "names": one["names"][1:]},
        lambda one: {**one, "names": 7},
        lambda one: {**one, "seen": [[True] * 5] * len(one["seen"])},
        lambda one: {**one, "seen": [["a"] * 5] * len(one["seen"])},
        lambda one: {**one, "seen": [[1, 2]] * len(one["seen"])},
        lambda one: {**one, "seen": [7] * len(one["seen"])},
    ],
)
def test_record_of_another_form_is_as_good_as_none(
    check: Check,
    chain: Path,
    tmp_path: Path,
    damage: Callable[[Any], Any],
) -> None:
    check()
    Store(str(tmp_path / "cache")).write("glances", os.path.realpath(chain), damage(known(chain, tmp_path)))
    assert check() == (["use.py:5:5:FWD001"], EVERY_FILE)


def known(top: Path, tmp_path: Path) -> Any:
    return Store(str(tmp_path / "cache")).read("glances", os.path.realpath(top))
