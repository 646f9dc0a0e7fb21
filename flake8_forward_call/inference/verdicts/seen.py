"""What was seen at a call when the program ran: the other kind of evidence, next to what the source says."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

# The kind of what `module.compile()` does, which is no hook.
COMPILED = "compile()"

# How many names a sentence has.
_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Seen:
    """The receivers of a call, by the dotted names of their classes.

    ``modules`` are module classes, each with whether its call is ``Module.__call__``, which no class overrides;
    ``others`` are other classes. ``hooks`` are those that the call skipped, each a kind and a name; ``tests`` are some
    of the tests that made the call. ``is_current`` means that the file is still the one that ran.
    """

    modules: tuple[tuple[str, bool], ...]
    others: tuple[str, ...]
    calls: int
    hooks: tuple[tuple[str, str], ...] = ()
    tests: tuple[str, ...] = ()
    is_current: bool = True

    @property
    def is_plain(self) -> bool:
        """Whether no class at this call overrides ``__call__``."""
        return all(is_plain for _, is_plain in self.modules)

    @property
    def names(self) -> str:
        """The classes of the receivers, in words."""
        return _listed([name for name, _ in self.modules] + list(self.others))

    def told(self) -> Iterator[str]:
        """Yield what was seen, in sentences."""
        times = "once" if self.calls == 1 else f"{self.calls} times"
        among = f" (for example in {self.tests[0]})" if self.tests else ""
        if self.modules:
            yield f"at run time: forward() was called directly {times}, on {self.names}{among}"
        else:
            yield f"at run time: the receiver was {self.names}{among}, which is not a module"
        for kind, name in self.hooks:
            yield f"at run time: the call skipped the {kind} {name}"
        if not self.is_current:
            yield "the file has changed since then, but not the lines of this call"

    def clauses(self) -> Iterator[str]:
        """Yield a clause for each hook that the call skipped, as messages have them."""
        for kind, name in self.hooks:
            what = "compiles the call" if kind == COMPILED else f"runs in a {kind}"
            yield f"`{name}` (seen at run time) {what}"


def _listed(names: list[str]) -> str:
    """A few names in words, and how many more there are."""
    if len(names) > _SHOWN:
        return f"{', '.join(names[:_SHOWN])} and {len(names) - _SHOWN} more"
    return " and ".join(filter(None, (", ".join(names[:-1]), *names[-1:])))
