"""Interrupts in the middle of ``fix``, and two runs at once: every file is either the old or the new one."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

import pytest
from command_line import FIXED, PROGRAM, forward_call

from flake8_forward_call.checking import Checked, check_bytes
from flake8_forward_call.files.writing import replace
from flake8_forward_call.findings.selection import Selects
from flake8_forward_call.fixing import fixing, proposing
from flake8_forward_call.terminal.interrupts import interrupts_held


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    monkeypatch.chdir(tmp_path)
    paths = [Path(f"net{number:03}.py") for number in range(120)]
    for path in paths:
        path.write_text(PROGRAM)
    return paths


def press_ctrl_c() -> None:
    os.kill(os.getpid(), signal.SIGINT)


def started(command: Sequence[str] = ("-m", "flake8_forward_call", "fix", ".")) -> subprocess.Popen[bytes]:
    # Without coverage, which takes a lock in its tracer and deadlocks if the signal comes at that moment.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE")}
    # Without a buffer, because communicate() would not read what readline() has buffered.
    return subprocess.Popen(
        [sys.executable, *command], bufsize=0, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment
    )


def ended(process: subprocess.Popen[bytes]) -> tuple[bytes, bytes]:
    with process:
        try:
            return process.communicate(timeout=60)
        finally:
            process.kill()  # Otherwise a failing test would wait for it.


def count_fixed(files: Sequence[Path]) -> int:
    texts = [path.read_text() for path in files]
    assert set(texts) <= {PROGRAM, FIXED}
    return texts.count(FIXED)


@pytest.mark.slow
@pytest.mark.parametrize("after", [1, 7])
@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP"])
def test_real_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, after: int) -> None:
    monkeypatch.chdir(tmp_path)
    # Together their lines fill any pipe, so the process waits for its reader, even if the reader is late.
    files = [Path(f"net{number:0200}.py") for number in range(240)]
    for path in files:
        path.write_text(PROGRAM)
    process = started()
    assert process.stdout is not None
    first = [process.stdout.readline() for _ in range(after)]
    process.send_signal(getattr(signal, name))
    rest, err = ended(process)
    assert process.returncode == 2
    fixed = count_fixed(files)
    assert len(first) + len(rest.splitlines()) == fixed
    plural = "s" if fixed != 1 else ""
    assert err.decode() == f"forward-call: Interrupted: {fixed} file{plural} fixed, the others are unchanged.\n"
    assert sorted(Path().iterdir()) == files


@pytest.mark.slow
def test_documents_are_whole_and_counted_as_well(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    old, new = (f"# Use\n\n```python\n{text}```\n" for text in (PROGRAM, FIXED))
    # Together their lines fill any pipe, so the process waits for its reader.
    files = [Path(f"guide{number:0200}.md") for number in range(240)]
    for path in files:
        path.write_text(old)
    process = started(("-m", "flake8_forward_call", "fix", "--documents", "."))
    assert process.stdout is not None
    first = process.stdout.readline()
    process.send_signal(signal.SIGINT)
    rest, err = ended(process)
    texts = [path.read_text() for path in files]
    fixed = texts.count(new)
    assert process.returncode == 2
    assert first.startswith(b"./guide")
    assert 1 <= fixed < len(files)
    assert (fixed, texts.count(old)) == (1 + len(rest.splitlines()), len(files) - fixed)
    plural = "s" if fixed != 1 else ""
    assert err.decode() == f"forward-call: Interrupted: {fixed} file{plural} fixed, the others are unchanged.\n"
    assert sorted(Path().iterdir()) == files


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGKILL")
def test_killed_process(files: list[Path]) -> None:
    process = started()
    assert process.stdout is not None
    process.stdout.readline()
    process.kill()
    ended(process)
    assert 1 <= count_fixed(files) < len(files)
    assert forward_call("fix").status == 0
    assert count_fixed(files) == len(files)


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGKILL")
def test_process_that_is_killed_while_it_writes_leaves_nothing_that_is_taken_for_a_program(files: list[Path]) -> None:
    end = "import os, signal; os.fsync = lambda _: os.kill(os.getpid(), signal.SIGKILL);"
    process = started(["-c", f"{end} from flake8_forward_call.cli import main; main(['fix', '.'])"])
    ended(process)
    assert process.returncode == -signal.SIGKILL
    assert count_fixed(files) == 0
    [left] = set(Path().iterdir()) - set(files)
    assert (left.suffix, left.read_text()) == (".tmp", FIXED)
    done = forward_call("fix")
    assert (done.status, done.err, count_fixed(files)) == (0, "", len(files))


@pytest.mark.slow
def test_two_processes_at_once(files: list[Path]) -> None:
    processes = [started(), started()]
    outputs = [ended(process) for process in processes]
    assert [(process.returncode, err) for process, (_, err) in zip(processes, outputs, strict=True)] == [(0, b"")] * 2
    assert count_fixed(files) == len(files)
    assert sorted(Path().iterdir()) == files


def test_what_another_run_has_fixed_in_the_meantime_is_not_counted(
    files: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    def come_second(path: str, data: bytes, *, expected: bytes) -> bool:
        Path(files[0]).write_bytes(data)
        return replace(path, data, expected=expected)

    monkeypatch.setattr(fixing, "replace", come_second)
    done = forward_call("fix", *files[:2])
    assert (done.status, done.err) == (0, "")
    assert done.lines[-1] == "Fixed 1 call in 1 file; no findings remain."
    assert count_fixed(files[:2]) == 2


def test_signal_that_is_ignored_stays_so(files: list[Path], monkeypatch: pytest.MonkeyPatch) -> None:
    def replace_and_hang_up(path: str, data: bytes, *, expected: bytes) -> bool:
        os.kill(os.getpid(), signal.SIGHUP)
        return replace(path, data, expected=expected)

    monkeypatch.setattr(fixing, "replace", replace_and_hang_up)
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)  # As nohup does.
    try:
        assert forward_call("fix", *files[:3]).status == 0
        assert signal.getsignal(signal.SIGHUP) == signal.SIG_IGN
    finally:
        signal.signal(signal.SIGHUP, before)
    assert count_fixed(files) == 3


def test_afterwards_signals_do_what_they_did(files: list[Path]) -> None:
    before = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)]
    assert forward_call("fix", files[0]).status == 0
    assert [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)] == before


def test_while_a_file_is_written_it_is_finished_and_counted(files: list[Path], monkeypatch: pytest.MonkeyPatch) -> None:
    def replace_and_press(path: str, data: bytes, *, expected: bytes) -> bool:
        press_ctrl_c()
        return replace(path, data, expected=expected)

    monkeypatch.setattr(fixing, "replace", replace_and_press)
    done = forward_call("fix")
    assert done.status == 2
    assert done.err == "forward-call: Interrupted: 1 file fixed, the others are unchanged.\n"
    assert len(done.lines) == 1
    assert [path.read_text() for path in files] == [FIXED, *[PROGRAM] * 119]


def test_between_two_files_ends_at_once(files: list[Path], monkeypatch: pytest.MonkeyPatch) -> None:
    def check_and_press(name: str, data: bytes, selects: Selects) -> Checked:
        if name == "./net002.py":
            press_ctrl_c()
        return check_bytes(name, data, selects)

    monkeypatch.setattr(proposing, "check_bytes", check_and_press)
    done = forward_call("fix")
    assert done.err == "forward-call: Interrupted: 2 files fixed, the others are unchanged.\n"
    assert [path.read_text() for path in files[:3]] == [FIXED, FIXED, PROGRAM]


def test_in_a_diff_says_that_there_is_none(files: list[Path], monkeypatch: pytest.MonkeyPatch) -> None:
    def press(*_: object, **__: object) -> None:
        press_ctrl_c()

    monkeypatch.setattr(proposing, "check_bytes", press)
    done = forward_call("fix", "--diff")
    assert done.status == 2
    assert done.err == "forward-call: Interrupted: there is no diff, and no file was changed.\n"
    assert files[0].read_text() == PROGRAM


def test_another_handler_of_the_signal_is_left_alone() -> None:
    pressed = []
    before = signal.signal(signal.SIGINT, lambda *_: pressed.append(True))
    try:
        with interrupts_held():
            press_ctrl_c()
            assert pressed
    finally:
        signal.signal(signal.SIGINT, before)


def test_outside_of_the_main_thread_nothing_is_held() -> None:
    seen = []

    def work() -> None:
        with interrupts_held():
            seen.append(signal.getsignal(signal.SIGINT))

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert seen == [signal.default_int_handler]
