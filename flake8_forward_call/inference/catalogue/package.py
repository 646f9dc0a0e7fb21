"""The facts of one package, as text: a sorted line for each name, so that one is found without reading the rest.

The first line names the package and its release. Each other line is a full dotted name, a tab, and in JSON what the
name is: an object for a class, a list of two for a function, a list of one for a value, a string for an alias. A name
in the JSON that starts with a dot is relative to the Python module of the line's own name.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, TypeAlias


@dataclass(frozen=True, slots=True)
class ClassEntry:
    """A class: its bases by canonical name (None if unresolved), and the types or results of its members.

    ``parameters`` are those of its own constructor that the types of members need; None if it has no constructor.
    """

    name: str
    bases: tuple[str | None, ...] = ()
    parameters: tuple[str, ...] | None = None
    attributes: dict[str, str] = field(default_factory=dict)
    methods: dict[str, tuple[tuple[str, ...], str]] = field(default_factory=dict)
    call: str | None = None  # How it overrides `__call__`: a Sameness value.
    interface: bool = False
    same_below: bool = False  # Whether no class of the package below it changes what calling an instance means.
    hookless: bool = False  # Whether instances sent over RPC lose their hook tables.


@dataclass(frozen=True, slots=True)
class FunctionEntry:
    """A function that returns a module, or something that contains one."""

    name: str
    parameters: tuple[str, ...]
    returns: str


@dataclass(frozen=True, slots=True)
class ValueEntry:
    """A global name that is bound to a module, or to something that returns or contains one."""

    name: str
    type: str


@dataclass(frozen=True, slots=True)
class Alias:
    """Another name for something that has an entry, or for a Python module."""

    target: str


Fact: TypeAlias = ClassEntry | FunctionEntry | ValueEntry
Entry: TypeAlias = Fact | Alias

# Sorts before every name.
_HEADER = "#"

_RELATIVE = re.compile(r"(?<![\w.])\.(?=\w)")


class Package:
    """The facts of one package, from their text. An entry is parsed when it is first requested."""

    def __init__(self, text: bytes) -> None:
        self._text = text
        self._entries: dict[str, Entry | None] = {}
        header = json.loads(text[: text.index(b"\n")].partition(b"\t")[2])
        self.name: str = header["package"]
        self.version: str = header["version"]

    def entry(self, dotted: str) -> Entry | None:
        """The entry under a dotted name, or None."""
        if dotted not in self._entries:
            self._entries[dotted] = self._written(dotted) or self._from_further_out(dotted)
        return self._entries[dotted]

    def _written(self, dotted: str) -> Entry | None:
        key = f"{dotted}\t".encode()
        start = self._first_not_before(key)
        return self._read(dotted, start + len(key)) if self._text.startswith(key, start) else None

    def _from_further_out(self, dotted: str) -> Entry | None:
        """An outer package's entry for the name, if it re-exports it: then the name has no entry of its own."""
        module, _, name = dotted.rpartition(".")
        for outer in outward(module):
            entry = self._written(f"{outer}.{name}")
            if isinstance(entry, Alias) and entry.target.startswith(f"{module}."):
                return entry
        return None

    def holds(self, dotted: str) -> bool:
        """Whether the dotted name is a Python module with entries."""
        key = f"{dotted}.".encode()
        return self._text.startswith(key, self._first_not_before(key))

    def names(self) -> Iterator[str]:
        """Yield the name of each entry, in order."""
        for line in self._text.splitlines()[1:]:
            yield line.partition(b"\t")[0].decode()

    def _first_not_before(self, key: bytes) -> int:
        """The start of the first line that sorts at or after the key."""
        text = self._text
        low, high = 0, len(text)
        while low < high:
            middle = (low + high) // 2
            start = max(low, text.rfind(b"\n", low, middle) + 1)
            if text[start : start + len(key)] < key:
                low = text.index(b"\n", middle) + 1
            else:
                high = start
        return low

    def _read(self, dotted: str, start: int) -> Entry:
        text = self._text[start : self._text.index(b"\n", start)].decode()
        fact = json.loads(_RELATIVE.sub(f"{dotted.rpartition('.')[0]}.", text))
        match fact:
            case str():
                return Alias(fact)
            case [kind]:
                return ValueEntry(dotted, kind)
            case [given, returns]:
                return FunctionEntry(dotted, tuple(given), returns)
            case _:
                given = fact.get("parameters")
                return ClassEntry(
                    dotted,
                    tuple(fact.get("bases", ())),
                    None if given is None else tuple(given),
                    fact.get("attributes", {}),
                    {name: (tuple(given), returns) for name, (given, returns) in fact.get("methods", {}).items()},
                    fact.get("call"),
                    fact.get("interface", False),
                    fact.get("same_below", False),
                    fact.get("hookless", False),
                )


def outward(module: str) -> Iterator[str]:
    """Yield the packages that contain a Python module, innermost first."""
    while "." in module:
        module = module.rpartition(".")[0]
        yield module


def write(package: str, version: str, facts: dict[str, Any]) -> str:
    """The text for a package's facts, which are given by dotted name, ready for JSON. Equal facts have equal text."""
    lines = [f"{name}\t{_shortened(_json(facts[name]), name.rpartition('.')[0])}\n" for name in sorted(facts)]
    return "".join([f"{_HEADER}\t{_json({'package': package, 'version': version})}\n", *lines])


def _shortened(text: str, module: str) -> str:
    """The text with each name in the Python module, or in one inside it, made relative to that module."""
    return re.sub(rf"(?<![\w.]){re.escape(module)}\.(?=\w)", ".", text)


def _json(value: object) -> str:
    return json.dumps(value, separators=(",", ":"), sort_keys=True)
