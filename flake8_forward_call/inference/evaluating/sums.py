"""What ``+`` and ``|`` make of containers."""

from __future__ import annotations

from flake8_forward_call.inference.types import Many, Mapping, Tuple, Type, alternatives, union


def are_sequences(kind: Type) -> bool:
    return all(isinstance(one, (Many, Tuple)) for one in alternatives(kind))


def are_mappings(kind: Type) -> bool:
    return all(isinstance(one, Mapping) for one in alternatives(kind))


def merged(first: Type, second: Type) -> Type:
    """The type of ``first | second`` for mappings."""
    several = [one for kind in (first, second) for one in alternatives(kind) if isinstance(one, Mapping)]
    return Mapping(union(one.key for one in several), union(one.value for one in several))
