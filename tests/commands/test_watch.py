"""``check --watch``: real processes and real changes."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from command_line import FIXED, MESSAGE, PLACE, PROGRAM, forward_call

from flake8_forward_call.commands.watching import matters

pytestmark = pytest.mark.slow

WATCHING = "forward-call: Watching for changes; press Ctrl-C to stop.\n"
LINE = f"net.py:{PLACE}: {MESSAGE}\n"
# The module that is called comes from another file.
CALLER = PROGRAM.replace("nn.Linear(8, 4)", "Stem()").replace(
    "import torch\n", "import torch\nfrom stem import Stem\n", 1
)


@dataclass
class Watch:
    """A watching process, and its output."""

    process: subprocess.Popen[str]

    def report(self) -> str:
        """Wait for the next report. Returns the output up to it."""
        assert self.process.stdout is not None
        lines: list[str] = []
        for line in self.process.stdout:
            if line == WATCHING:
                return "".join(lines)
            lines.append(line)
        raise AssertionError(f"it ended: {lines}")


@contextmanager
def watching(*args: str) -> Iterator[Watch]:
    """Watch, and end with Ctrl-C, after which there is no more output."""
    command = [sys.executable, "-m", "flake8_forward_call", "check", "--watch", "--no-site-packages", *args]
    # One pipe for both streams, so that the order is that of the screen.
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        assert process.stdout is not None
        try:
            yield Watch(process)
            process.send_signal(signal.SIGINT)
            assert process.stdout.read() == ""
            assert process.wait(timeout=60) == 0
        finally:
            process.kill()  # It has already exited, or a test has failed.


def put(name: str, text: str) -> None:
    """Change a file in one step, as editors do."""
    Path("new.tmp").write_text(text)
    Path("new.tmp").replace(name)


@pytest.fixture(autouse=True)
def _in_empty_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


with_signals = pytest.mark.skipif(sys.platform == "win32", reason="no Ctrl-C can be sent there to one process")


@with_signals
def test_change_of_the_file_or_of_one_that_it_imports_is_reported() -> None:
    Path("net.py").write_text(CALLER)
    Path("stem.py").write_text("class Stem: ...\n")
    with watching(".") as watch:
        assert watch.report() == ""
        put("stem.py", "from torch import nn\nclass Stem(nn.Module): ...\n")
        assert watch.report() == f"./{LINE.replace(PLACE, '12:26')}"
        put("net.py", CALLER.replace(".forward(x)", "(x)"))
        assert watch.report() == ""


@with_signals
def test_file_that_an_editor_replaces_is_still_watched() -> None:
    Path("net.py").write_text(PROGRAM)
    with watching("net.py") as watch:
        assert watch.report() == LINE
        for text, expected in ((FIXED, ""), (PROGRAM, LINE)):
            put("net.py", text)
            assert watch.report() == expected


@with_signals
def test_settings_that_are_half_written_do_not_end_it() -> None:
    Path("net.py").write_text(PROGRAM)
    with watching("net.py") as watch:
        assert watch.report() == LINE
        put("pyproject.toml", "[tool.forward-call]\nignore = [")
        assert "pyproject.toml" in watch.report()
        put("pyproject.toml", "[tool.forward-call]\nignore = ['FWD001']\n")
        assert watch.report() == ""


@with_signals
def test_what_is_not_looked_at_is_not_watched() -> None:
    for folder in (".venv", "src"):
        Path(folder).mkdir()
    Path("src/net.py").write_text(PROGRAM)
    with watching(".") as watch:
        assert watch.report() == f"./src/{LINE}"
        put(".venv/other.py", PROGRAM)
        put("notes.txt", "")
        put("src/other.py", PROGRAM)
        assert watch.report() == f"./src/{LINE}./src/{LINE.replace('net', 'other', 1)}"


def test_without_the_extra_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "watchfiles", None)
    done = forward_call("check", "--watch")
    assert (done.status, done.out) == (2, "")
    assert "python -m pip install 'flake8-forward-call[watch]'" in done.err


@pytest.mark.parametrize("other", ["-", "--add-noqa", "--write-baseline=known.json"])
def test_what_does_not_go_with_it(other: str) -> None:
    done = forward_call("check", "--watch", other)
    assert (done.status, done.out) == (2, "")
    assert "--watch" in done.err


def test_path_that_is_not_there_is_told() -> None:
    done = forward_call("check", "--watch", "gone.py")
    assert (done.status, done.err) == (2, "forward-call: gone.py: no such file or directory\n")


@pytest.mark.parametrize(
    ("name", "counts"),
    [
        ("net.py", True),
        ("a/b/net.ipynb", True),
        ("stubs/net.pyi", True),
        ("pyproject.toml", True),
        ("a/.gitignore", True),
        ("notes.txt", False),
        ("other.toml", False),
        (".venv/lib/net.py", False),
        ("a/node_modules/b/net.py", False),
        ("a/.ipynb_checkpoints/net.ipynb", False),
    ],
)
def test_change_counts_where_a_verdict_may_depend_on_it(tmp_path: Path, name: str, counts: bool) -> None:
    assert matters(str(tmp_path / name), [tmp_path]) is counts
    # A path that the user names always counts.
    assert matters(str(tmp_path / "node_modules" / name), [tmp_path / "node_modules"]) is counts
