"""The command in a terminal, as a user sees it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

# Variables that affect terminal output. They must not come from the environment of the tests.
_SETTINGS = ("NO_COLOR", "FORCE_COLOR", "TERM", "COLUMNS", "LINES")

_WITHOUT_BAR = """
import sys
from flake8_forward_call import cli
from flake8_forward_call.terminal import progress
progress._PATIENCE = 3600
sys.exit(cli.main(sys.argv[1:]))
"""


@dataclass
class Screen:
    """A process whose streams are a terminal, and its output so far."""

    process: subprocess.Popen[bytes]
    end: int
    shown: str = ""
    _bytes: bytes = field(default=b"", repr=False)

    def read(self) -> bool:
        """Wait for more output; False if there is no more."""
        try:
            more = os.read(self.end, 65536)
        except OSError:  # On Linux, this is the end of the output.
            more = b""
        self._bytes += more
        self.shown = self._bytes.decode(errors="ignore").replace("\r\n", "\n")
        return bool(more)

    def read_until(self, text: str) -> None:
        """Wait until a text is shown."""
        while text not in self.shown:
            assert self.read(), f"{text!r} was not shown: {self.shown!r}"

    def finish(self) -> int:
        """Wait for the exit and return the exit status."""
        while self.read():
            pass
        return self.process.wait(timeout=120)


@contextmanager
def screen(*command: str | Path, **settings: str) -> Iterator[Screen]:
    """Run Python with arguments in a terminal, which is an xterm unless the settings override it."""
    import pty

    ours, theirs = pty.openpty()
    environment = {name: value for name, value in os.environ.items() if name not in _SETTINGS}
    environment |= {"TERM": "xterm-256color", **settings}
    arguments = [sys.executable, *map(str, command)]
    with subprocess.Popen(arguments, stdin=theirs, stdout=theirs, stderr=theirs, env=environment) as process:
        os.close(theirs)
        try:
            yield Screen(process, ours)
        finally:
            process.kill()  # It has already exited, or a test has failed.
            os.close(ours)


def seen(*args: str | Path, **settings: str) -> tuple[int, str]:
    """Run the command in a terminal until it exits. Returns its exit status and its output.

    There is no progress bar, because that would depend on the speed of the machine.
    """
    with screen("-c", _WITHOUT_BAR, *args, **settings) as shown:
        return shown.finish(), shown.shown
