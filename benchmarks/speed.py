"""What does a run cost?

    python benchmarks/speed.py              # over this environment's site-packages
    python benchmarks/speed.py TREE         # over another tree
    python benchmarks/speed.py --smoke      # seconds: only see whether the benchmark itself works

Measures the wall time of ``forward-call check``, and of flake8 with and without the plugin, each in one process. The
best of the repetitions counts, for what else the machine does can only make a run slower.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import sysconfig
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

PLUGIN = "flake8-forward-call"

# flake8 has no option that leaves an installed plugin out, so it is hidden where flake8 looks for plugins.
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
    parser.add_argument("--repeat", type=int, default=3, help="how often each command runs (default: 3)")
    parser.add_argument("--smoke", action="store_true", help="a tree of one file, each command once")
    options = parser.parse_args(arguments)
    if not options.smoke:
        _measure(options.tree, options.repeat)
        return 0
    with tempfile.TemporaryDirectory() as folder:
        program = "from torch import nn\n\nlayer = nn.Linear(1, 1)\nlayer.forward(layer.weight)\n"
        (Path(folder) / "model.py").write_text(program, encoding="utf-8")
        _measure(Path(folder), 1)
    return 0


def _measure(tree: Path, repeat: int) -> None:
    files = sorted(tree.rglob("*.py"))
    texts = [file.read_bytes() for file in files]
    lines = sum(text.count(b"\n") for text in texts)
    mentions = sum(b".forward" in text for text in texts)
    print(f"{len(files):,} files, {lines:,} lines, {mentions:,} files that mention .forward\n")
    flake8 = ["--isolated", "--jobs=1", "--exclude=.git", "--exit-zero", str(tree)]
    commands = {
        "forward-call check": [sys.executable, "-m", "flake8_forward_call", "check", str(tree)],
        "flake8 with the plugin": [sys.executable, "-m", "flake8", *flake8],
        "flake8 without it": [sys.executable, "-c", FLAKE8_WITHOUT_PLUGIN, *flake8],
    }
    _assert_only_the_first_has_the_plugin(commands)
    print("| command | seconds | files a second |")
    print("| --- | --- | --- |")
    for name, command in commands.items():
        seconds = min(_time(command) for _ in range(repeat))
        print(f"| {name} | {seconds:.2f} | {len(files) / seconds:,.0f} |", flush=True)


def _time(command: list[str]) -> float:
    start = time.perf_counter()
    done = subprocess.run(command, check=False, capture_output=True)
    seconds = time.perf_counter() - start
    if done.returncode not in {0, 1}:
        raise SystemExit(f"exit status {done.returncode}: {command}\n{done.stderr.decode(errors='replace')}")
    return seconds


def _assert_only_the_first_has_the_plugin(commands: dict[str, list[str]]) -> None:
    """A measurement that compares flake8 with itself would look fine."""
    for name, expected in (("flake8 with the plugin", True), ("flake8 without it", False)):
        program = commands[name][:3]
        version = subprocess.run([*program, "--version"], check=True, capture_output=True, text=True).stdout
        if (PLUGIN in version) is not expected:
            raise SystemExit(f"{name}: the plugin {'is missing' if expected else 'is there'}: {version}")


if __name__ == "__main__":
    sys.exit(main())
