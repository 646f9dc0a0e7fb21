"""Does the cost of a file grow with its size, and no faster? Have long chains their answer, and tangles an end?

    python benchmarks/resources.py                     # every program in three sizes, in half an hour
    python benchmarks/resources.py calls elif          # those whose names begin so
    python benchmarks/resources.py --chains            # the chains only: kind, longest with an answer, seconds
    python benchmarks/resources.py --hold              # the largest size only; fail where a bound is missed
    python benchmarks/resources.py --smoke             # tiny sizes, in seconds: see whether the benchmark itself works

Each program is large in one way: many calls, one long line, deep nesting, many cells. It is made in a size, in twice
and in four times that size, and each is checked (and fixed, where the program is marked so) by the command in a process
of its own, with a time limit. Prints the seconds of the processor, the peak of memory in MiB, by what factor the time
has grown since the last size (2 is linear, 4 is quadratic), and the findings.

A chain has a module at one end and a call at the other, with many steps of one kind between them. Prints the longest
that has its answer, whichever end is first in the text. A tangle leads back to itself, or has types that are far larger
than its text. It has 30 seconds and 1 GiB, twice: the second time in another order, which must change nothing.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Sequence

from large.answers import print_chain, print_small, print_tangle
from large.chains import CHAINS, Chain
from large.measuring import LIMIT, run
from large.programs import CODE, PROGRAMS, Program
from large.tangles import TANGLES, Tangle


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("programs", nargs="*", help="how the names of programs begin (default: all of them)")
    parser.add_argument("--chains", action="store_true", help="chains only")
    parser.add_argument("--hold", action="store_true", help="the largest size only; fail where a bound is missed")
    parser.add_argument("--smoke", action="store_true", help="tiny sizes; fail where the findings are not as expected")
    parser.add_argument(
        "--limit", type=int, default=LIMIT, help="seconds of the processor after which a process is ended"
    )
    options = parser.parse_args(arguments)
    everything: list[Program | Chain | Tangle] = [*CHAINS] if options.chains else [*PROGRAMS, *CHAINS, *TANGLES]
    names = [one.name for one in everything if one.name.startswith(tuple(options.programs or [""]))]
    if not names:
        parser.error(f"no program has such a name; there are {', '.join(one.name for one in everything)}")
    programs = [one for one in PROGRAMS if one.name in names and not options.chains]
    chains = [one for one in CHAINS if one.name in names]
    tangles = [one for one in TANGLES if one.name in names and not options.chains]
    if options.smoke:
        missed = _smoke(programs) + print_small(chains, tangles)
        print(f"{len(names)} programs, {missed} bounds missed")
        return int(missed > 0)
    missed = 0
    for program in programs:
        for doing in ("check", "fix")[: 1 + program.is_fixed]:
            missed += _measured(program, doing, options)
    missed += sum(print_chain(chain, is_held=options.hold) for chain in chains)
    missed += sum(print_tangle(tangle) for tangle in tangles)
    print(f"{missed} bounds missed")
    return int(options.hold and missed > 0)


def _measured(program: Program, doing: str, options: argparse.Namespace) -> int:
    """Print what a program costs in each size, and give in how many sizes it missed a bound."""
    missed, before = 0, None
    for size in [program.size * factor for factor in (1, 2, 4)][-1 if options.hold else 0 :]:
        cost = run(doing, {program.file_of(): program.make(size)}, options.limit)
        found = cost.codes(program.file_of())
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
    """Print which programs in a tiny size have other findings than they should, or any once fixed; their number."""
    missed = 0
    for doing, programs in (("check", chosen), ("fix", [one for one in chosen if one.is_fixed])):
        if not programs:
            continue
        cost = run(doing, {one.file_of(): one.make(one.tiny) for one in programs}, LIMIT)
        for program in programs:
            found = cost.codes(program.file_of())
            if found != Counter({CODE: program.findings(program.tiny)} if doing == "check" else {}):
                print(f"{program.name}: {doing} says: {_told(found)}", file=sys.stderr)
                missed += 1
    return missed


if __name__ == "__main__":
    sys.exit(main())
