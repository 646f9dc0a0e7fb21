"""Where does the time of the programs go that ``speed.py`` measures?

    python benchmarks/shares.py                                     # the programs with targets that were once missed
    python benchmarks/shares.py '`check`, cold' '`check`, warm'     # some programs, by their names in the table
    python benchmarks/shares.py --write docs/benchmarks.md          # also put the table into the page

py-spy, which pip fetches on first use, looks at the programs and their processes 200 times per second. What ends early
is run again, so that it is seen often enough. A sample counts for the innermost function that belongs to a part of the
table: a package, a subpackage of this tool, or Python's own parser; while a module is imported, for what is imported.
The garbage collector counts for the function in which it starts. What waits does not count.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from speed import circumstances, copied, programs_for, with_table

from labelled.installing import installed
from timed import others, targets
from timed.programs import Program, environment_with

MARKS = "<!-- speed shares: begin -->", "<!-- speed shares: end -->"

PROGRAMS = (
    "`check`, cold",
    "`check`, a base class changed",
    "`check`, warm",
    "`check` of a small file",
    "flake8 with the plugin, cold",
    "flake8 with the plugin, warm",
    targets.LARGE,
)

# A program is run again until it was seen so often, but not more than so many times.
FEWEST, MOST_RUNS = 1_000, 40

PARSER = "Python's parser"
WALKS = "walks over trees: scopes, references, control flow"
FLAKE8 = "flake8 and its other plugins"

# What a frame of a sample contains, and the part that it belongs to. The first line that fits counts.
PARTS = (
    (" parse (ast.py:", PARSER),
    ("(ast.py:", WALKS),
    ("flake8_forward_call/sources/trees.py", WALKS),
    ("flake8_forward_call/inference/syntax/", WALKS),
    ("flake8_forward_call/inference/project/", "the texts of the project, and what results rest on"),
    ("flake8_forward_call/inference/engine.py", "the engine of questions"),
    ("flake8_forward_call/inference/", "the answers to questions"),
    ("flake8_forward_call/files/", "finding and reading files"),
    ("flake8_forward_call/", "everything else of this tool"),
    ("libcst/", "libcst"),
    ("click/", "click"),
    ("flake8/", FLAKE8),
    ("pycodestyle.py", FLAKE8),
    ("pyflakes/", FLAKE8),
    ("mccabe.py", FLAKE8),
)
REST = "the rest of Python's library"

IMPORT = "<frozen importlib"
IMPORTED = (
    ("<module> (flake8_forward_call/", "imports of this tool"),
    ("<module> (click/", "imports of click"),
    ("<module> (flake8/", "imports of flake8 and its other plugins"),
    ("<module> (", "other imports"),
)
OTHER_IMPORTS = IMPORTED[-1][1]

# The innermost function of a thread that waits for another one.
WAITS = ("_wait_for_tstate_lock (threading.py:", "wait (threading.py:")


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("programs", nargs="*", default=PROGRAMS, metavar="PROGRAM", help="as the table calls them")
    parser.add_argument("--write", type=Path, metavar="PAGE", help="put the table into this page")
    options = parser.parse_args(arguments)
    spy = installed(("py-spy==0.4.3",)) / "py-spy"
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name).resolve()
        tree = copied(folder)
        programs = {one.name: one for one in programs_for(tree, others.Others())}
        if unknown := [one for one in options.programs if one not in programs]:
            parser.error(f"no such program: {unknown[0]}; there are {', '.join(programs)}")
        environment = environment_with(tree.cache)
        warmed = programs["`check`, cold"].command
        subprocess.run(warmed, check=False, stdout=subprocess.DEVNULL, cwd="/", env=environment)
        found = {one: seen_of(spy, programs[one], folder, environment) for one in options.programs}
        text = "\n".join([f"{circumstances(tree)}.", "", *table(found)])
    print(text)
    if options.write is not None:
        page = options.write.read_text(encoding="utf-8")
        options.write.write_text(with_table(page, text, *MARKS), encoding="utf-8")
    return 0


def seen_of(spy: Path, program: Program, folder: Path, environment: dict[str, str]) -> Counter[str]:
    """How often each part of a program was seen."""
    found: Counter[str] = Counter()
    for _ in range(MOST_RUNS):
        found += shares(samples(spy, program, folder, environment))
        if found.total() >= FEWEST:
            break
    return found


def samples(spy: Path, program: Program, folder: Path, environment: dict[str, str]) -> list[str]:
    """What py-spy has seen of one run: in each line the frames of a stack, the outermost first, and how often.

    Raises SystemExit if the program fails, or if py-spy has seen nothing.
    """
    program.before()
    raw = folder / "raw"
    raw.unlink(missing_ok=True)
    options = ["record", "--rate", "200", "--subprocesses", "--format", "raw", "--output", str(raw)]
    command = [str(spy), *options, "--", *program.command]
    done = subprocess.run(command, check=False, capture_output=True, cwd="/", env=environment)
    if done.returncode not in {0, 1} or not raw.exists():
        raise SystemExit(f"exit status {done.returncode}: {command}\n{done.stderr.decode(errors='replace')}")
    return raw.read_text(encoding="utf-8").splitlines()


def shares(lines: Iterable[str]) -> Counter[str]:
    """How often each part was seen."""
    found: Counter[str] = Counter()
    for line in lines:
        stack, _, number = line.rpartition(" ")
        frames = stack.split(";")
        if not any(one in frames[-1] for one in WAITS):
            found[part_of(frames)] += int(number)
    return found


def part_of(frames: Sequence[str]) -> str:
    """The part to which a stack belongs."""
    inward = list(reversed(frames))
    if any(IMPORT in one for one in inward):
        modules = (one for one in inward if "<module> (" in one)
        return next((part for one in modules for mark, part in IMPORTED if mark in one), OTHER_IMPORTS)
    parts = [part for frame in inward if (part := _of_frame(frame)) is not None]
    if parts[:1] == [PARSER] and FLAKE8 in parts[1:2]:  # It parses each file for its plugins.
        return FLAKE8
    return parts[0] if parts else REST


def _of_frame(frame: str) -> str | None:
    return next((part for mark, part in PARTS if mark in f" {frame}"), None)


def table(found: dict[str, Counter[str]]) -> Iterator[str]:
    """Yield the lines of the table: in percent, without the parts that are less than one in each program."""
    yield f"| % of the time in | {' | '.join(found)} |"
    yield f"| --- |{' ---: |' * len(found)}"
    for part in dict.fromkeys((*(part for _, part in (*IMPORTED, *PARTS)), REST)):
        percent = [100 * one[part] / max(one.total(), 1) for one in found.values()]
        if max(percent) >= 1:
            yield f"| {part} | {' | '.join(f'{one:.0f}' for one in percent)} |"
    yield f"| samples | {' | '.join(f'{one.total():,}' for one in found.values())} |"


if __name__ == "__main__":
    sys.exit(main())
