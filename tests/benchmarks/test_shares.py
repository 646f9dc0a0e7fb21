"""A sample counts for the innermost part that the table names, and for an import while there is one."""

from __future__ import annotations

import importlib.util
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

TOP = Path(__file__).parents[2]


@pytest.fixture
def shares(monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    monkeypatch.syspath_prepend(str(TOP / "benchmarks"))
    spec = importlib.util.spec_from_file_location("shares", TOP / "benchmarks/shares.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, "shares", module)
    spec.loader.exec_module(module)
    yield module
    for name in [one for one in sys.modules if one.partition(".")[0] in {"labelled", "timed", "speed"}]:
        del sys.modules[name]


MAIN = "main (flake8_forward_call/cli.py:40)"
ASKED = "Engine.once (flake8_forward_call/inference/engine.py:195)"
READ = "scopes_of (flake8_forward_call/inference/syntax/scopes.py:12)"
IMPORT = "_find_and_load (<frozen importlib._bootstrap>:1)"


@pytest.mark.parametrize(
    ("frames", "part"),
    [
        ((MAIN, ASKED, READ), "walks over trees: scopes, references, control flow"),
        ((MAIN, READ, ASKED), "the engine of questions"),
        ((MAIN, ASKED, "parse (ast.py:50)"), "Python's parser"),
        ((MAIN, ASKED, "walk (ast.py:390)"), "walks over trees: scopes, references, control flow"),
        (("run (flake8/checker.py:3)", "parse (ast.py:50)"), "flake8 and its other plugins"),
        ((MAIN, "loads (json/__init__.py:346)"), "everything else of this tool"),
        ((MAIN, IMPORT, "<module> (click/core.py:3)"), "imports of click"),
        ((MAIN, IMPORT, "<module> (click/core.py:3)", IMPORT, "<module> (inspect.py:3)"), "other imports"),
        ((MAIN, "<module> (flake8_forward_call/group.py:3)", IMPORT), "imports of this tool"),
        ((IMPORT,), "other imports"),
        (("run (threading.py:3)",), "the rest of Python's library"),
    ],
)
def test_innermost_part_counts(shares: ModuleType, frames: tuple[str, ...], part: str) -> None:
    assert shares.part_of(frames) == part


def test_each_part_of_this_tool_exists(shares: ModuleType) -> None:
    own = [mark for mark, _ in shares.PARTS if mark.startswith("flake8_forward_call/")]
    assert len(own) == 7
    assert all((TOP / mark).exists() for mark in own)


def test_table_has_each_share_and_no_line_of_nothing(shares: ModuleType) -> None:
    waits = f"{MAIN};Thread._wait_for_tstate_lock (threading.py:9)"
    found = shares.shares([f"{MAIN};{ASKED} 3", f"{MAIN} 1", f"{waits} 50", f"{MAIN};{ASKED} 4"])
    assert found == Counter({"the engine of questions": 7, "everything else of this tool": 1})
    assert list(shares.table({"`check`": found, "other": Counter(click=4)})) == [
        "| % of the time in | `check` | other |",
        "| --- | ---: | ---: |",
        "| the engine of questions | 88 | 0 |",
        "| everything else of this tool | 12 | 0 |",
        "| click | 0 | 100 |",
        "| samples | 8 | 4 |",
    ]


SPY = """#!{python}
import sys
options, command = sys.argv[1 : sys.argv.index("--")], sys.argv[sys.argv.index("--") + 1 :]
assert options[0] == "record"
if command != ["silent"]:
    with open(options[options.index("--output") + 1], "w") as file:
        file.write("main (click/core.py:1) 400\\n")
sys.exit(command == ["failing"] and 3)
"""


@pytest.fixture
def spy(tmp_path: Path) -> Path:
    """A program with the options of py-spy."""
    path = tmp_path / "py-spy"
    path.write_text(SPY.format(python=sys.executable), encoding="utf-8")
    path.chmod(0o755)
    return path


def test_program_is_run_again_until_it_was_seen_often_enough(shares: ModuleType, spy: Path, tmp_path: Path) -> None:
    runs: list[None] = []
    program = shares.Program("short", ["short"], before=lambda: runs.append(None))
    assert shares.seen_of(spy, program, tmp_path, {}) == Counter(click=1_200)
    assert len(runs) == 3


@pytest.mark.parametrize("command", ["failing", "silent"])
def test_program_that_fails_or_is_not_seen_is_no_result(
    shares: ModuleType, spy: Path, tmp_path: Path, command: str
) -> None:
    (tmp_path / "raw").write_text("main (click/core.py:1) 1\n")
    with pytest.raises(SystemExit, match="exit status"):
        shares.samples(spy, shares.Program(command, [command]), tmp_path, {})


def test_table_on_the_page_has_the_programs_of_the_benchmark(shares: ModuleType) -> None:
    page = (TOP / "docs/benchmarks.md").read_text(encoding="utf-8")
    begin, end = shares.MARKS
    _, _, header, _, *lines, last = page[page.index(begin) + len(begin) : page.index(end)].strip().splitlines()
    assert header == next(iter(shares.table({name: Counter[str]() for name in shares.PROGRAMS})))
    parts = list(dict.fromkeys((*(part for _, part in (*shares.IMPORTED, *shares.PARTS)), shares.REST)))
    listed = [line.split("|")[1].strip() for line in lines]
    assert listed == [part for part in parts if part in listed]
    for column in zip(*(map(int, line.split("|")[2:-1]) for line in lines), strict=True):
        # Each line is rounded, and those below one are left out.
        assert abs(sum(column) - 100) <= (len(parts) + 1) / 2
    assert all(int(number.replace(",", "")) >= shares.FEWEST for number in last.split("|")[2:-1])
