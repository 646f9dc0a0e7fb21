"""The facts of one package, as text: a line for each name, sorted, so that one is found without reading the rest.

The first line names the package and its release. Each other line is a full dotted name, a tab, and in JSON what the
name stands for: an object for a class, a list of two for a function, of one for a value, a text for a name that lives
elsewhere. A name there that starts with a dot goes on from the Python module of the line's own name.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, TypeAlias


@dataclass(frozen=True, slots=True)
class ClassEntry:
    """A class: its bases by canonical name (None: one that was not to be resolved), members by type or result.

    ``parameters`` are those of its own constructor, as far as a member's type needs them; None if it has none.
    """

    name: str
    bases: tuple[str | None, ...] = ()
    parameters: tuple[str, ...] | None = None
    attributes: dict[str, str] = field(default_factory=dict)
    methods: dict[str, tuple[tuple[str, ...], str]] = field(default_factory=dict)
    call: str | None = None  # How it overrides `__call__`: a Sameness value.
    interface: bool = False
    hookless: bool = False  # Whether instances come over RPC without their hook tables.


@dataclass(frozen=True, slots=True)
class FunctionEntry:
    """A function that returns a module, or something that holds one."""

    name: str
    parameters: tuple[str, ...]
    returns: str


@dataclass(frozen=True, slots=True)
class ValueEntry:
    """A global name that is bound to a module, or to something that gives one."""

    name: str
    type: str


@dataclass(frozen=True, slots=True)
class Alias:
    """A name for what is written down under another one, or for a Python module."""

    target: str


Fact: TypeAlias = ClassEntry | FunctionEntry | ValueEntry
Entry: TypeAlias = Fact | Alias

# Sorts before every name.
_HEADER = "#"

_RELATIVE = re.compile(r"(?<![\w.])\.(?=\w)")


class Package:
    """The facts of one package, from their text. An entry is read as JSON when it is first asked for."""

    def __init__(self, text: bytes) -> None:
        self._text = text
        self._entries: dict[str, Entry | None] = {}
        header = json.loads(text[: text.index(b"\n")].partition(b"\t")[2])
        self.name: str = header["package"]
        self.version: str = header["version"]

    def entry(self, dotted: str) -> Entry | None:
        """What is known under a dotted name, or None."""
        if dotted not in self._entries:
            self._entries[dotted] = self._written(dotted) or self._from_further_out(dotted)
        return self._entries[dotted]

    def _written(self, dotted: str) -> Entry | None:
        key = f"{dotted}\t".encode()
        start = self._first_not_before(key)
        return self._read(dotted, start + len(key)) if self._text.startswith(key, start) else None

    def _from_further_out(self, dotted: str) -> Entry | None:
        """What an outer package offers under the name, if it has it from here: then it is not written down twice."""
        module, _, name = dotted.rpartition(".")
        for outer in outward(module):
            entry = self._written(f"{outer}.{name}")
            if isinstance(entry, Alias) and entry.target.startswith(f"{module}."):
                return entry
        return None

    def holds(self, dotted: str) -> bool:
        """Whether the dotted name is a Python module of which something is written down."""
        key = f"{dotted}.".encode()
        return self._text.startswith(key, self._first_not_before(key))

    def names(self) -> Iterator[str]:
        """Yield every name that something is written down under, in order."""
        for line in self._text.splitlines()[1:]:
            yield line.partition(b"\t")[0].decode()

    def _first_not_before(self, key: bytes) -> int:
        """Where the first line starts that sorts at or after the key."""
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
                    fact.get("hookless", False),
                )


def outward(module: str) -> Iterator[str]:
    """Yield the packages around a Python module, from the next one out."""
    while "." in module:
        module = module.rpartition(".")[0]
        yield module


def write(package: str, version: str, facts: dict[str, Any]) -> str:
    """The text of a package's facts, by dotted name and ready for JSON; the same facts give the same text."""
    lines = [f"{name}\t{_shortened(_json(facts[name]), name.rpartition('.')[0])}\n" for name in sorted(facts)]
    return "".join([f"{_HEADER}\t{_json({'package': package, 'version': version})}\n", *lines])


def _shortened(text: str, module: str) -> str:
    """The text with each name that lies in the Python module, or in one inside it, as it goes on from there."""
    return re.sub(rf"(?<![\w.]){re.escape(module)}\.(?=\w)", ".", text)


def _json(value: object) -> str:
    return json.dumps(value, separators=(",", ":"), sort_keys=True)
