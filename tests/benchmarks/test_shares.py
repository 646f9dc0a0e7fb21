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


@pytest.mark.parametrize(
    ("frames", "part"),
    [
        ((MAIN, ASKED, READ), "walks over trees: scopes, references, control flow"),
        ((MAIN, READ, ASKED), "the engine of questions"),
        ((MAIN, ASKED, "parse (ast.py:50)"), "Python's parser and `ast`"),
        ((MAIN, "loads (json/__init__.py:346)"), "everything else of this tool"),
        ((MAIN, "_find_and_load (<frozen importlib._bootstrap>:1)", "<module> (click/core.py:3)"), "imports"),
        (("run (threading.py:3)",), "the rest of Python's library"),
    ],
)
def test_innermost_part_counts(shares: ModuleType, frames: tuple[str, ...], part: str) -> None:
    assert shares.part_of(frames) == part


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
    ]


def test_table_on_the_page_has_the_programs_of_the_benchmark(shares: ModuleType) -> None:
    page = (TOP / "docs/benchmarks.md").read_text(encoding="utf-8")
    begin, end = shares.MARKS
    header, _, *lines = page[page.index(begin) + len(begin) : page.index(end)].strip().splitlines()
    assert header == next(iter(shares.table({name: Counter[str]() for name in shares.PROGRAMS})))
    parts = {part for _, part in shares.PARTS} | {shares.REST}
    assert lines
    assert all(line.split("|")[1].strip() in parts for line in lines)
    for column in zip(*(map(int, line.split("|")[2:-1]) for line in lines), strict=True):
        assert 90 <= sum(column) <= 103
