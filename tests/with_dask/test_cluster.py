"""Scans on real clusters: workers that are killed, a scan that is stopped, a scheduler that was there before."""

from __future__ import annotations

import fcntl
import json
import os
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest
from command_line import PROGRAM, forward_call, python, run
from projects import CLEAN, in_folder

from flake8_forward_call.commands.examples import EXAMPLES

COMMAND = (sys.executable, "-m", "flake8_forward_call", "scan")
LINES = ("--output-format", "json-lines")
NAMES = ("a", "b", "c", "d")


@pytest.fixture(autouse=True)
def _projects(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Four projects, of which one has no findings."""
    monkeypatch.chdir(tmp_path)
    for name in NAMES:
        in_folder(Path("all", name), *([CLEAN] if name == "c" else [PROGRAM, PROGRAM]))


def local(name: str) -> list[str]:
    """What a run in a project prints."""
    return run("flake8_forward_call", "check", *LINES, cwd=Path("all", name)).lines


def without_heads(lines: list[str]) -> list[str]:
    return [line for line in lines if "project" not in json.loads(line)]


def heads(out: str) -> dict[str, dict[str, object]]:
    """By the name of a project: its line in a report."""
    found = (json.loads(line) for line in out.splitlines())
    return {Path(line["project"]).name: line for line in found if "project" in line}


def wait_for(holds: Callable[[], object], seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "it took too long"
        time.sleep(0.02)


def checks_below(process: psutil.Process) -> list[psutil.Process]:
    """The processes below this one that check a project."""
    found = []
    for one in process.children(recursive=True):
        try:
            if "flake8_forward_call.scanning.inside" in " ".join(one.cmdline()):
                found.append(one)
        except psutil.Error:
            continue
    return found


def is_gone(process: psutil.Process) -> bool:
    try:
        return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE
    except psutil.Error:
        return True


@contextmanager
def started(*args: str) -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen([*COMMAND, *args], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


@contextmanager
def checks_wait(folder: Path) -> Iterator[None]:
    """Inside, no check ends that has a result to put into this cache: another process adds to it."""
    folder.mkdir(mode=0o700)
    descriptor = os.open(folder, os.O_RDONLY)
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    try:
        yield
    finally:
        os.close(descriptor)


def test_two_workers_find_what_local_runs_find() -> None:
    done = run("flake8_forward_call", "scan", "--each", "all", "--workers", "2", *LINES)
    assert done.status == 1
    assert without_heads(done.lines) == [line for name in NAMES for line in local(name)]
    assert [head["state"] for head in heads(done.out).values()] == ["findings", "findings", "clean", "findings"]


def test_worker_that_is_killed_costs_only_the_time_of_its_project(tmp_path: Path) -> None:
    options = ("--each", "all", "--workers", "2", "--cache-dir", "cache", *LINES)
    with started(*options) as process:
        top = psutil.Process(process.pid)
        with checks_wait(tmp_path / "cache"):
            wait_for(lambda: len(checks_below(top)) == 2)
            first, other = checks_below(top)
            (worker := psutil.Process(first.ppid())).kill()
            wait_for(lambda: is_gone(worker) and is_gone(first))
            assert other.is_running()
            assert process.poll() is None
        out, err = process.communicate(timeout=100)
    assert process.returncode == 1, err
    assert without_heads(out.splitlines()) == [line for name in NAMES for line in local(name)]
    assert {head["state"] for head in heads(out).values()} == {"findings", "clean"}


def test_project_that_takes_too_long_does_not_stop_the_others(tmp_path: Path) -> None:
    options = ("--each", "all", "--workers", "2", "--cache-dir", "cache", "--timeout", "3", *LINES)
    with checks_wait(tmp_path / "cache"):
        done = run("flake8_forward_call", "scan", *options)
    assert done.status == 2
    states = {name: (head["state"], head["reason"]) for name, head in heads(done.out).items()}
    late = ("timeout", "stopped after 3 s")
    assert states == {"a": late, "b": late, "c": ("clean", None), "d": late}
    assert "forward-call: all/a: timeout: stopped after 3 s\n" in done.err


@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_stopped_scan_leaves_nothing_running_and_goes_on(end: signal.Signals) -> None:
    options = ("--each", "all", "--workers", "1", "--state", "state", "-v", *LINES)
    with started(*options) as process:
        assert process.stderr is not None
        assert process.stderr.readline().startswith("forward-call: 1/4 ")
        below = psutil.Process(process.pid).children(recursive=True)
        process.send_signal(end)
        _, err = process.communicate(timeout=100)
    wait_for(lambda: all(map(is_gone, below)))
    if end is not signal.SIGKILL:
        assert process.returncode == 2
        assert "of 4 projects were checked; the same command goes on from here." in err
    done = run("flake8_forward_call", "scan", *options)
    assert without_heads(done.lines) == [line for name in NAMES for line in local(name)]
    earlier = [head["earlier"] for head in heads(done.out).values()]
    assert 1 <= earlier.count(True) < len(NAMES)


def test_scheduler_that_was_there_before(tmp_path: Path) -> None:
    places = ("--scheduler-file", str(tmp_path / "scheduler.json"))
    scheduler = [sys.executable, "-m", "distributed.cli.dask_scheduler", "--port", "0", "--no-dashboard", *places]
    worker = [sys.executable, "-m", "distributed.cli.dask_worker", "--nthreads", "1", "--no-dashboard", *places]
    with subprocess.Popen(scheduler, stderr=subprocess.DEVNULL) as first:
        wait_for(lambda: Path("scheduler.json").exists() and Path("scheduler.json").read_text().endswith("}"))
        with subprocess.Popen(worker, cwd=tmp_path, stderr=subprocess.DEVNULL) as second:
            address = json.loads(Path("scheduler.json").read_text())["address"]
            done = run("flake8_forward_call", "scan", "--each", "all", "--scheduler", address, *LINES)
            second.terminate()
        first.terminate()
    assert (done.status, without_heads(done.lines)) == (1, [line for name in NAMES for line in local(name)])


def test_scheduler_that_does_not_answer_is_told() -> None:
    code = (
        "import sys\nfrom flake8_forward_call.cli import main\nfrom flake8_forward_call.scanning import cluster\n"
        "cluster._PATIENCE = 0.5\nsys.exit(main(['scan', 'all/a', '--scheduler', 'tcp://127.0.0.1:9']))"
    )
    done = python(code)
    assert (done.status, done.out) == (2, "")
    assert done.err.startswith("forward-call: no scheduler answers at tcp://127.0.0.1:9: ")
    assert done.err.count("\n") == 1


def test_nothing_of_a_project_is_imported_by_a_worker(tmp_path: Path) -> None:
    for name in NAMES:
        for module in ("json", "click", "distributed", "sitecustomize"):
            Path("all", name, f"{module}.py").write_text(f"open({str(tmp_path / 'ran')!r}, 'w')\n")
    done = run("flake8_forward_call", "scan", "--each", "all", "--workers", "2")
    assert done.status == 1, done.err
    assert not Path("ran").exists()


@pytest.mark.parametrize("line", [line for line, _ in EXAMPLES["scan"] if "--scheduler" not in line])
def test_example_runs(line: str) -> None:
    Path("all").rename("repositories")
    for name in ("api", "models"):
        in_folder(Path(name), PROGRAM)
    done = forward_call(*shlex.split(line)[1:])
    assert done.status == 1, done.err
    assert done.lines[0].startswith("project  ")


def test_benchmark_runs() -> None:
    script = Path(__file__).parents[2] / "benchmarks/scan.py"
    done = subprocess.run([sys.executable, script, "--smoke"], capture_output=True, text=True, timeout=120, check=True)
    assert "| `scan --workers 2` |" in done.stdout
    assert "exit status" not in done.stderr
