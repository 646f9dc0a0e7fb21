"""What inference says about a receiver."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from flake8_forward_call.inference.verdicts.seen import Seen


class Standing(enum.Enum):
    """What is known about a receiver or class. PROBABLE, only for receivers: a module, unless an unread part is not."""

    MODULE = "module"
    PROBABLE = "probably a module"
    NOT_MODULE = "not a module"
    UNKNOWN = "unknown"


class Sameness(enum.Enum):
    """Whether ``x(...)`` is equivalent to ``x.forward(...)``, apart from hooks.

    PERHAPS: nothing that was read contradicts it, but something relevant was not read, or contradicts it only on some
    paths. UNREAD: the receiver's own class was not read, so nothing at all is known about its ``__call__``.
    """

    SAME = "same"
    PERHAPS = "perhaps"
    UNREAD = "unread"
    DIFFERENT = "different"


# From best to worst: of several alternatives, the worst one counts.
_ORDER = (Sameness.SAME, Sameness.PERHAPS, Sameness.UNREAD, Sameness.DIFFERENT)


def worst(*sames: Sameness) -> Sameness:
    """The worst of several."""
    return max(sames, key=_ORDER.index, default=Sameness.SAME)


@dataclass(frozen=True, slots=True)
class Attachment:
    """Something that uses a receiver's hooks: its name, where it is attached, and what it does, as a clause."""

    name: str
    path: str
    row: int
    effect: str


@dataclass(frozen=True, slots=True)
class Clue:
    """A piece of evidence that is no proof: where it is, and what it says, as a clause in plain words."""

    path: str
    row: int
    text: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """The answer for one call; ``reason`` is a clause in plain words.

    If there are ``clues``, the standing rests on them and is not proven. ``seen`` is what the program did when it ran;
    if it is against what the source says, ``contradiction`` says so, as a clause. If the standing ``rests_on_run``, the
    source alone does not show it.
    """

    standing: Standing
    sameness: Sameness
    reason: str
    attachments: tuple[Attachment, ...] = ()
    clues: tuple[Clue, ...] = ()
    seen: Seen | None = None
    contradiction: str = ""
    rests_on_run: bool = False

    @property
    def is_told(self) -> bool:
        """Whether the call can be reported: the receiver is a module, or probably one."""
        if self.standing is Standing.PROBABLE:
            return self.sameness is not Sameness.DIFFERENT
        return self.standing is Standing.MODULE


NO_MODULE = Verdict(Standing.NOT_MODULE, Sameness.DIFFERENT, "the receiver is not an nn.Module instance")
NOT_CALLED = Verdict(Standing.UNKNOWN, Sameness.UNREAD, "nothing shows that the function it is passed to calls it")
TOO_FAR = Verdict(Standing.UNKNOWN, Sameness.UNREAD, "resolving the receiver takes too many steps")
NOT_KNOWN = Verdict(Standing.UNKNOWN, Sameness.UNREAD, "the receiver could not be resolved")
