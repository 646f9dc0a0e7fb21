"""Programs for the table of speeds, and what one run of them costs."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Cost:
    """What one run took: seconds of processor time, seconds until it ended, and its peak memory in MB."""

    cpu: float
    wall: float
    memory: float


@dataclass(frozen=True)
class Program:
    """A command with a name for the table. ``before`` prepares a run. Its cost is compared with that of ``against``."""

    name: str
    command: list[str]
    against: str = ""
    by: Callable[[Cost], float] = lambda cost: cost.cpu
    before: Callable[[], None] = lambda: None


def cost(command: list[str], cache: Path) -> Cost:
    """Run a command once, with a folder for the cache of this tool. Raises SystemExit if it fails."""
    environment = environment_with(cache)
    with tempfile.TemporaryFile() as errors:
        start = time.perf_counter()
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=errors, env=environment, cwd="/")
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode not in {0, 1}:
            errors.seek(0)
            reason = errors.read().decode(errors="replace")
            raise SystemExit(f"exit status {process.returncode}: {command}\n{reason}")
    memory = usage.ru_maxrss / (1e6 if sys.platform == "darwin" else 1e3)  # Bytes on macOS, else kilobytes.
    return Cost(usage.ru_utime + usage.ru_stime, wall, memory)


def environment_with(cache: Path) -> dict[str, str]:
    """The environment of a run with a folder for the cache, in which Python keeps bytecode."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return {**kept, "FORWARD_CALL_CACHE_DIR": str(cache)}


def factor(program: Program, costs: Mapping[str, Sequence[Cost]]) -> float:
    """How many times the cost of the other program it takes: the median over the rounds of the quotients."""
    pairs = zip(costs[program.name], costs[program.against], strict=True)
    return statistics.median(program.by(own) / max(program.by(other), 1e-6) for own, other in pairs)
