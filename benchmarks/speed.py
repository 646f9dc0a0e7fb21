"""What does a run cost, beside other tools and an empty Python?

    python benchmarks/speed.py                          # pinned releases, which pip fetches on first use
    python benchmarks/speed.py --rounds 9               # more rounds, where other work disturbs the machine
    python benchmarks/speed.py --write docs/benchmarks.md       # also put the table into the page
    python benchmarks/speed.py --smoke                  # seconds: only check that the benchmark itself works

Every program is run once per round, one after the other, so that all of them meet the same machine. The table shows the
median of the rounds, and for the CPU time the smallest and the largest value as well. The programs get a copy of the
releases, in which two files are changed on the way; transformers is not copied. A second table compares these figures
with their targets, and a third shows the cost for 1 to 64 copies of a package in one project. ruff and flake8 must be
installed beside this package; pip fetches ripgrep, TorchFix and flake8-no-module-forward-call. Python may keep the
bytecode of what it imports, as it does for everyone who has installed the programs.
"""

from __future__ import annotations

import argparse
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timezone
from pathlib import Path

import flake8_forward_call
from labelled.fetch import WORK, fetch
from timed import growth, others, targets
from timed.others import Others
from timed.plot import plot
from timed.programs import Cost, Program, cost, factor

PLUGIN = "flake8-forward-call"

RELEASES = ("kornia==0.9.0", "gpytorch==1.15.2", "nflows==0.14", "coqui-tts==0.28.0", "monai==1.6.1")

TRANSFORMERS = "transformers==5.23.0"

# A file that no other imports, one with a base class of many, one with many calls; and what a commit may contain.
LEAF = "nflows==0.14/nflows-0.14/nflows/flows/realnvp.py"
BASE = "gpytorch==1.15.2/gpytorch/kernels/kernel.py"
ALONE = "coqui-tts==0.28.0/TTS/tts/models/vits.py"
NAMED = (LEAF, BASE, ALONE)

SMALL = "import os\n\nprint(os.getcwd())\n"

BEGIN, END = "<!-- speed: begin -->", "<!-- speed: end -->"
TARGETS = "<!-- speed targets: begin -->", "<!-- speed targets: end -->"
GROWTH = "<!-- speed growth: begin -->", "<!-- speed growth: end -->"
# Beside the page.
PLOT = "_static/speed.svg"
HEADER = "| program | CPU s | from - to | wall s | MB | compared |"
ALIGNMENT = "| --- | ---: | ---: | ---: | ---: | ---: |"

# flake8 has no option to skip an installed plugin, so the plugin is hidden where flake8 looks for plugins.
FLAKE8_WITHOUT_PLUGIN = f"""
import importlib.metadata as metadata
import sys
from flake8.main.cli import main

every = metadata.distributions
metadata.distributions = lambda **wanted: (d for d in every(**wanted) if d.metadata["Name"] != {PLUGIN!r})
sys.exit(main())
"""


@dataclass(frozen=True)
class Tree:
    """The folders to check, and files in them."""

    folders: list[Path]
    leaf: Path
    base: Path
    alone: Path
    named: list[Path]
    cache: Path
    small: Path
    sample: Path  # A package, for a tool that would take too long on all folders.
    large: Path
    changes: list[str] = field(default_factory=list)

    def forget(self) -> None:
        """Delete the cache."""
        shutil.rmtree(self.cache, ignore_errors=True)

    def change(self, path: Path) -> None:
        """Add a line to a file."""
        self.changes.append(str(path))
        with path.open("a", encoding="utf-8") as file:
            file.write(f"# change {len(self.changes)}\n")


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5, help="how often each program runs (default: 5)")
    parser.add_argument(
        "--write", type=Path, metavar="PAGE", help="put the tables into this page, and the plot beside it"
    )
    parser.add_argument("--smoke", action="store_true", help="a tree of three files, each program once")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name).resolve()
        tree = made_up(folder) if options.smoke else copied(folder)
        tools = Others() if options.smoke else others.fetched()
        programs = [one for one in programs_for(tree, tools) if not options.smoke or _is_here(one)]
        _assert_that_only_one_has_the_plugin()
        costs = measured(programs, tree.cache, 1 if options.smoke else options.rounds)
        text = "\n".join([described(tree, 1 if options.smoke else options.rounds), "", *table(programs, costs)])
        limits = "\n".join(targets.compared(programs, costs))
        print(f"{text}\n\n{limits}")
        copies = (1, 2) if options.smoke else growth.COPIES
        check = [sys.executable, "-m", "flake8_forward_call", "check", "--quiet"]
        (folder / "grown").mkdir()
        grown = "\n".join(growth.grown(tree.sample, folder / "grown", copies, check))
        print(f"\n{grown}")
    picture = plot({name: statistics.median(one.wall for one in several) for name, several in costs.items()})
    if options.write is not None:
        page = with_table(options.write.read_text(encoding="utf-8"), text)
        page = with_table(with_table(page, limits, *TARGETS), grown, *GROWTH)
        options.write.write_text(page, encoding="utf-8")
        (options.write.parent / PLOT).write_text(picture, encoding="utf-8")
    return 0


def copied(folder: Path) -> Tree:
    """A copy of the releases."""
    for release in RELEASES:
        shutil.copytree(fetch(release, WORK), folder / release)
    folders = [folder / release for release in RELEASES]
    named = [folder / one for one in NAMED]
    return Tree(
        folders,
        folder / LEAF,
        folder / BASE,
        folder / ALONE,
        named,
        folder / "cache",
        _small(folder),
        (folder / LEAF).parents[1],
        fetch(TRANSFORMERS, WORK),
    )


def made_up(folder: Path) -> Tree:
    """A small program, to see whether everything runs."""
    top = folder / "program"
    top.mkdir()
    texts = {
        "base": "from torch import nn\n\nclass Base(nn.Module):\n    def forward(self, x):\n        return x\n",
        "leaf": "from base import Base\n\nlayer = Base()\nlayer.forward(1)\n",
    }
    for name, text in texts.items():
        (top / f"{name}.py").write_text(text, encoding="utf-8")
    leaf, base = top / "leaf.py", top / "base.py"
    return Tree([top], leaf, base, leaf, [leaf, base], folder / "cache", _small(folder), top, top)


def _small(folder: Path) -> Path:
    path = folder / "small" / "small.py"
    path.parent.mkdir()
    path.write_text(SMALL, encoding="utf-8")
    return path


EMPTY, RUFF, FLAKE8 = "`python -c pass`", "`ruff check --no-cache`, one rule", "flake8 alone"


def programs_for(tree: Tree, tools: Others) -> list[Program]:
    """What is measured, in the order of a round: what fills the cache comes before what uses it."""
    python = sys.executable
    call = [python, "-m", "flake8_forward_call"]
    check, folders = [*call, "check"], list(map(str, tree.folders))
    flake8 = ["--isolated", "--jobs=1", "--exit-zero", *folders]
    named = list(map(str, tree.named))

    def wall(cost: Cost) -> float:
        return cost.wall

    return [
        Program(EMPTY, [python, "-c", "pass"]),
        Program("`--version`", [*call, "--version"], EMPTY, wall),
        Program("`explain FWD001`", [*call, "explain", "FWD001"], EMPTY, wall),
        Program("`check` of a small file", [*check, str(tree.small)], EMPTY, wall),
        Program(RUFF, [python, "-m", "ruff", "check", "--isolated", "--no-cache", "--select", "F401", *folders]),
        Program("`check --no-cache`", [*check, "--no-cache", *folders], RUFF, wall),
        Program("`check`, cold", [*check, *folders], RUFF, wall, tree.forget),
        Program("`check`, warm", [*check, *folders], RUFF, wall),
        Program("`check`, a leaf changed", [*check, *folders], RUFF, wall, lambda: tree.change(tree.leaf)),
        Program("`check`, a base class changed", [*check, *folders], RUFF, wall, lambda: tree.change(tree.base)),
        Program("`check`, one file", [*check, str(tree.alone)], RUFF, wall),
        Program("`check`, the files of a commit", [*check, *named], RUFF, wall),
        Program("`fix --diff`", [*call, "fix", "--diff", *folders], RUFF, wall),
        Program(FLAKE8, [python, "-c", FLAKE8_WITHOUT_PLUGIN, *flake8]),
        Program("flake8 with the plugin, cold", [python, "-m", "flake8", *flake8], FLAKE8, before=tree.forget),
        Program("flake8 with the plugin, warm", [python, "-m", "flake8", *flake8], FLAKE8),
        *others.programs(tools, folders, str(tree.sample), check, ruff=RUFF, flake8=FLAKE8),
        Program(targets.LARGE, [*check, "--no-cache", str(tree.large)]),
    ]


def measured(programs: Sequence[Program], cache: Path, rounds: int) -> dict[str, list[Cost]]:
    """The costs of each program, one for each round."""
    costs: dict[str, list[Cost]] = {one.name: [] for one in programs}
    for number in range(1, rounds + 1):
        for one in programs:
            one.before()
            costs[one.name].append(cost(one.command, cache))
            print(f"round {number}: {one.name}: {costs[one.name][-1].cpu:.2f} s", file=sys.stderr, flush=True)
    return costs


def described(tree: Tree, rounds: int) -> str:
    """What was measured, where, and how often, as a sentence for the page."""
    return f"{circumstances(tree)}, rounds: {rounds}."


def circumstances(tree: Tree) -> str:
    """What is measured, and where, as the beginning of a sentence."""
    files = [path for folder in tree.folders for path in folder.rglob("*.py")]
    lines = sum(path.read_bytes().count(b"\n") for path in files)
    return (
        f"On {datetime.now(timezone.utc):%Y-%m-%d}, version {flake8_forward_call.__version__}, "
        f"Python {platform.python_version()}, {os.cpu_count()} cores, {len(files):,} files with {lines:,} lines"
    )


def table(programs: Sequence[Program], costs: dict[str, list[Cost]]) -> Iterator[str]:
    """Yield the lines of the table."""
    yield HEADER
    yield ALIGNMENT
    for one in programs:
        cpu = [cost.cpu for cost in costs[one.name]]
        wall, memory = (
            statistics.median(getattr(cost, name) for cost in costs[one.name]) for name in ("wall", "memory")
        )
        compared = f"{factor(one, costs):.2f} x {one.against}" if one.against in costs else "-"
        spread = f"{min(cpu):.2f} - {max(cpu):.2f}"
        yield f"| {one.name} | {statistics.median(cpu):.2f} | {spread} | {wall:.2f} | {memory:.0f} | {compared} |"


def with_table(page: str, text: str, begin: str = BEGIN, end: str = END) -> str:
    """The page with another text between its marks. Raises ValueError if it has none."""
    before, after = page.index(begin) + len(begin), page.index(end)
    return f"{page[:before]}\n{text}\n{page[after:]}"


def _is_here(program: Program) -> bool:
    """Whether a program can be started: the smoke run fetches nothing."""
    if program.name == RUFF:
        return subprocess.run([*program.command[:3], "--version"], check=False, capture_output=True).returncode == 0
    return program.command[0] == sys.executable


def _assert_that_only_one_has_the_plugin() -> None:
    """Check the commands: otherwise, a comparison of flake8 with itself would go unnoticed."""
    for program, expected in ((["-m", "flake8"], True), (["-c", FLAKE8_WITHOUT_PLUGIN], False)):
        command = [sys.executable, *program, "--version"]
        version = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        if (PLUGIN in version) is not expected:
            raise SystemExit(f"the plugin {'is missing' if expected else 'is there'}: {version}")


if __name__ == "__main__":
    sys.exit(main())
