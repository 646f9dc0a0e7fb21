"""One project in a process of its own: what it prints, and what becomes of the worker if it goes wrong."""

from __future__ import annotations

import dataclasses
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from command_line import PROGRAM
from command_line import run as run_module
from projects import CLEAN, OVERRIDE, in_folder, order

from flake8_forward_call.scanning import inside, running
from flake8_forward_call.scanning.records import State
from flake8_forward_call.scanning.running import run


@pytest.mark.slow
@pytest.mark.parametrize("output_format", ["json-lines", "sarif", "html"])
def test_output_is_that_of_check_in_the_folder(tmp_path: Path, output_format: str) -> None:
    root = in_folder(tmp_path / "a", PROGRAM, OVERRIDE, settings='ignore = ["FWD005"]')
    one = order(root, output_format)
    outcome = run(one)
    arguments = ("check", "--output-format", output_format, *one.arguments)
    local = run_module("flake8_forward_call", *arguments, cwd=root)
    assert outcome.output == local.out
    assert (outcome.state, outcome.counts, local.status) == (State.FINDINGS, {"FWD001": 2}, 1)
    assert outcome.seconds > 0


def test_project_without_findings_is_clean(tmp_path: Path) -> None:
    outcome = run(order(in_folder(tmp_path / "a", CLEAN)))
    assert (outcome.state, outcome.output, outcome.counts, outcome.reason) == (State.CLEAN, "", {}, "")


def test_what_check_could_not_do_is_told_beside_what_it_found(tmp_path: Path) -> None:
    root = in_folder(tmp_path / "a", PROGRAM)
    inner = in_folder(root / "inner", PROGRAM, settings="select = 1")
    outcome = run(order(root))
    assert (outcome.state, outcome.counts) == (State.FAILED, {"FWD001": 1})
    assert outcome.reason.startswith(f"{inner.name}/pyproject.toml:2:")


def test_folder_that_is_gone_is_told(tmp_path: Path) -> None:
    outcome = run(order(tmp_path / "gone"))
    assert (outcome.state, outcome.reason) == (State.FAILED, "cannot be checked: No such file or directory")


def test_worker_with_another_version_is_told(tmp_path: Path) -> None:
    outcome = run(dataclasses.replace(order(tmp_path), version="0.0"))
    assert outcome.state is State.FAILED
    assert "and not 0.0" in outcome.reason


def test_check_that_takes_too_long_is_stopped(tmp_path: Path) -> None:
    started = time.monotonic()
    outcome = run(order(in_folder(tmp_path / "a", PROGRAM), timeout=0.01))
    assert (outcome.state, outcome.reason) == (State.TIMEOUT, "stopped after 0.01 s")
    assert outcome.seconds <= time.monotonic() - started


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux limits the address space reliably")
def test_check_that_needs_too_much_memory_dies_alone(tmp_path: Path) -> None:
    outcome = run(order(in_folder(tmp_path / "a", PROGRAM), memory=20_000_000))
    assert outcome.state in (State.DIED, State.FAILED)
    assert outcome.reason


@pytest.mark.parametrize(
    ("program", "reason"),
    [
        ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", "its process was ended by SIGKILL"),
        ("raise SystemExit(70)", "its process ended with exit status 70"),
        ("raise ValueError('odd')", "its process ended with exit status 1: ValueError: odd"),
        ("print('no JSON')", "its output cannot be read"),
        ("print('[1]')", "its output cannot be read"),
    ],
)
def test_process_that_dies_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, program: str, reason: str) -> None:
    monkeypatch.setattr(running, "START", program)
    outcome = run(order(tmp_path))
    assert (outcome.state, outcome.reason) == (State.DIED, reason)


def test_nothing_of_the_project_is_imported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = in_folder(tmp_path / "a", CLEAN)
    for name in ("click", "json", "flake8_forward_call", "sitecustomize"):
        (root / f"{name}.py").write_text(f"open({str(tmp_path / 'ran')!r}, 'w')\n")
    monkeypatch.setenv("PYTHONPATH", str(root))
    monkeypatch.syspath_prepend("")
    assert run(order(root)).state is State.CLEAN
    assert not (tmp_path / "ran").exists()


def test_check_of_a_project_starts_no_processes_of_its_own(tmp_path: Path) -> None:
    program = f"{inside.START.partition(';')[0]}; from flake8_forward_call.scanning import inside; "
    program += "from flake8_forward_call.jobs import counting; inside.cli.main = lambda: print(counting.context()); "
    command = [sys.executable, "-c", f"{program}print(counting.context() is None); inside.main()", "0"]
    ours, end = os.pipe()  # At the end of its input, the process ends at once.
    done = subprocess.run(command, stdin=ours, capture_output=True, text=True, timeout=60, check=True)
    os.close(ours)
    os.close(end)
    assert done.stdout.splitlines() == ["False", "None"]


@pytest.mark.skipif(sys.platform == "win32", reason="processes are ended in another way there")
def test_process_ends_with_its_worker(tmp_path: Path) -> None:
    ours, end = os.pipe()
    program = f"{inside.START.partition(';')[0]}; from flake8_forward_call.scanning import inside; import time; "
    program += "inside.cli.main = lambda: print('begun', flush=True) or time.sleep(60); inside.main()"
    command = [sys.executable, "-c", program, "0"]
    with subprocess.Popen(command, stdin=ours, stdout=subprocess.PIPE, start_new_session=True) as process:
        os.close(ours)
        assert process.stdout is not None
        assert process.stdout.readline() == b"begun\n"
        os.close(end)  # As if the worker had been killed.
        assert process.wait(30) != 0
