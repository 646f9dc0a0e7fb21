"""Where does the time of the programs go that ``speed.py`` measures?

    python benchmarks/shares.py                                     # the programs that miss their targets
    python benchmarks/shares.py '`check`, cold' '`check`, warm'     # some programs, by their names in the table
    python benchmarks/shares.py --write docs/benchmarks.md          # also put the table into the page

py-spy, which pip fetches on first use, looks at the programs and their processes 200 times per second. A sample counts
for the innermost function that belongs to a part of the table: a package, a room of this tool, Python's own parser, or
its imports. The garbage collector counts for the function in which it starts. What waits does not count.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from speed import copied, programs_for, with_table

from labelled.installing import installed
from timed import others, targets
from timed.programs import Program

MARKS = "<!-- speed shares: begin -->", "<!-- speed shares: end -->"

PROGRAMS = (
    "`check`, cold",
    "`check`, a base class changed",
    "`check`, warm",
    "`check` of a small file",
    "flake8 with the plugin, cold",
    targets.LARGE,
)

WALKS = "walks over trees: scopes, references, control flow"
# What a frame of a sample contains, and the part that it belongs to. The first line that fits counts.
PARTS = (
    ("<frozen importlib", "imports"),
    ("(ast.py:", "Python's parser and `ast`"),
    ("/sources/trees.py", WALKS),
    ("/inference/syntax/", WALKS),
    ("/inference/project/", "search in texts, and what results rest on"),
    ("/inference/engine.py", "the engine of questions"),
    ("/inference/", "the answers to questions"),
    ("flake8_forward_call/files/", "finding and reading files"),
    ("flake8_forward_call/", "everything else of this tool"),
    ("libcst/", "libcst"),
    ("click/", "click"),
    ("flake8/", "flake8 and its other plugins"),
    ("pycodestyle.py", "flake8 and its other plugins"),
    ("pyflakes/", "flake8 and its other plugins"),
    ("mccabe.py", "flake8 and its other plugins"),
)
REST = "the rest of Python's library"

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
        warmed = programs["`check`, cold"]
        subprocess.run(warmed.command, check=False, stdout=subprocess.DEVNULL, cwd="/", env=_environment(tree.cache))
        found = {one: shares(samples(spy, programs[one], tree.cache, folder / "raw")) for one in options.programs}
    text = "\n".join(table(found))
    print(text)
    if options.write is not None:
        page = options.write.read_text(encoding="utf-8")
        options.write.write_text(with_table(page, text, *MARKS), encoding="utf-8")
    return 0


def samples(spy: Path, program: Program, cache: Path, raw: Path) -> list[str]:
    """What py-spy has seen of one run: in each line the frames of a stack, the outermost first, and how often."""
    program.before()
    options = ["record", "--rate", "200", "--subprocesses", "--format", "raw", "--output", str(raw)]
    command = [str(spy), *options, "--", *program.command]
    subprocess.run(
        command, check=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd="/", env=_environment(cache)
    )
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
    """The part to which a stack belongs. What a module does while it is imported is part of the import."""
    parts = [next((part for mark, part in PARTS if mark in frame), None) for frame in reversed(frames)]
    if "imports" in parts:
        return "imports"
    return next((one for one in parts if one is not None), REST)


def table(found: dict[str, Counter[str]]) -> Iterator[str]:
    """Yield the lines of the table: in percent, without what is nowhere more than one."""
    yield f"| % of the time in | {' | '.join(found)} |"
    yield f"| --- |{' ---: |' * len(found)}"
    for part in dict.fromkeys((*(part for _, part in PARTS), REST)):
        percent = [100 * one[part] / max(one.total(), 1) for one in found.values()]
        if max(percent) >= 1:
            yield f"| {part} | {' | '.join(f'{one:.0f}' for one in percent)} |"


def _environment(cache: Path) -> dict[str, str]:
    return {**os.environ, "FORWARD_CALL_CACHE_DIR": str(cache)}


if __name__ == "__main__":
    sys.exit(main())
