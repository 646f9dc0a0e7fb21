"""Errors and warnings: a line on standard error for each, and the exit status."""

from __future__ import annotations

import enum

from flake8_forward_call.terminal.printing import one_line


class Status(enum.IntEnum):
    """The exit status of the command."""

    CLEAN = 0
    FINDINGS = 1
    FAILED = 2


class Trouble:
    """Collects errors while the work continues with the rest. If it ``is_quiet``, it prints no warnings."""

    def __init__(self, *, is_quiet: bool = False) -> None:
        self.is_quiet = is_quiet
        self.errors: list[str] = []  # Everything that could not be done.

    def error(self, text: str) -> None:
        """Report that something could not be done: the exit status will be 2."""
        self.errors.append(text)
        self._tell(text)

    def warn(self, text: str) -> None:
        """Report something that the user should know, but that is not an error."""
        if not self.is_quiet:
            self._tell(text)

    def _tell(self, text: str) -> None:
        from flake8_forward_call.terminal import terminal  # The plugin imports this module too, but prints nothing.

        terminal.echo(f"forward-call: {one_line(text)}", err=True)

    def status(self, *, findings: bool) -> Status:
        """The exit status, given whether findings remain."""
        if self.errors:
            return Status.FAILED
        return Status.FINDINGS if findings else Status.CLEAN


class Unheard(Trouble):
    """Discards messages about work that the user did not ask for."""

    def _tell(self, text: str) -> None:
        """Print nothing."""


def reason(error: OSError) -> str:
    """The operating system's words for an error, without number and path."""
    return error.strerror or str(error) or type(error).__name__
