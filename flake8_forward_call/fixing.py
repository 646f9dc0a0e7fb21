"""What ``fix`` does with each file, and what it says of it."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import click

from flake8_forward_call import report
from flake8_forward_call.analysis import internal_error, unanalysable
from flake8_forward_call.checking import Checked, check_bytes, check_source, wanted
from flake8_forward_call.finding import Applicability, Finding, Fix
from flake8_forward_call.inputs import Input
from flake8_forward_call.interactive import Asking
from flake8_forward_call.interrupts import interrupts_held
from flake8_forward_call.report import diff, rewrites
from flake8_forward_call.report.record import Report
from flake8_forward_call.rules import RULES
from flake8_forward_call.selection import Selection
from flake8_forward_call.source import Source, SourceError
from flake8_forward_call.trouble import Trouble
from flake8_forward_call.writing import WriteError, replace


@dataclass(frozen=True, slots=True)
class Outcome:
    """A file after the rewrite: its bytes, or None where there is no rewrite, its findings then, its text."""

    data: bytes | None
    remaining: list[Finding]
    source: Source | None


@dataclass
class Fixing:
    """One run of ``fix``: takes the inputs one by one and keeps the score.

    ``diff_from``: change nothing, and print a diff whose names are relative to this folder. ``asking``: make only what
    a person accepts. ``is_summed_up``: standard output is for a summary of ``made`` and ``remaining``.
    """

    selection: Selection
    trouble: Trouble
    unsafe: bool = False
    diff_from: Path | None = None
    asking: Asking | None = None
    is_summed_up: bool = False
    output_format: str = "text"
    made: list[Finding] = field(default_factory=list, init=False)  # Those whose fix was made, or would be.
    remaining: list[Finding] = field(default_factory=list, init=False)
    _sources: dict[str, Source] = field(default_factory=dict)
    _found: int = 0
    _files: int = 0
    _not_selected: Counter[str] = field(default_factory=Counter)
    _output_is_taken: bool = False  # Standard output holds a diff, a program or a summary: all else goes elsewhere.

    def __post_init__(self) -> None:
        self._output_is_taken = self._is_dry or self.is_summed_up

    @property
    def findings_remain(self) -> bool:
        """Whether the exit status has to say so. A diff changes nothing, so there it is all that was found."""
        return bool(self._found if self._is_dry else self.remaining)

    @property
    def has_quit(self) -> bool:
        """Whether the person who was asked wants to see no more files."""
        return self.asking is not None and self.asking.has_quit

    def take(self, each: Input) -> None:
        """Rewrite one file, or print its diff; write standard input's new text to standard output."""
        checked = self._check(each)
        self._found += len(checked.findings)
        chosen = self._chosen(checked)
        fixes = [finding.fix for finding in chosen if finding.fix is not None]
        outcome = rewrite(each.data, checked, fixes, self.selection) if fixes else _as_it_was(checked)
        with interrupts_held():  # What is done is counted and told, or not done.
            if self._deliver(each, outcome):
                self._files += 1
                self.made += chosen
                if not self._is_dry:
                    for finding, fix in zip(chosen, fixes, strict=True):
                        self._say(rewrites.render(finding, fix))
            elif outcome.data is not None:
                outcome = _as_it_was(checked)
            self.remaining += outcome.remaining
            if outcome.remaining and outcome.source is not None:
                self._sources[each.name] = dataclasses.replace(outcome.source)  # Without the tree.

    def finish(self) -> None:
        """Report what remains, and sum up."""
        remaining_report = Report(self.remaining, self._sources, is_complete=not self.trouble.failed)
        report.show(remaining_report, self.output_format, err=self._output_is_taken)
        remaining = len(self.remaining)
        self._say(rewrites.summarise(calls=len(self.made), files=self._files, remaining=remaining, dry=self._is_dry))
        for hint in self._hints():
            self._say(hint)

    def interrupted(self) -> str:
        """What to say when Ctrl-C ends the run."""
        if self._is_dry:
            return "Interrupted: the diff is not complete, and no file was changed."
        return f"Interrupted: {rewrites.count(self._files, 'file')} fixed, the rest left as they were."

    @property
    def _is_dry(self) -> bool:
        return self.diff_from is not None

    def _hints(self) -> Iterator[str]:
        """What the user could do next."""
        unsafe = sum(1 for each in self.remaining if each.fix and each.fix.applicability is Applicability.UNSAFE)
        if unsafe and not self.unsafe:
            yield rewrites.hint_at_unsafe(unsafe)
        if self._not_selected:
            yield rewrites.hint_at_not_selected(self._not_selected)
        if self.diff_from is not None and self.made and self.diff_from != Path.cwd():
            yield f"The diff is to be applied in {self.diff_from}."
        if self.has_quit:
            yield "Files that come later were not looked at."

    def _check(self, each: Input) -> Checked:
        """The findings that the user selected. Who asks for unsafe fixes is told of those that no option speaks of."""
        if not self.unsafe:
            return check_bytes(each.name, each.data, self.selection, thorough=each.is_named)
        unsafe = [rule.code for rule in RULES if rule.applicability is Applicability.UNSAFE]
        others = tuple(code for code in unsafe if self.selection.leaves_open(code))
        wider = dataclasses.replace(self.selection, extend_select=(*self.selection.extend_select, *others))
        checked = check_bytes(each.name, each.data, wider, thorough=each.is_named)
        self._not_selected.update(each.code for each in checked.findings if each.fix and each.code in others)
        return dataclasses.replace(checked, findings=[each for each in checked.findings if each.code not in others])

    def _chosen(self, checked: Checked) -> list[Finding]:
        """The findings whose fix is to be made."""
        fixable = [finding for finding in checked.findings if self._may_fix(finding)]
        if self.asking is None or not fixable:
            return fixable
        assert checked.source is not None, "only a file that was analysed has findings with a fix"
        return self.asking.accepted(checked.source, fixable)

    def _may_fix(self, finding: Finding) -> bool:
        return finding.fix is not None and (self.unsafe or finding.fix.applicability is Applicability.SAFE)

    def _deliver(self, each: Input, outcome: Outcome) -> bool:
        """Put the new bytes where they belong; False if there are none, or if that could not be done."""
        new = each.data if outcome.data is None else outcome.data
        if self.diff_from is not None:
            if new != each.data:
                click.echo(diff.render(each.name, each.data, new, self.diff_from), nl=False, err=self.is_summed_up)
        elif each.is_stdin:
            self._output_is_taken = True
            click.echo(new, nl=False)
        elif outcome.data is not None:
            try:
                replace(each.name, new, expected=each.data)
            except WriteError as error:
                self.trouble.error(f"{each.name}: {error}")
                return False
        return outcome.data is not None

    def _say(self, line: str) -> None:
        click.echo(line, err=self._output_is_taken or self.output_format != "text")


def _as_it_was(checked: Checked) -> Outcome:
    return Outcome(None, checked.findings, checked.source)


def rewrite(data: bytes, checked: Checked, fixes: Sequence[Fix], selection: Selection) -> Outcome:
    """Apply the fixes to a file's bytes. Never raises: a file that cannot be rewritten has the finding FWD900 more."""
    source = checked.source
    assert source is not None, "only a file that was analysed has findings with a fix"
    try:
        text = _rewritten_text(source, data, fixes)
        new = source.encode(text)
    except SourceError as error:
        failure = unanalysable(source.path, error)
        return Outcome(None, [*checked.findings, *wanted([failure], source.text, selection)], source)
    rewritten = dataclasses.replace(source, text=text)
    return Outcome(new, check_source(rewritten, selection).findings, rewritten)


def _rewritten_text(source: Source, data: bytes, fixes: Sequence[Fix]) -> str:
    from flake8_forward_call.rewriter import RewriteError, rewrite

    if source.encode(source.text) != data:
        raise SourceError(f"it was not rewritten: its encoding, {source.encoding}, does not give the same bytes back")
    try:
        return rewrite(source, fixes)
    except RewriteError as error:
        raise SourceError(f"it was not rewritten: {error}") from None
    except Exception as error:  # A fault of this tool.
        raise SourceError(f"it was not rewritten: {internal_error(error)}") from None
