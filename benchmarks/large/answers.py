"""Chains and tangles: which have their answers, within the bounds and the same in each order."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from math import isqrt

from large.chains import OPEN, Chain, Files, marked
from large.measuring import Cost, Found, run
from large.programs import CODE
from large.tangles import Tangle

# The bounds for one program: seconds of the processor, and MiB.
SECONDS, MEMORY = 30.0, 1024.0

_NOT_ANALYSED = "FWD900"


def chain_faults(chain: Chain, links: int) -> tuple[list[str], float]:
    """What is wrong with a chain of a length, whichever end is first in the text, and the most seconds it took."""
    faults, seconds = [], 0.0
    for far_first in (True, False):
        files = chain.make(links, far_first)
        cost = run("check", files, int(SECONDS) + 1)
        seconds = max(seconds, cost.seconds)
        first = "far" if far_first else "near"
        faults += [f"{first} end first: {fault}" for fault in _faults(files, cost)]
    return faults, seconds


def longest(chain: Chain) -> tuple[int, float, list[str]]:
    """The longest chain with all its answers, up to the length that has to have them.

    Also the seconds for the required length, and its faults.
    """
    wrong, seconds = chain_faults(chain, chain.links)
    if not wrong:
        return chain.links, seconds, []
    good, bad = 0, chain.links
    while bad - good > max(1, good // 10):  # To a tenth.
        middle = max(good + 1, isqrt(max(good, 1) * bad))
        if chain_faults(chain, middle)[0]:
            bad = middle
        else:
            good = middle
    return good, seconds, wrong


def tangle_faults(tangle: Tangle, size: int) -> tuple[list[str], Cost]:
    """What is wrong with a tangle of a size, in two orders of its files and with two seeds; the cost of the dearer."""
    files = tangle.make(size)
    names = sorted(files)
    first = run("check", files, int(SECONDS) + 1, names, seed=0)
    second = run("check", files, int(SECONDS) + 1, names[::-1], seed=1)
    faults = list(dict.fromkeys([*_faults(files, first), *_faults(files, second)]))
    if first.found != second.found:
        faults.append("the findings depend on the order of the files, or on hashes")
    return faults, max(first, second, key=lambda cost: cost.seconds)


def small_faults(chains: Sequence[Chain], tangles: Sequence[Tangle]) -> Iterator[str]:
    """Yield what is wrong with tiny programs, which are all checked by one process, each in its own folder."""
    made = {f"{chain.name}/{end}": chain.make(chain.tiny, end == "far") for chain in chains for end in ("far", "near")}
    made |= {tangle.name: tangle.make(tangle.tiny) for tangle in tangles}
    cost = run("check", {f"{name}/{path}": text for name, files in made.items() for path, text in files.items()}, 120)
    for name, files in made.items():
        inside = Found(
            {
                (path.removeprefix(f"{name}/"), row, code): number
                for (path, row, code), number in (cost.found or {}).items()
                if path.startswith(f"{name}/")
            }
        )
        for fault in _faults(files, Cost(0, 0, None if cost.found is None else inside)):
            yield f"{name}: {fault}"


def _faults(files: Files, cost: Cost) -> Iterator[str]:
    if cost.found is None:
        yield f"ended after {cost.seconds:.0f} s"
        return
    if cost.seconds > SECONDS:
        yield f"more than {SECONDS:g} s"
    if cost.memory > MEMORY:
        yield f"more than {MEMORY:g} MiB"
    lost = sum(number for (*_, code), number in cost.found.items() if code == _NOT_ANALYSED)
    if lost:
        yield f"{lost} {_NOT_ANALYSED}"
    missed = [mark for (name, row), mark in marked(files).items() if (name, row, CODE) not in cost.found]
    if missed:
        yield f"not found: {', '.join(dict.fromkeys(missed))}"
    if cost.found and max(cost.found.values()) > 1:
        yield "a call was reported twice"


def print_chain(chain: Chain, *, is_held: bool) -> bool:
    """Print the line of a chain in the table, and return whether it misses a bound."""
    if is_held:
        faults, seconds = chain_faults(chain, chain.links)
        links = f"{chain.links:4}"
    else:
        good, seconds, faults = longest(chain)
        links = f"{good:4} of {chain.links:4}"
    print(f"{chain.name:32} chain  {links} links {seconds:7.1f} s", *(f"({one})" for one in faults), flush=True)
    return bool(faults)


def print_tangle(tangle: Tangle) -> bool:
    """Print the line of a tangle in the table, and return whether it misses a bound."""
    faults, cost = tangle_faults(tangle, tangle.size)
    told = f"{tangle.size:12,} {cost.seconds:7.1f} s {cost.memory:6.0f} MiB"
    left = [one for one in marked(tangle.make(tangle.size), (OPEN,)) if (*one, CODE) not in (cost.found or ())]
    notes = [*(f"({one})" for one in faults), *(["not found yet"] if left else [])]
    print(f"{tangle.name:32} tangle {told}", *notes, flush=True)
    return bool(faults)


def print_small(chains: Sequence[Chain], tangles: Sequence[Tangle]) -> int:
    """Print what is wrong with tiny programs, and return how many faults there are."""
    faults = list(small_faults(chains, tangles))
    for fault in faults:
        print(fault, file=sys.stderr)
    return len(faults)
