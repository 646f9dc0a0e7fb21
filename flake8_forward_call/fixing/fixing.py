"""What ``fix`` does with each file, and what it reports."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import click

from flake8_forward_call import report
from flake8_forward_call.checking import Checked, source_of
from flake8_forward_call.files.inputs import Input
from flake8_forward_call.files.writing import WriteError, outside, replace
from flake8_forward_call.findings.finding import Applicability, Finding
from flake8_forward_call.findings.selection import Selects
from flake8_forward_call.fixing.interactive import Asking
from flake8_forward_call.fixing.proposing import Proposal, Proposing, steps_of
from flake8_forward_call.fixing.typing_calls import TypingCalls
from flake8_forward_call.inference.classes.receivers import ClassPlace
from flake8_forward_call.report import diff, rewrites
from flake8_forward_call.report.formats import FORMATS
from flake8_forward_call.report.record import Report
from flake8_forward_call.rules import fwd900
from flake8_forward_call.sources.source import Source
from flake8_forward_call.terminal import terminal
from flake8_forward_call.terminal.interrupts import interrupts_held
from flake8_forward_call.terminal.printing import near, shown
from flake8_forward_call.terminal.trouble import Trouble


@dataclass
class Fixing:
    """One run of ``fix``: takes the inputs one by one and keeps count.

    ``is_only``: do not report what remains, except files that could not be analysed or rewritten. ``is_dry``: change
    nothing, and print a diff. ``asking``: only make the fixes that the user accepts. ``typing``: also type the calls of
    the classes that rewritten calls reach. ``is_summed_up``: standard output is for a summary of ``made`` and
    ``remaining``.
    """

    selects: Selects
    trouble: Trouble
    unsafe: bool = False
    is_only: bool = False
    is_dry: bool = False
    asking: Asking | None = None
    typing: TypingCalls | None = None
    is_summed_up: bool = False
    output_format: str = "text"
    made: list[Finding] = field(default_factory=list, init=False)  # Findings whose fix was made, or would be.
    remaining: list[Finding] = field(default_factory=list, init=False)
    evidence: dict[Finding, list[tuple[str, str]]] = field(default_factory=dict, init=False)  # For a summary.
    _changes: list[tuple[str, bytes, bytes]] = field(default_factory=list, init=False)  # For the diff.
    _sources: dict[str, Source] = field(default_factory=dict, init=False)  # For the remaining findings.
    _found: int = 0
    _taken: int = 0
    _files: int = 0
    _not_selected: Counter[str] = field(default_factory=Counter)
    _output_is_taken: bool = False  # By a diff, a program or a summary; everything else goes to stderr.

    def __post_init__(self) -> None:
        self.proposing = Proposing(self.selects, self.unsafe, self.is_summed_up)
        self._output_is_taken = self.is_dry or self.is_summed_up

    @property
    def findings_remain(self) -> bool:
        """Whether findings remain for the exit status. With --diff nothing is changed, so all findings remain."""
        if self.is_dry:
            return bool(self.made or self.remaining if self.is_only else self._found)
        return bool(self.remaining)

    @property
    def has_quit(self) -> bool:
        """Whether the user has quit the questions."""
        return self.asking is not None and self.asking.has_quit

    def take(self, each: Input) -> None:
        """Rewrite one file, after asking if questions are asked; see ``put``."""
        checked, not_selected = self.proposing.checked(each)
        chosen = self.proposing.chosen(each, checked)
        if self.asking is not None and chosen:
            assert checked.source is not None, "only a file that was analysed has findings with a fix"
            chosen = self.asking.accepted(checked.source, chosen)
        proposal = self.proposing.proposal(each, checked, chosen, not_selected)
        self.put(each, proposal, self._reached(each, checked, chosen))

    def put(self, each: Input, proposal: Proposal, reached: Sequence[ClassPlace] = ()) -> None:
        """Write one file, or note what would change; for standard input, write the new text to standard output.

        ``reached`` are the classes that rewritten calls reach, if their calls should be typed.
        """
        self._taken += 1
        self._found += len(proposal.before)
        self._not_selected.update(proposal.not_selected)
        if proposal.outside is not None:
            self.trouble.error(f"{near(each.name)}: {outside(proposal.outside)}")
        with interrupts_held():  # A change is made, counted and reported, or not made at all.
            try:
                is_made = self._deliver(each, proposal)
            except WriteError as error:
                self.trouble.error(f"{near(each.name)}: {error}")
                self._leave(each, proposal.before, each.data)
                return
            self._leave(each, proposal.remaining, each.data if proposal.data is None else proposal.data)
            if is_made:
                self._files += 1
                self.made += proposal.chosen
                self.evidence |= proposal.evidence
                if self.typing is not None:
                    self.typing.add(reached)
                if not self.is_dry:
                    for finding in proposal.chosen:
                        if finding.fix is not None:
                            self._say(rewrites.render(finding, finding.fix))

    def finish(self) -> None:
        """Type calls, print the diff, report the remaining findings, and sum up."""
        self._type_calls()
        folder = diff.top([name for name, *_ in self._changes])
        for name, before, after in self._changes:
            self._show_diff(diff.render(name, before, after, folder))
        if self.made and not self.is_dry:
            self._say(rewrites.ONCE)
        remains = Report(self.remaining, self._sources, is_complete=not self.trouble.errors)
        report.show(remains, self.output_format, err=self._output_is_taken)
        if self.is_summed_up:
            self.evidence |= steps_of(remains)
        remaining = len(self.remaining)
        if self._taken:
            told = None if self.is_only and not remaining else remaining
            self._say(rewrites.summarise(calls=len(self.made), files=self._files, remaining=told, dry=self.is_dry))
        for hint in self._hints(folder):
            self._say(hint)

    def _reached(self, each: Input, checked: Checked, chosen: list[Finding]) -> list[ClassPlace]:
        """The classes that the calls reach whose fix should be made, if their calls should be typed."""
        if self.typing is None:
            return []
        self.typing.saw(each.name)
        source = checked.source
        if source is None:
            return []
        # What a docstring defines is in no file.
        reached = [one for one in chosen if source.program_at(one.start) is source]
        return self.typing.called(source, reached) if reached else []

    def _type_calls(self) -> None:
        if self.typing is None:
            return
        pending = {name: after for name, _, after in self._changes}
        for one in self.typing.retyped(pending):
            told = f"{shown(near(one.name))}: typed the calls of {', '.join(one.classes)}"
            if self.is_dry:
                before = {name: old for name, old, _ in self._changes}.get(one.name, one.before)
                self._changes = [change for change in self._changes if change[0] != one.name]
                self._changes.append((one.name, before, one.after))
                continue
            try:
                with interrupts_held():
                    replace(one.name, one.after, expected=one.before)
            except WriteError as error:
                self.trouble.error(f"{near(one.name)}: {error}")
            else:
                self._say(told)

    def _show_diff(self, rendered: bytes) -> None:
        """Print the diff of a file: the exact bytes, so that it can be applied, unless it is only for reading.

        It is only for reading on a terminal, and on standard error among other lines. FORCE_COLOR has no effect on a
        pipe, because it is often set in CI, where a diff that is written to a file must remain applicable. ``--color
        always`` has one, because it was given for this run.
        """
        is_seen = self.is_summed_up or terminal.is_screen(sys.stdout) or terminal.are_colours_chosen()
        click.echo(diff.coloured(diff.visible(rendered)) if is_seen else rendered, nl=False, err=self.is_summed_up)

    def state(self) -> str:
        """The state of the files, for the message when the run is aborted."""
        if self.is_dry:
            return "there is no diff, and no file was changed."
        return f"{rewrites.count(self._files, 'file')} fixed, the others are unchanged."

    def _hints(self, folder: Path) -> Iterator[str]:
        """Yield what the user could do next."""
        unsafe = sum(1 for each in self.remaining if each.fix and each.fix.applicability is Applicability.UNSAFE)
        if unsafe and not self.unsafe:
            yield rewrites.hint_at_unsafe(unsafe)
        if self._not_selected:
            yield rewrites.hint_at_not_selected(self._not_selected)
        if self._changes and folder != Path.cwd():
            yield f"Apply the diff in {shown(near(str(folder)))}."
        if self.has_quit:
            yield "The remaining files were not checked."

    def _deliver(self, each: Input, proposal: Proposal) -> bool:
        """Write the new bytes, or note them for the diff; whether a fix was made or would be. Raises WriteError."""
        new = each.data if proposal.data is None else proposal.data
        if self.is_dry:
            if new != each.data:
                self._changes.append((each.name, each.data, new))
        elif each.is_stdin:
            self._output_is_taken = True
            click.echo(new, nl=False)
        elif proposal.data is not None:
            return replace(each.name, new, expected=each.data)
        return proposal.data is not None

    def _leave(self, each: Input, remaining: Sequence[Finding], data: bytes) -> None:
        """Note what remains in a file with these bytes."""
        left = [one for one in remaining if not self.is_only or one.code == fwd900.RULE.code]
        self.remaining += left
        source = source_of(each.name, data) if left else None
        if source is not None:
            self._sources[each.name] = source

    def _say(self, line: str) -> None:
        if not self.trouble.is_quiet:
            terminal.echo(line, err=self._output_is_taken or not FORMATS[self.output_format].is_for_people)
