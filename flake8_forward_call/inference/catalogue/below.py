"""Whether a class below another one changes what calling an instance means, by the facts about a package."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from flake8_forward_call.inference.catalogue import MODULE_CLASS, Catalogue, ClassEntry
from flake8_forward_call.inference.catalogue.conventions import RETURNS

_OPAQUE, _END = "Opaque[", "]"


def promised() -> Iterator[str]:
    """Yield the classes of which functions return an instance of a subclass that no source names."""
    for _, text in RETURNS.values():
        if text.startswith(_OPAQUE) and MODULE_CLASS not in text:
            yield text.removeprefix(_OPAQUE).removesuffix(_END)


def is_same_below(name: str, facts: Mapping[str, Any], others: Catalogue) -> bool:
    """Whether all bases of the package's classes below a class were read, and none changes the call.

    ``facts`` are those about the package, by name; ``others`` has the other packages.
    """
    above: dict[str, frozenset[str | None]] = {}
    for start in facts:
        todo = [start]
        while todo:  # Bases first, without recursion.
            one = todo[-1]
            bases = _facts_of(one, facts, others)[0]
            missing = [base for base in bases if base is not None and base not in above]
            if missing and len(todo) <= len(facts):
                todo += missing
                continue
            todo.pop()
            above[one] = frozenset({one, *(None,) * (None in bases)}).union(*(above.get(b or "", ()) for b in bases))
    changing = {one for one in above if _facts_of(one, facts, others)[1] not in (None, "same")} | {None}
    return not any(name in order and order & changing for order in above.values())


def _facts_of(name: str, facts: Mapping[str, Any], others: Catalogue) -> tuple[tuple[str | None, ...], str | None]:
    """The bases of a class, and what it does to its call."""
    fact = facts.get(name)
    if isinstance(fact, dict):
        return tuple(fact.get("bases", ())), fact.get("call")
    entry = others.resolve(name) if fact is None else None
    return (entry.bases, entry.call) if isinstance(entry, ClassEntry) else ((), None)
