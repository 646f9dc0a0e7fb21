"""What a program costs, and what is found in it: the command in a process of its own, with limits."""

from __future__ import annotations

import os
import re
import resource
import signal
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

# A process that takes more seconds of the processor is ended.
LIMIT = 120

_OPTIONS = ("--isolated", "--select=FWD", "--no-site-packages", "--no-cache")

# A finding in what the command prints; what a fix prints of its rewrites has no code.
_FOUND = re.compile(r"^([\w/-]+\.\w+):(?:\w+ \d+:)?(\d+):\d+: (FWD\d+) ", re.M)

# The code at each row of a file, with how often it is there.
Found: TypeAlias = Counter[tuple[str, int, str]]


@dataclass(frozen=True, slots=True)
class Cost:
    """What one process took: seconds of the processor, MiB at its peak; its findings, None where it failed."""

    seconds: float
    memory: float
    found: Found | None

    def codes(self, name: str) -> Counter[str] | None:
        """How many findings of each code there are in a file."""
        if self.found is None:
            return None
        codes = Counter[str]()
        for (path, _, code), number in self.found.items():
            if path == name:
                codes[code] += number
        return codes


def run(
    doing: str, files: Mapping[str, str], limit: int, names: Sequence[str] | None = None, seed: int | None = None
) -> Cost:
    """Check or fix some files in a process of its own, in an order; the seed is that of Python's hashes."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "programs"
        for name, text in files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        command = [sys.executable, "-m", "flake8_forward_call", doing, *_OPTIONS, *(files if names is None else names)]
        output = Path(scratch) / "output"
        environment = os.environ if seed is None else {**os.environ, "PYTHONHASHSEED": str(seed)}
        with output.open("wb") as file:
            process = subprocess.Popen(command, cwd=folder, stdout=file, stderr=subprocess.STDOUT, env=environment)
            resource.prlimit(process.pid, resource.RLIMIT_CPU, (int(limit), int(limit)))
            _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        said = output.read_text(encoding="utf-8", errors="replace")
    found = Found((path, int(row), code) for path, row, code in _FOUND.findall(said))
    if process.returncode > 1 or (process.returncode < 0 and process.returncode != -signal.SIGKILL):
        print(f"exit status {process.returncode}: {said}", file=sys.stderr)
    return Cost(
        usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, found if process.returncode in (0, 1) else None
    )
