"""Ctrl-C in the middle of ``fix``: every file is the old or the new one."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from command_line import FIXED, PROGRAM, forward_call

from flake8_forward_call import fixing
from flake8_forward_call.checking import Checked, check_bytes
from flake8_forward_call.interrupts import interrupts_held
from flake8_forward_call.selection import Selection
from flake8_forward_call.writing import replace


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    monkeypatch.chdir(tmp_path)
    paths = [Path(f"net{number:03}.py") for number in range(120)]
    for path in paths:
        path.write_text(PROGRAM)
    return paths


def press_ctrl_c() -> None:
    os.kill(os.getpid(), signal.SIGINT)


def test_real_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    # Together their lines fill any pipe, so that the process waits for its reader, however late that one wakes up.
    files = [Path(f"net{number:0200}.py") for number in range(240)]
    for path in files:
        path.write_text(PROGRAM)
    command = [sys.executable, "-m", "flake8_forward_call", "fix", "."]
    # Not measured: coverage takes a lock in its tracer, and waits for itself for ever if the signal comes just then.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE")}
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment) as process:
        assert process.stdout is not None
        first = process.stdout.readline()
        process.send_signal(signal.SIGINT)
        try:
            rest, err = process.communicate(timeout=60)
        finally:
            process.kill()  # Else a failure waits for it.
    assert process.returncode == 2
    texts = [path.read_text() for path in files]
    assert set(texts) <= {PROGRAM, FIXED}
    fixed = texts.count(FIXED)
    assert len((first + rest).splitlines()) == fixed
    plural = "s" if fixed != 1 else ""
    assert err.decode() == f"forward-call: Interrupted: {fixed} file{plural} fixed, the rest left as they were.\n"
    assert sorted(Path().iterdir()) == files


def test_while_a_file_is_written_it_is_finished_and_counted(files: list[Path], monkeypatch: pytest.MonkeyPatch) -> None:
    def replace_and_press(path: str, data: bytes, *, expected: bytes) -> None:
        press_ctrl_c()
        replace(path, data, expected=expected)

    monkeypatch.setattr(fixing, "replace", replace_and_press)
    done = forward_call("fix")
    assert done.status == 2
    assert done.err == "forward-call: Interrupted: 1 file fixed, the rest left as they were.\n"
    assert len(done.lines) == 1
    assert [path.read_text() for path in files] == [FIXED, *[PROGRAM] * 119]


def test_between_two_files_ends_at_once(files: list[Path], monkeypatch: pytest.MonkeyPatch) -> None:
    def check_and_press(name: str, data: bytes, selection: Selection, *, thorough: bool) -> Checked:
        if name == "./net002.py":
            press_ctrl_c()
        return check_bytes(name, data, selection, thorough=thorough)

    monkeypatch.setattr(fixing, "check_bytes", check_and_press)
    done = forward_call("fix")
    assert done.err == "forward-call: Interrupted: 2 files fixed, the rest left as they were.\n"
    assert [path.read_text() for path in files[:3]] == [FIXED, FIXED, PROGRAM]


def test_in_a_diff_says_that_it_is_not_complete(files: list[Path], monkeypatch: pytest.MonkeyPatch) -> None:
    def press(*_: object, **__: object) -> None:
        press_ctrl_c()

    monkeypatch.setattr(fixing, "check_bytes", press)
    done = forward_call("fix", "--diff")
    assert done.status == 2
    assert done.err == "forward-call: Interrupted: the diff is not complete, and no file was changed.\n"
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
