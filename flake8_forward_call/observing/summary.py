"""What an observed run has shown, in words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from flake8_forward_call.observing.record import INDIRECT, Record, Sight, Spot
from flake8_forward_call.terminal.printing import one_line

# What decides about the exit status of an observed run.
NEVER, SKIPPED, ANY = "never", "skipped", "any"
FAILS = (NEVER, SKIPPED, ANY)

# How many places, and hooks of each, are listed.
MAX_PLACES = 20
_MAX_NAMES = 3


def seen(record: Record) -> list[tuple[Spot, Sight]]:
    """The places in the project at which modules were called directly; those that skipped hooks come first."""
    found = [(spot, sight) for spot, sight in record.in_project() if sight.calls]
    return sorted(found, key=lambda one: not one[1].skipped)


def fails(record: Record, policy: str) -> bool:
    """Whether a run has to fail: at any direct call in the project, or at one that skipped hooks."""
    found = seen(record)
    return (policy == ANY and bool(found)) or (policy == SKIPPED and any(sight.skipped for _, sight in found))


def headline(record: Record) -> str:
    """The result in one line."""
    found = seen(record)
    if not record.runs:
        return "torch was not imported, so there was nothing to observe"
    if not found:
        return "no direct calls of forward() were seen"
    calls = sum(sight.calls for _, sight in found)
    skipping = [sight for _, sight in found if sight.skipped]
    text = f"{_count(calls, 'direct call')} of forward() in {_count(len(found), 'place')}"
    if not skipping:
        return f"{text}; no hooks were skipped"
    hooks = len({hook for sight in skipping for hook in sight.skipped})
    return f"{text}; {len(skipping)} of them skipped {_count(hooks, 'hook')}"


def lines(record: Record) -> Iterator[str]:
    """Yield the result in several lines, without the first one: the places, and what could not be seen."""
    return map(one_line, _lines(record))  # The names are those of the program.


def _lines(record: Record) -> Iterator[str]:
    found = seen(record)
    for spot, sight in found[:MAX_PLACES]:
        yield f"{where(spot)}: {_told(spot, sight)}"
    if len(found) > MAX_PLACES:
        yield f"... and {_count(len(found) - MAX_PLACES, 'more place')}, which are in the record"
    outside = sum(sight.calls for spot, sight in record.spots.items() if spot.is_outside)
    if outside:
        yield f"{_count(outside, 'direct call')} in installed packages and other files outside the project"
    if record.untraced:
        yield f"{_count(record.untraced, 'direct call')} from code without a file, such as another thread's start"
    if record.lost:
        yield f"{_count(record.lost, 'direct call')} could not be recorded"
    for name, reason in sorted(record.unseen.items())[:_MAX_NAMES]:
        yield f"not observed: {name}, because {reason}"
    if len(record.unseen) > _MAX_NAMES:
        yield f"not observed: {_count(len(record.unseen) - _MAX_NAMES, 'more class', 'more classes')}"
    yield from record.notes


def where(spot: Spot) -> str:
    """The location of a spot, as findings have it."""
    return f"{spot.path}:{spot.row}" + (f":{spot.column}" if spot.column else "")


def _told(spot: Spot, sight: Sight) -> str:
    names = sorted(name for name, one in sight.receivers.items() if one.is_module)
    text = f"{_count(sight.calls, 'direct call')} of forward() on {listed(names)}"
    if spot.form == INDIRECT:
        text += ", under another name"
    if sight.skipped:
        text += f", skipped {listed_hooks(sight)}"
    return text


def listed_hooks(sight: Sight) -> str:
    """The hooks that were skipped at a place; a few of them."""
    return listed([f"{name} ({kind})" for kind, name in sorted(sight.skipped)])


def listed(names: Sequence[str]) -> str:
    """A few names, and how many more there are."""
    shown = ", ".join(names[:_MAX_NAMES])
    return shown if len(names) <= _MAX_NAMES else f"{shown} and {len(names) - _MAX_NAMES} more"


def _count(number: int, thing: str, things: str = "") -> str:
    return f"{number} {thing if number == 1 else things or thing + 's'}"
