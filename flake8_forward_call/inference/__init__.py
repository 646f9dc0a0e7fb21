"""Is this receiver an ``nn.Module`` instance, and does calling it mean the same as calling its ``forward``?"""

from __future__ import annotations

import ast
import enum
from collections.abc import Sequence
from dataclasses import dataclass


class Standing(enum.Enum):
    """What is known of a receiver."""

    MODULE = "module"
    NOT_MODULE = "not a module"
    UNKNOWN = "unknown"


class Sameness(enum.Enum):
    """Whether ``x(...)`` means what ``x.forward(...)`` means, hooks aside."""

    SAME = "same"
    PERHAPS = "perhaps"
    DIFFERENT = "different"


@dataclass(frozen=True, slots=True)
class Verdict:
    """The answer for one call; ``reason`` is a clause in plain words."""

    standing: Standing
    sameness: Sameness
    reason: str


def judge(tree: ast.Module, path: str, calls: Sequence[ast.Call]) -> list[Verdict]:
    """The verdict on the receiver of each of the calls, which are nodes of the tree."""
    verdicts = []
    for call in calls:
        assert isinstance(call.func, ast.Attribute)
        text = ast.unparse(call.func.value)
        if text.startswith(("self", "model")):
            verdicts.append(Verdict(Standing.MODULE, Sameness.SAME, "stand-in"))
        else:
            verdicts.append(Verdict(Standing.UNKNOWN, Sameness.DIFFERENT, "stand-in"))
    return verdicts
