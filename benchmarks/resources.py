"""Does the cost of a file grow with its size, and no faster?

    python benchmarks/resources.py                     # every program in three sizes, in a quarter of an hour
    python benchmarks/resources.py calls elif          # those whose names begin so
    python benchmarks/resources.py --hold              # the largest size only; fail where a bound is missed
    python benchmarks/resources.py --smoke             # tiny sizes, in seconds: see whether the benchmark itself works

Each program is large in one way: many calls, one long line, deep nesting, many cells. It is made in a size, in twice
and in four times that size, and each is checked (and fixed, where the program is marked so) by the command in a process
of its own, with a time limit. Prints the seconds of the processor, the peak of memory in MiB, by what factor the time
has grown since the last size (2 is linear, 4 is quadratic), and the findings.
"""

from __future__ import annotations

import argparse
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

from large.programs import CODE, PROGRAMS, Program

# A process that takes more seconds of the processor is ended.
LIMIT = 120

_OPTIONS = ("--isolated", "--select=FWD", "--no-site-packages", "--no-cache")

# A finding in what the command prints; what a fix prints of its rewrites has no code.
_FOUND = re.compile(r"^([\w-]+\.\w+):(?:\w+ \d+:)?\d+:\d+: (FWD\d+) ", re.M)


@dataclass(frozen=True, slots=True)
class Cost:
    """What one process took: seconds of the processor, MiB at its peak; its findings by file, None where it failed."""

    seconds: float
    memory: float
    found: dict[str, Counter[str]] | None


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("programs", nargs="*", help="how the names of programs begin (default: all of them)")
    parser.add_argument("--hold", action="store_true", help="the largest size only; fail where a bound is missed")
    parser.add_argument("--smoke", action="store_true", help="tiny sizes; fail where the findings are not as expected")
    parser.add_argument(
        "--limit", type=int, default=LIMIT, help="seconds of the processor after which a process is ended"
    )
    options = parser.parse_args(arguments)
    chosen = [one for one in PROGRAMS if not options.programs or one.name.startswith(tuple(options.programs))]
    if not chosen:
        parser.error(f"no program has such a name; there are {', '.join(one.name for one in PROGRAMS)}")
    if options.smoke:
        return _smoke(chosen)
    missed = 0
    for program in chosen:
        for doing in ("check", "fix")[: 1 + program.is_fixed]:
            missed += _measured(program, doing, options)
    print(f"{missed} bounds missed")
    return int(options.hold and missed > 0)


def _measured(program: Program, doing: str, options: argparse.Namespace) -> int:
    """Print what a program costs in each size, and give in how many sizes it missed a bound."""
    missed, before = 0, None
    for size in [program.size * factor for factor in (1, 2, 4)][-1 if options.hold else 0 :]:
        cost = run(doing, {program.file_of(): program.make(size)}, options.limit)
        found = None if cost.found is None else cost.found[program.file_of()]
        expected = Counter({CODE: program.findings(size)} if doing == "check" else {})
        faults = [] if found == expected else [f"expected {_told(expected)}"]
        if cost.seconds > program.seconds:
            faults.append(f"more than {program.seconds:g} s")
        growth = f"x{cost.seconds / before:.1f}" if before else ""
        print(
            f"{program.name:28} {doing:5} {size:9,} {cost.seconds:7.1f} s {cost.memory:6.0f} MiB {growth:6}",
            _told(found),
            *(f"({fault})" for fault in faults),
            flush=True,
        )
        missed += bool(faults)
        before = cost.seconds
        if found is None:
            break
    return missed


def _told(found: Counter[str] | None) -> str:
    if found is None:
        return "ended"
    return ", ".join(f"{number:,} {code}" for code, number in sorted(found.items())) or "nothing"


def _smoke(chosen: Sequence[Program]) -> int:
    """See whether all programs in a tiny size have the findings that they should have, and nothing once fixed."""
    missed = 0
    for doing, programs in (("check", chosen), ("fix", [one for one in chosen if one.is_fixed])):
        cost = run(doing, {one.file_of(): one.make(one.tiny) for one in programs}, LIMIT)
        for program in programs:
            found = None if cost.found is None else cost.found[program.file_of()]
            if found != Counter({CODE: program.findings(program.tiny)} if doing == "check" else {}):
                print(f"{program.name}: {doing} says: {_told(found)}", file=sys.stderr)
                missed += 1
    print(f"{len(chosen)} programs, {missed} bounds missed")
    return int(missed > 0)


def run(doing: str, files: Mapping[str, str], limit: int) -> Cost:
    """Check or fix some files in a process of its own."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "programs"
        folder.mkdir()
        for name, text in files.items():
            (folder / name).write_text(text, encoding="utf-8")
        command = [sys.executable, "-m", "flake8_forward_call", doing, *_OPTIONS, *files]
        output = Path(scratch) / "output"
        with output.open("wb") as file:
            process = subprocess.Popen(command, cwd=folder, stdout=file, stderr=subprocess.STDOUT)
            resource.prlimit(process.pid, resource.RLIMIT_CPU, (int(limit), int(limit)))
            _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        said = output.read_text(encoding="utf-8", errors="replace")
    found = {name: Counter[str]() for name in files}
    for name, code in _FOUND.findall(said):
        found[name][code] += 1
    if process.returncode > 1 or (process.returncode < 0 and process.returncode != -signal.SIGKILL):
        print(f"exit status {process.returncode}: {said}", file=sys.stderr)
    return Cost(
        usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, found if process.returncode in (0, 1) else None
    )


if __name__ == "__main__":
    sys.exit(main())
