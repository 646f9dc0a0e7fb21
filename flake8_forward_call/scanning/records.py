"""The data of a scan: the projects, the orders for the workers, and the outcomes."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field, replace


class State(enum.Enum):
    """How the check of a project ended. Only the first two are the result of a complete check."""

    CLEAN = "clean"
    FINDINGS = "findings"
    FAILED = "failed"  # `check` said that it could not do all of its work. What it found counts.
    TIMEOUT = "timeout"
    DIED = "died"

    @property
    def is_complete(self) -> bool:
        """Whether the whole project was checked."""
        return self in (State.CLEAN, State.FINDINGS)


@dataclass(frozen=True, slots=True)
class Project:
    """A project: the absolute path of its folder, and its name in reports."""

    root: str
    name: str


@dataclass(frozen=True, slots=True)
class Order:
    """What a worker has to do: run ``check`` with these arguments in a folder.

    ``output_format`` is that of ``check``, ``version`` the version of this tool that the worker must have, ``timeout``
    the seconds after which the check is stopped, ``memory`` the bytes that it may use; None for no limit.
    """

    root: str
    output_format: str
    arguments: tuple[str, ...]
    version: str
    timeout: float | None = None
    memory: int | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of an order.

    ``output`` is the standard output of ``check``, ``counts`` the number of its findings by code. ``messages`` are the
    lines that it printed to standard error. ``reason`` says why the check is not complete. ``is_kept``: the outcome is
    from an earlier scan.
    """

    state: State
    output: str = ""
    counts: Mapping[str, int] = field(default_factory=dict)
    seconds: float = 0.0
    reason: str = ""
    messages: tuple[str, ...] = ()
    is_kept: bool = False

    @property
    def total(self) -> int:
        """The number of findings."""
        return sum(self.counts.values())


@dataclass(frozen=True, slots=True)
class Row:
    """A project and its outcome."""

    project: Project
    outcome: Outcome

    @property
    def told(self) -> str:
        """The state in words, with the reason if there is one."""
        state, reason = self.outcome.state.value, self.outcome.reason
        return f"{state}: {reason}" if reason else state


def kept(outcome: Outcome) -> Outcome:
    """The outcome, marked as one of an earlier scan."""
    return replace(outcome, is_kept=True)
