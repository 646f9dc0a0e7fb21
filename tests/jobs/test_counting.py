"""How many processes there are: as many as the user wants, else as many as are worth it."""

from __future__ import annotations

import json
import multiprocessing
import os
import sys
import threading
from pathlib import Path

import pytest
from command_line import PROGRAM, forward_call

from flake8_forward_call.configuration.files import forget
from flake8_forward_call.configuration.settings import settings_of
from flake8_forward_call.jobs import counting

on_linux = pytest.mark.skipif(sys.platform != "linux", reason="is about Linux")


@pytest.fixture(autouse=True)
def _four_processors(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(counting, "processors", lambda: 4)


@pytest.mark.parametrize(
    ("number", "sizes", "expected"),
    [
        (None, [], 1),
        (None, [99], 1),
        (None, [199], 1),
        (None, [100, 100], 2),
        (None, [100] * 3, 3),
        (None, [100] * 50, 4),
        (None, [10_000], 1),
        (1, [100] * 50, 1),
        (2, [1, 1], 2),
        (7, [1, 1], 2),
        (7, [], 1),
        (500, [1] * 500, counting.MAX_PROCESSES),
    ],
)
def test_number_of_processes(number: int | None, sizes: list[int], expected: int) -> None:
    assert counting.worthwhile(number, sizes, 100) == expected


def test_without_a_number_there_are_not_too_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counting, "processors", lambda: 128)
    assert counting.worthwhile(None, [100] * 500, 100) == counting.MAX_OF_ITSELF


@pytest.mark.parametrize(("text", "expected"), [("3", 3), ("64", 4), ('"auto"', None)])
def test_settings_of_a_repository_get_no_more_than_there_are_processors(text: str, expected: int | None) -> None:
    Path("pyproject.toml").write_text(f"[tool.forward-call]\njobs = {text}\n")
    forget()
    assert counting.wanted(settings_of(Path.cwd())) == expected


@pytest.mark.parametrize("given", ["0", "-1", "many", "1.5", "", "9" * 5000])
def test_what_is_no_number_is_told(given: str) -> None:
    Path("net.py").write_text(PROGRAM)
    done = forward_call("check", "-j", given)
    assert (done.status, done.out) == (2, "")
    assert "must be a number from 1 on, or auto, not " in done.err
    assert len(done.err.splitlines()) == 1


def test_schema_takes_a_number_or_auto() -> None:
    schema = json.loads(forward_call("config", "--schema").out)["properties"]["jobs"]
    assert schema["anyOf"] == [{"type": "integer", "minimum": 1}, {"const": "auto"}]
    assert schema["default"] == "auto"


@on_linux
@pytest.mark.parametrize(
    ("quota", "expected"), [("150000 100000\n", 2), ("50000 100000\n", 1), ("max 100000\n", None), ("odd", None)]
)
def test_limit_of_a_container_counts(
    quota: str, expected: int | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.undo()
    (tmp_path / "cpu.max").write_text(quota)
    monkeypatch.setattr(counting, "QUOTA", str(tmp_path / "cpu.max"))
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(16)))
    assert counting.processors() == (expected or 16)


@on_linux
def test_process_with_threads_is_not_forked(monkeypatch: pytest.MonkeyPatch) -> None:
    # Another test may have had the default chosen.
    monkeypatch.setattr(multiprocessing, "get_start_method", lambda allow_none: None)
    end = threading.Event()
    thread = threading.Thread(target=end.wait)
    thread.start()
    try:
        context = counting.context()
        assert context is not None
        assert context.get_start_method() == "spawn"
    finally:
        end.set()
        thread.join()
