"""From which number of projects on does `forward-call scan` pay?

    python benchmarks/scan.py                             # 12 and 47 packages, which pip fetches on first use
    python benchmarks/scan.py --projects 50 200           # copies under other names, where there are not that many
    python benchmarks/scan.py --write docs/scan.md        # also put the table into the page
    python benchmarks/scan.py --smoke                     # seconds: only check that the benchmark itself works

The projects are the releases with labels, and copies of them. Each number of projects is checked in three ways, one
after the other: `forward-call check` in one project after another, `scan` with one worker and `scan` with two, all
without a cache. From the processor time follow the cost of the cluster and that of a project. What they give for more
projects and workers is marked as computed. It needs the extra `dask`.
"""

from __future__ import annotations

import argparse
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path

from speed import with_table

import flake8_forward_call
from labelled.fetch import WORK, fetch
from labelled.labels import FRESH, LABELS, read_labels

SMOKE = "from torch import nn\n\nlayer = nn.Linear(1, 1)\nlayer.forward(layer.weight)\n"
CALL = (sys.executable, "-I", "-m", "flake8_forward_call")
OPTIONS = ("--no-cache", "--no-site-packages")

BEGIN, END = "<!-- scan: begin -->", "<!-- scan: end -->"

LOCAL, ONE, TWO = "`check`, one after the other", "`scan --workers 1`", "`scan --workers 2`"
WAYS = {LOCAL: 0, ONE: 1, TWO: 2}
# For which the time is computed.
LARGE, MANY_WORKERS = (1_000, 10_000), (2, 16, 64)


@dataclass(frozen=True)
class Measured:
    """How many projects were checked in a way, the seconds that it took, and those of processor time."""

    projects: int
    way: str
    wall: float
    cpu: float


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--projects", type=int, nargs=2, default=[12, 47], metavar=("FEW", "MANY"))
    parser.add_argument("--write", type=Path, metavar="PAGE", help="put the table into this page, between its marks")
    parser.add_argument("--smoke", action="store_true", help="two and four made-up projects")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as name:
        sizes = [2, 4] if options.smoke else options.projects
        roots = list(made_up(Path(name), max(sizes)) if options.smoke else copies(Path(name), max(sizes)))
        measured = [_measured(roots[:number], way) for number in sizes for way in WAYS]
        text = "\n".join([described(roots), "", *table(measured), "", *computed(measured)])
    print(text)
    if options.write is not None:
        page = options.write.read_text(encoding="utf-8")
        options.write.write_text(with_table(page, text, BEGIN, END), encoding="utf-8")
    return 0


def copies(folder: Path, number: int) -> Iterator[Path]:
    """Yield this many projects: the pinned releases, then the same again under other names. Files are linked."""
    packages = [package for path in (LABELS, FRESH) for package in read_labels(path)]
    for index in range(number):
        package = packages[index % len(packages)]
        root = folder / f"{package.requirement}-{index // len(packages) + 1}"
        shutil.copytree(fetch(package.requirement, WORK, package.pin), root, copy_function=os.link, symlinks=True)
        yield root


def made_up(folder: Path, number: int) -> Iterator[Path]:
    """Yield this many projects with one finding."""
    for index in range(number):
        root = folder / f"project-{index}"
        root.mkdir()
        (root / "model.py").write_text(SMOKE, encoding="utf-8")
        yield root


def _measured(roots: Sequence[Path], way: str) -> Measured:
    start, before = time.perf_counter(), os.times()
    if workers := WAYS[way]:
        _run([*CALL, "scan", "--quiet", "--workers", str(workers), *OPTIONS, *map(str, roots)], Path("/"))
    else:
        for root in roots:
            _run([*CALL, "check", *OPTIONS], root)
    after = os.times()  # With the processes that have ended.
    cpu = after.children_user + after.children_system - before.children_user - before.children_system
    made = Measured(len(roots), way, time.perf_counter() - start, cpu)
    print(f"{made.projects} projects, {way}: {made.wall:.1f} s, {made.cpu:.1f} s of CPU", file=sys.stderr, flush=True)
    return made


def _run(command: Sequence[str], folder: Path) -> None:
    done = subprocess.run(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=False)
    if done.returncode not in {0, 1}:
        print(f"exit status {done.returncode}: {done.stderr.decode(errors='replace')}", file=sys.stderr)


def described(roots: Sequence[Path]) -> str:
    """What was measured, and where, as a sentence for the page."""
    files = [path for root in roots for path in root.rglob("*.py")]
    lines = sum(path.read_bytes().count(b"\n") for path in files)
    return (
        f"On {datetime.now(timezone.utc):%Y-%m-%d}, version {flake8_forward_call.__version__}, "
        f"Python {platform.python_version()}, {os.cpu_count()} cores, {len(roots)} projects with {len(files):,} files "
        f"and {lines:,} lines, without a cache:"
    )


def table(measured: Sequence[Measured]) -> Iterator[str]:
    """Yield the lines of the table of what was measured."""
    few, many = sorted({one.projects for one in measured})
    yield f"| | {few} projects, s | CPU s | {many} projects, s | CPU s |"
    yield "| --- | ---: | ---: | ---: | ---: |"
    for way in WAYS:
        runs = sorted((one for one in measured if one.way == way), key=lambda one: one.projects)
        yield f"| {way} | {' | '.join(f'{one.wall:.1f} | {one.cpu:.1f}' for one in runs)} |"


def computed(measured: Sequence[Measured]) -> Iterator[str]:
    """Yield the lines about what follows from the processor time, which other work on the machine disturbs less."""
    many = max(one.projects for one in measured)
    costs = {one.way: one.cpu for one in measured if one.projects == many}
    each, start = costs[LOCAL] / many, max(costs[ONE] - costs[LOCAL], 0.0)
    number = max(2, int(start / (each / 2)) + 1)
    yield (
        f"A project takes {each:.2f} s of processor time on average, the cluster and its messages {start:.1f} s more. "
        f"So two workers on two free processors are faster from about {number} such projects on."
    )
    yield ""
    yield f"| computed, hours | one after the other | {' | '.join(f'{one} workers' for one in MANY_WORKERS)} |"
    yield "| --- | ---: | " + " | ".join("---:" for _ in MANY_WORKERS) + " |"
    for projects in LARGE:
        hours = [projects * each, *(start + projects * each / workers for workers in MANY_WORKERS)]
        yield f"| {projects:,} projects | {' | '.join(f'{one / 3600:.2f}' for one in hours)} |"


if __name__ == "__main__":
    sys.exit(main())
