"""What ``+`` and ``|`` make of containers, and what a dict is that is written out."""

from __future__ import annotations

from collections.abc import Iterable

from flake8_forward_call.inference.types import (
    MAX_ENTRIES,
    PLAIN,
    UNKNOWN,
    Many,
    Mapping,
    Tuple,
    Type,
    Unknown,
    alternatives,
    union,
)


def are_sequences(kind: Type) -> bool:
    return all(isinstance(one, (Many, Tuple)) for one in alternatives(kind))


def are_mappings(kind: Type) -> bool:
    return all(isinstance(one, Mapping) for one in alternatives(kind))


def merged(first: Type, second: Type) -> Type:
    """The type of ``first | second`` for mappings."""
    if isinstance(first, Mapping) and isinstance(second, Mapping):
        return written_out([(None, first), (None, second)])
    several = [one for kind in (first, second) for one in alternatives(kind) if isinstance(one, Mapping)]
    return Mapping(union(one.key for one in several), union(one.value for one in several))


def written_out(parts: Iterable[tuple[str | None, Type]], keys: Iterable[Type] = (PLAIN,)) -> Mapping:
    """The type of a dict of these parts: a value with its key, or, without one, what is under a double star."""
    entries: dict[str, Type] | None = {}
    values: list[Type] = []
    others = list(keys)
    for name, kind in parts:
        if name is not None:
            values.append(kind)
            if entries is not None:
                entries[name] = kind
            continue
        for one in alternatives(kind):
            values.append(one.value if isinstance(one, Mapping) else UNKNOWN)
            others.append(one.key if isinstance(one, Mapping) else UNKNOWN)
        if entries is not None and isinstance(kind, Mapping) and kind.entries:
            entries.update(kind.entries)
        else:
            entries = None
    value = union(values)
    if entries is None or len(entries) > MAX_ENTRIES or isinstance(value, Unknown):
        entries = {}
    return Mapping(union(others), value, tuple(entries.items()))
