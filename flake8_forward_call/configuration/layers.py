"""Settings from several sources, one on top of the other: what each source adds to an option, or replaces."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

from flake8_forward_call.configuration.options import BY_NAME
from flake8_forward_call.configuration.values import Value

# If a source selects rules, exactly those count, and what the sources below it say about these is dropped.
_ABOUT_RULES = ("ignore", "extend-select")


class Part(NamedTuple):
    """The value of an option from one source.

    ``base`` is the folder that patterns in it are relative to. ``path`` is the file that sets it and ``row`` the line;
    ``path`` is None if it was given for the run.
    """

    value: Value
    base: Path
    path: Path | None = None
    row: int = 0


def combined(layers: Iterable[Mapping[str, Part]]) -> dict[str, tuple[Part, ...]]:
    """The parts of the value of each option that is set, by name. The layers come with the weakest one first.

    An option that is not ``is_added`` has one part, from the strongest layer that sets it.
    """
    found: dict[str, tuple[Part, ...]] = {}
    for layer in layers:
        if "select" in layer:
            for name in _ABOUT_RULES:
                found.pop(name, None)
        for name, part in layer.items():
            found[name] = (*found.get(name, ()), part) if BY_NAME[name].is_added else (part,)
    return found


def value_of_parts(parts: tuple[Part, ...]) -> Value:
    """The whole value of an option: one part as it is, several as one list."""
    if len(parts) == 1:
        return parts[0].value
    return tuple(one for part in parts if isinstance(part.value, tuple) for one in part.value)  # type: ignore[return-value]
