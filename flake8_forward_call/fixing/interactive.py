"""``fix --interactive``: each rewrite is shown with its evidence, and the user decides whether it is made."""

from __future__ import annotations

import enum
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import click

from flake8_forward_call.findings.finding import Applicability, Finding
from flake8_forward_call.report import evidence
from flake8_forward_call.report.diff import coloured_line
from flake8_forward_call.report.hunk import hunk
from flake8_forward_call.report.rendering import text
from flake8_forward_call.sources.source import Source
from flake8_forward_call.terminal import terminal
from flake8_forward_call.terminal.printing import diff_line


class Answer(enum.Enum):
    """The possible answers, with the letters of ``git add --patch``."""

    YES = "y"
    NO = "n"
    ALL = "a"
    DONE = "d"
    QUIT = "q"


_HELP = {
    Answer.YES: "rewrite this call",
    Answer.NO: "leave this call as it is",
    Answer.ALL: "rewrite this call and all that follow in this file",
    Answer.DONE: "leave this call and all that follow in this file",
    Answer.QUIT: "leave this call and all that follow, in this file and in others; what was accepted is kept",
}


@dataclass
class Asking:
    """Prints the questions and reads the answers from standard input; ``err``: prints to standard error."""

    err: bool = False
    has_quit: bool = False

    def accepted(self, source: Source, findings: Sequence[Finding]) -> list[Finding]:
        """The findings of one file whose fix should be made. All ``findings`` have a fix."""
        chosen: list[Finding] = []
        for number, finding in enumerate(findings, 1):
            self._say(_shown(source, finding, chosen))
            answer = self._answer(f"{_question(finding)} ({number}/{len(findings)})")
            if answer is Answer.ALL:
                return [*chosen, *findings[number - 1 :]]
            if answer is Answer.YES:
                chosen.append(finding)
            self.has_quit = answer is Answer.QUIT
            if answer in (Answer.DONE, Answer.QUIT):
                break
        return chosen

    def _answer(self, question: str) -> Answer:
        letters = ",".join(answer.value for answer in Answer)
        while True:
            click.secho(f"{question} [{letters},?] ", bold=True, nl=False, err=self.err)
            try:
                line = _read_line()
            except KeyboardInterrupt:
                self._say([""])  # The next output starts on a new line.
                raise
            if line is None:
                self._say([""])
                return Answer.QUIT
            try:
                return Answer(line)
            except ValueError:
                self._say(f"{answer.value} - {meaning}" for answer, meaning in _HELP.items())

    def _say(self, lines: Iterable[str]) -> None:
        for line in lines:
            terminal.echo(line, err=self.err)


def _question(finding: Finding) -> str:
    is_safe = finding.fix is not None and finding.fix.applicability is Applicability.SAFE
    return "Rewrite this call?" if is_safe else "Rewrite this call, which is not safe?"


def _read_line() -> str | None:
    """The answer, stripped and in lower case; None at the end of the input."""
    try:
        line = sys.stdin.buffer.readline() if sys.stdin else b""
    except OSError:  # The terminal is gone.
        return None
    return line.decode(errors="replace").strip().lower() if line else None


def _shown(source: Source, finding: Finding, chosen: Sequence[Finding]) -> Iterator[str]:
    """Yield the finding, its evidence, and the diff of its fix on top of those chosen before, line by line."""
    from flake8_forward_call.explaining import steps_to

    yield text.line(finding)
    yield from (f"  {evidence.render(step, source)}" for step in steps_to(source, finding))
    yield from (coloured_line(diff_line(line)) for line in hunk(source, finding, chosen))
