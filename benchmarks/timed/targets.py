"""How much the programs may cost, and whether they keep to it."""

from __future__ import annotations

import statistics
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from timed.programs import Cost, Program, factor

HEADER = "| program | must | aim | measured | held |"
ALIGNMENT = "| --- | ---: | ---: | ---: | --- |"


@dataclass(frozen=True, slots=True)
class Limit:
    """What a program must not exceed, and what it should not: times another program, or else in seconds."""

    program: str
    must: float
    aim: float


LARGE = "`check --no-cache` on transformers"

LIMITS = (
    Limit("`--version`", 4, 3),
    Limit("`explain FWD001`", 4, 3),
    Limit("`check` of a small file", 5, 5),
    Limit("`check`, cold", 6, 3),
    Limit("`check`, warm", 1.2, 0.8),
    Limit("`check`, a base class changed", 2, 1.2),
    Limit("flake8 with the plugin, cold", 1.05, 1.03),
    Limit("flake8 with the plugin, warm", 1.02, 1.01),
    Limit(LARGE, 3, 1.5),
)


def compared(programs: Sequence[Program], costs: Mapping[str, Sequence[Cost]]) -> Iterator[str]:
    """Yield the lines of a table with the limits of the programs that were measured."""
    yield HEADER
    yield ALIGNMENT
    named = {one.name: one for one in programs}
    for limit in LIMITS:
        program = named.get(limit.program)
        if program is None or (program.against and program.against not in costs):
            continue
        if program.against:
            measured, unit = factor(program, costs), f" x {program.against}"
        else:
            measured, unit = statistics.median(one.wall for one in costs[program.name]), " seconds"
        held = "yes" if round(measured, 2) <= limit.must else "**no**"
        yield f"| {program.name} | {limit.must:g}{unit} | {limit.aim:g} | {measured:.2f} | {held} |"
