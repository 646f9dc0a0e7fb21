"""What is done for each file, by this process or by another one."""

from __future__ import annotations

from typing import Protocol, TypeVar

from flake8_forward_call.files.inputs import Input

Answer = TypeVar("Answer")


class Task(Protocol[Answer]):
    """The work on one file. It can be pickled, and so can its answers. It prints nothing and changes no file."""

    def known(self, each: Input) -> Answer | None:
        """The answer, if no inference is needed for it: most files need none, or have results in the cache."""
        raise NotImplementedError

    def do(self, each: Input) -> Answer:
        """The answer."""
        raise NotImplementedError

    def lost(self, each: Input, reason: str) -> Answer:
        """The answer for a file that processes died of, with the reason in words."""
        raise NotImplementedError

    def needs_text(self, answer: Answer) -> bool:
        """Whether the bytes of the file are needed once there is this answer."""
        raise NotImplementedError
