"""Results on disk: whatever has happened to the record, a run finds what it finds without one."""

from __future__ import annotations

import os
import time
from multiprocessing import get_context
from multiprocessing.synchronize import Barrier
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest
from command_line import forward_call, run
from warm_runs import (
    BASE,
    NO_MODULE,
    OTHER_CALL,
    USE,
    Look,
    chain,
    codes,
    environments,
    forbid_trees,
    forget,
    found,
    look,
    project,
    put,
)

from flake8_forward_call import checking
from flake8_forward_call.checking import check_bytes
from flake8_forward_call.files import cache
from flake8_forward_call.files.cache import VARIABLE, Store
from flake8_forward_call.findings.selection import everywhere
from flake8_forward_call.findings.stored import restored, stored
from flake8_forward_call.inference import session
from flake8_forward_call.inference.places.environment import CHOICE, Choice
from flake8_forward_call.inference.project import results
from flake8_forward_call.inference.project.disk import Disk
from flake8_forward_call.inference.project.results import Results
from flake8_forward_call.noqa.silencing import EVERY_RULE

__all__ = ["chain", "environments", "look", "project"]


HOOKED = """
    from pkg.nets import Net

    net = Net()
    net.register_forward_hook(print)
    net.forward(1)
"""


@pytest.fixture
def folder(chain: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The cache after a first run over a project."""
    assert codes(found(chain, tmp_path / "cache", monkeypatch)) == [("use.py", "FWD001")]
    return tmp_path / "cache"


def check(name: str) -> list[str]:
    return [one.code for one in check_bytes(name, Path(name).read_bytes(), everywhere(EVERY_RULE)).findings]


def record(folder: Path) -> tuple[Store, str, Any]:
    """The store, the key and the value of the record with the results."""
    (known,) = session._SESSIONS._results.values()
    store = Store(str(folder))
    return store, known._key, store.read("results", known._key)


@pytest.mark.parametrize("damage", [b"", b"x", b"flake8-forward-call record \n{}"])
def test_damaged_record_is_as_good_as_none(chain: Path, folder: Path, look: Look, damage: bytes) -> None:
    (path,) = folder.iterdir()
    path.write_bytes(damage)
    assert codes(look()) == [("use.py", "FWD001")]
    assert list(folder.iterdir()) == [path]
    assert list(record(folder)[2]["files"]) == [str(chain / "use.py")]


@pytest.mark.parametrize(
    "change",
    [
        lambda value: [],
        lambda value: {},
        lambda value: {**value, "facts": [["content"], ["a"], ["b"]]},
        lambda value: {**value, "facts": [[], [], []], "states": [[], []]},
        lambda value: {**value, "facts": [[1], [2], [3]], "states": [[""], [0]]},
        lambda value: {**value, "facts": [["no such question"] * 9] * 3, "states": [[""], [0] * 9]},
        lambda value: {**value, "states": [[], [7] * len(value["facts"][0])]},
        lambda value: {**value, "stamps": {"/a": []}},
        lambda value: {**value, "stamps": 7},
        lambda value: {**value, "files": [1]},
        lambda value: {**value, "files": {path: one[:3] for path, one in value["files"].items()}},
        lambda value: {**value, "files": {path: [*one[:2], "zz", one[3]] for path, one in value["files"].items()}},
        lambda value: {**value, "files": {path: [*one[:2], "f" * 99, one[3]] for path, one in value["files"].items()}},
        lambda value: {**value, "files": {path: [*one[:3], 7] for path, one in value["files"].items()}},
        lambda value: {**value, "files": {path: [*one[:3], ["", [[7]]]] for path, one in value["files"].items()}},
    ],
)
def test_record_of_another_form_is_as_good_as_none(folder: Path, look: Look, change: Any) -> None:
    store, key, value = record(folder)
    store.write("results", key, change(value))
    assert codes(look()) == [("use.py", "FWD001")]


def test_record_that_cannot_be_written_is_not(chain: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(tmp_path / "file", "")
    assert codes(found(chain, tmp_path / "file" / "cache", monkeypatch)) == [("use.py", "FWD001")]
    monkeypatch.setattr(cache, "MAX_RECORD", 10)
    assert codes(found(chain, tmp_path / "cache", monkeypatch)) == [("use.py", "FWD001")]
    assert not list(tmp_path.glob("cache/*"))


def test_only_so_many_results_are_kept(chain: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(results, "MAX_RESULTS", 1)
    put(chain / "again.py", USE)
    found(chain, tmp_path / "cache", monkeypatch)
    assert list(record(tmp_path / "cache")[2]["files"]) == [str(chain / "use.py")]


def test_file_that_is_gone_is_not_kept(chain: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(chain / "again.py", USE)
    found(chain, folder, monkeypatch)
    assert len(record(folder)[2]["files"]) == 2
    (chain / "use.py").unlink()
    put(chain / "third.py", USE)
    found(chain, folder, monkeypatch)
    assert sorted(record(folder)[2]["files"]) == [str(chain / "again.py"), str(chain / "third.py")]


def test_results_of_two_processes_are_joined(chain: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, str(tmp_path / "cache"))
    for name in ("a", "b", "c"):
        put(chain / f"{name}.py", USE)
    first, second = session._Sessions(), session._Sessions()
    for sessions, name in ((first, "a"), (second, "b"), (first, "c")):
        monkeypatch.setattr(session, "_SESSIONS", sessions)
        assert check(f"{name}.py") == ["FWD001"]
        checking.keep()
    forbid_trees(monkeypatch)
    forget()
    assert [check(f"{name}.py") for name in "abc"] == [["FWD001"]] * 3


class _Slow(Store):
    """A store that takes its time between what is read and what is written."""

    def write(self, kind: str, key: str, value: Any) -> None:
        time.sleep(0.02)
        super().write(kind, key, value)


def _keep_each(folder: Path, start: Barrier, paths: list[Path]) -> None:
    """Find something in one file after the other, and write it at once."""
    known = Results(_Slow(str(folder)), "project")
    known.begin(Disk(), str)
    start.wait(60)
    for path in paths:
        known.remember(str(path), "", "", 1, 0)
        known.keep(at_once=True)


def test_processes_that_write_at_once_lose_nothing(tmp_path: Path) -> None:
    paths = [tmp_path / f"use{number}.py" for number in range(10)]
    for path in paths:
        path.touch()
    context = get_context("spawn")
    start = context.Barrier(2)
    each = [
        context.Process(target=_keep_each, args=(tmp_path / "cache", start, part)) for part in (paths[::2], paths[1::2])
    ]
    for process in each:
        process.start()
    for process in each:
        process.join()
    known = Results(Store(str(tmp_path / "cache")), "project")
    known.begin(Disk(), str)
    assert [path.name for path in paths if known.recall(str(path), "", "", lambda *_: "") is None] == []


def test_processes_of_flake8_share_their_results(chain: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, str(tmp_path / "cache"))
    names = [f"use{number}.py" for number in range(6)]
    for name in names:
        put(chain / name, USE)
    (chain / "use.py").unlink()
    done = run(
        "flake8", "--isolated", "-j", "2", "--select", "FWD", "--forward-call-no-site-packages", *names, cwd=chain
    )
    assert done.out.count("FWD001") == 6
    monkeypatch.setattr(session, "_SESSIONS", session._Sessions())
    forget()
    CHOICE.set(Choice(nothing=True))
    forbid_trees(monkeypatch)
    assert [check(name) for name in names] == [["FWD001"]] * 6


def test_file_that_changes_within_a_tick_of_the_clock_is_read_again(
    chain: Path, tmp_path: Path, look: Look, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A file system that only knows the size of a file, and when it was written to two seconds.
    whole = Disk._stamp

    def coarse(disk: Disk, path: str) -> list[int]:
        size, changed, _, _ = whole(disk, path)
        return [size, changed // 2_000_000_000 * 2_000_000_000, 0, 0]

    monkeypatch.setattr(Disk, "_stamp", coarse)
    monkeypatch.setattr("flake8_forward_call.files.reading.SETTLED", 10**15)  # However long this takes.
    assert codes(look()) == [("use.py", "FWD001")]
    text = (chain / "pkg/base.py").read_text()
    times = (chain / "pkg/base.py").stat()
    (chain / "pkg/base.py").write_text(text.replace("nn.Module", "nn.Nothing"[:9]))
    os.utime(chain / "pkg/base.py", ns=(times.st_atime_ns, times.st_mtime_ns))
    assert look() == []


def test_text_that_is_not_saved_is_never_kept(chain: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, str(tmp_path / "cache"))
    forget()
    text = dedent(USE) + "\n# not saved"
    checking.hold("use.py", text.encode())
    assert check_bytes("use.py", text.encode(), everywhere(EVERY_RULE)).findings
    checking.keep()
    session.look_again({str(chain / "pkg/base.py"): dedent(NO_MODULE)})
    assert check("use.py") == []
    checking.keep()
    assert not list(tmp_path.glob("cache/*"))
    forget()
    assert check("use.py") == ["FWD001"]


def test_without_a_cache_nothing_is_written(chain: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, str(tmp_path / "cache"))
    with monkeypatch.context() as patched:
        patched.setenv(VARIABLE, str(tmp_path / "cache"))
        forget()
        forward_call("check", "--no-cache", "use.py")
    assert not (tmp_path / "cache").exists()


def test_findings_come_back_as_they_were(chain: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(chain / "hooked.py", HOOKED)
    findings = found(chain, None, monkeypatch)
    assert any(one.hanging for one in findings)
    for finding in findings:
        assert restored(finding.path, stored([finding])) == [finding]


def test_message_names_paths_from_the_current_folder(
    chain: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(chain / "sub/hooked.py", HOOKED)
    for folder in (chain, chain / "sub", chain):
        monkeypatch.chdir(folder)
        warm = found(chain, tmp_path / "cache", monkeypatch)
        assert warm == found(chain, None, monkeypatch)


# In a process that keeps running


def test_only_what_a_change_can_reach_is_asked_anew(chain: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, "")
    forget()
    put(chain / "other.py", "from torch import nn\n\nlayer = nn.Linear(1, 1)\nlayer.forward(1)\n")
    session.look_again({})
    assert (check("use.py"), check("other.py")) == (["FWD001"], ["FWD001"])
    session.look_again({str(chain / "pkg/base.py"): dedent(OTHER_CALL)})
    assert check("use.py") == ["FWD002"]
    with monkeypatch.context() as patched:
        forbid_trees(patched)
        assert check("other.py") == ["FWD001"]
    session.look_again({str(chain / "pkg/base.py"): dedent(BASE)})
    assert check("use.py") == ["FWD001"]
