"""What does a run cost?

    python benchmarks/speed.py              # on this environment's site-packages
    python benchmarks/speed.py TREE         # on another tree
    python benchmarks/speed.py TREE --file TREE/net.py      # choose the file that is checked alone
    python benchmarks/speed.py --smoke      # seconds: only check that the benchmark itself works

Measures the wall time and the peak memory of ``forward-call check``, without a cache, with an empty one and with a full
one, on the tree and on one file of it; and of flake8 with and without the plugin; each in one process. The best of the
repetitions counts, because other work on the machine can only make a run slower.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

PLUGIN = "flake8-forward-call"

# flake8 has no option to skip an installed plugin, so the plugin is hidden where flake8 looks for plugins.
FLAKE8_WITHOUT_PLUGIN = f"""
import importlib.metadata as metadata
import sys
from flake8.main.cli import main

every = metadata.distributions
metadata.distributions = lambda **wanted: (d for d in every(**wanted) if d.metadata["Name"] != {PLUGIN!r})
sys.exit(main())
"""


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("tree", nargs="?", type=Path, default=Path(sysconfig.get_path("purelib")))
    parser.add_argument("--file", type=Path, help="the file to check alone (default: the one with most `.forward(`)")
    parser.add_argument("--repeat", type=int, default=3, help="how often each command runs (default: 3)")
    parser.add_argument("--smoke", action="store_true", help="a tree of one file, each command once")
    options = parser.parse_args(arguments)
    if not options.smoke:
        _measure(options.tree, options.file, options.repeat)
        return 0
    with tempfile.TemporaryDirectory() as folder:
        program = "from torch import nn\n\nlayer = nn.Linear(1, 1)\nlayer.forward(layer.weight)\n"
        (Path(folder) / "model.py").write_text(program, encoding="utf-8")
        _measure(Path(folder), None, 1)
    return 0


def _measure(tree: Path, alone: Path | None, repeat: int) -> None:
    files = sorted(tree.rglob("*.py"))
    texts = [file.read_bytes() for file in files]
    lines = sum(text.count(b"\n") for text in texts)
    mentions = [text.count(b".forward(") for text in texts]
    alone = alone or files[mentions.index(max(mentions))]
    print(f"{len(files):,} files, {lines:,} lines, {sum(map(bool, mentions)):,} files that mention .forward(")
    print(f"one file: {alone}\n")
    check = [sys.executable, "-m", "flake8_forward_call", "check"]
    flake8 = ["--isolated", "--jobs=1", "--exclude=.git", "--exit-zero", str(tree)]
    with_plugin = [sys.executable, "-m", "flake8", *flake8]
    without = [sys.executable, "-c", FLAKE8_WITHOUT_PLUGIN, *flake8]
    _assert_only_the_first_has_the_plugin({"flake8 with the plugin": with_plugin, "flake8 without it": without})
    print("| command | cache | seconds | MB |")
    print("| --- | --- | --- | --- |")
    with tempfile.TemporaryDirectory() as folder:
        cache = Path(folder) / "cache"
        for name, command in (("check, the tree", [*check, str(tree)]), ("check, one file", [*check, str(alone)])):
            _row(name, "none", repeat, command, None)
            _row(name, "empty", repeat, command, cache, clear=True)
            _row(name, "full", repeat, command, cache)
        _row("flake8 with the plugin", "full", repeat, with_plugin, cache)
        _row("flake8 without it", "none", repeat, without, None)


def _row(name: str, state: str, repeat: int, command: list[str], cache: Path | None, *, clear: bool = False) -> None:
    costs = []
    for _ in range(repeat):
        if clear and cache is not None:
            shutil.rmtree(cache, ignore_errors=True)
        costs.append(_cost(command, {**os.environ, "FORWARD_CALL_CACHE_DIR": str(cache or "")}))
    seconds, memory = (min(values) for values in zip(*costs, strict=True))
    print(f"| {name} | {state} | {seconds:.2f} | {memory:.0f} |", flush=True)


def _cost(command: list[str], environment: dict[str, str]) -> tuple[float, float]:
    """The seconds that a command took, and its peak memory in MB."""
    with tempfile.TemporaryFile() as errors:
        start = time.perf_counter()
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=errors, env=environment)
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode not in {0, 1}:
            errors.seek(0)
            reason = errors.read().decode(errors="replace")
            raise SystemExit(f"exit status {process.returncode}: {command}\n{reason}")
    return seconds, usage.ru_maxrss / (1e6 if sys.platform == "darwin" else 1e3)  # Bytes on macOS, else kilobytes.


def _assert_only_the_first_has_the_plugin(commands: dict[str, list[str]]) -> None:
    """Check the commands: otherwise, a comparison of flake8 with itself would go unnoticed."""
    for name, expected in (("flake8 with the plugin", True), ("flake8 without it", False)):
        program = commands[name][:3]
        version = subprocess.run([*program, "--version"], check=True, capture_output=True, text=True).stdout
        if (PLUGIN in version) is not expected:
            raise SystemExit(f"{name}: the plugin {'is missing' if expected else 'is there'}: {version}")


if __name__ == "__main__":
    sys.exit(main())
