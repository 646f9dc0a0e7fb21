"""What ``fix`` does with each file, and what it reports."""

from __future__ import annotations

import dataclasses
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import click

from flake8_forward_call import report
from flake8_forward_call.analysis import internal_error, unanalysable
from flake8_forward_call.checking import Checked, check_bytes, check_source, wanted
from flake8_forward_call.files.inputs import Input
from flake8_forward_call.files.writing import WriteError, outside, replace
from flake8_forward_call.findings.finding import Applicability, Finding, Fix
from flake8_forward_call.findings.selection import Selection, Selects, everywhere
from flake8_forward_call.fixing.interactive import Asking
from flake8_forward_call.fixing.typing_calls import TypingCalls
from flake8_forward_call.inference.classes.receivers import ClassPlace
from flake8_forward_call.report import diff, rewrites
from flake8_forward_call.report.formats import FORMATS
from flake8_forward_call.report.record import Report
from flake8_forward_call.rules import RULES, fwd900
from flake8_forward_call.sources.source import Source, SourceError
from flake8_forward_call.terminal import terminal
from flake8_forward_call.terminal.interrupts import interrupts_held
from flake8_forward_call.terminal.printing import near, shown
from flake8_forward_call.terminal.trouble import Trouble


@dataclass(frozen=True, slots=True)
class Outcome:
    """A file after the rewrite: its bytes (None if it was not rewritten), its remaining findings, its source."""

    data: bytes | None
    remaining: list[Finding]
    source: Source | None


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
        """Rewrite one file, or note what would change; for standard input, write the new text to standard output."""
        self._taken += 1
        checked = self._check(each)
        self._found += len(checked.findings)
        chosen = [] if self._is_out_of_reach(each, checked) else self._chosen(checked)
        fixes = [finding.fix for finding in chosen if finding.fix is not None]
        outcome = rewrite(each.data, checked, fixes, self.selects(each.name)) if fixes else _as_it_was(checked)
        # The evidence refers to the old text, so it is computed before that text is replaced.
        evidence: dict[Finding, list[tuple[str, str]]] = {}
        if self.is_summed_up and outcome.data is not None and checked.source is not None:
            evidence = _steps(Report(chosen, {each.name: checked.source}))
        reached = self._reached(each, checked, chosen)
        with interrupts_held():  # A change is made, counted and reported, or not made at all.
            try:
                is_made = self._deliver(each, outcome)
            except WriteError as error:
                self.trouble.error(f"{near(each.name)}: {error}")
                self._leave(each, _as_it_was(checked))
                return
            self._leave(each, outcome)
            if is_made:
                self._files += 1
                self.made += chosen
                self.evidence |= evidence
                if self.typing is not None:
                    self.typing.add(reached)
                if not self.is_dry:
                    for finding, fix in zip(chosen, fixes, strict=True):
                        self._say(rewrites.render(finding, fix))

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
            self.evidence |= _steps(remains)
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

    def _check(self, each: Input) -> Checked:
        """The selected findings. With --unsafe-fixes, fixable ones of unsafe rules left open are counted for a hint."""
        if not self.unsafe:
            return check_bytes(each.name, each.data, self.selects)
        selection = self.selects(each.name)
        unsafe = [rule.code for rule in RULES if rule.applicability is Applicability.UNSAFE]
        others = tuple(code for code in unsafe if selection.leaves_open(code))
        wider = dataclasses.replace(selection, extend_select=(*selection.extend_select, *others))
        checked = check_bytes(each.name, each.data, everywhere(wider))
        self._not_selected.update(each.code for each in checked.findings if each.fix and each.code in others)
        return dataclasses.replace(checked, findings=[each for each in checked.findings if each.code not in others])

    def _chosen(self, checked: Checked) -> list[Finding]:
        """The findings whose fix should be made."""
        fixable = [finding for finding in checked.findings if self._may_fix(finding)]
        if self.asking is None or not fixable:
            return fixable
        assert checked.source is not None, "only a file that was analysed has findings with a fix"
        return self.asking.accepted(checked.source, fixable)

    def _is_out_of_reach(self, each: Input, checked: Checked) -> bool:
        """Whether a fix would change a file that the user did not give; if so, reports an error."""
        if not any(map(self._may_fix, checked.findings)) or (target := each.leads_out_to) is None:
            return False
        self.trouble.error(f"{near(each.name)}: {outside(target)}")
        return True

    def _may_fix(self, finding: Finding) -> bool:
        return finding.fix is not None and (self.unsafe or finding.fix.applicability is Applicability.SAFE)

    def _deliver(self, each: Input, outcome: Outcome) -> bool:
        """Write the new bytes, or note them for the diff; whether a fix was made or would be. Raises WriteError."""
        new = each.data if outcome.data is None else outcome.data
        if self.is_dry:
            if new != each.data:
                self._changes.append((each.name, each.data, new))
        elif each.is_stdin:
            self._output_is_taken = True
            click.echo(new, nl=False)
        elif outcome.data is not None:
            return replace(each.name, new, expected=each.data)
        return outcome.data is not None

    def _leave(self, each: Input, outcome: Outcome) -> None:
        remaining = [one for one in outcome.remaining if not self.is_only or one.code == fwd900.RULE.code]
        self.remaining += remaining
        if remaining and outcome.source is not None:
            self._sources[each.name] = dataclasses.replace(outcome.source)  # Without the tree.

    def _say(self, line: str) -> None:
        if not self.trouble.is_quiet:
            terminal.echo(line, err=self._output_is_taken or not FORMATS[self.output_format].is_for_people)


def _steps(found: Report) -> dict[Finding, list[tuple[str, str]]]:
    """The steps of the evidence for each finding, each with its location."""
    from flake8_forward_call.report.evidence import where

    return {
        finding: [(where(step, found.sources[finding.path]), step.text) for step in steps]
        for finding in found
        if (steps := found.steps(finding))
    }


def _as_it_was(checked: Checked) -> Outcome:
    return Outcome(None, checked.findings, checked.source)


def rewrite(data: bytes, checked: Checked, fixes: Sequence[Fix], selection: Selection) -> Outcome:
    """Apply the fixes to a file's bytes. Never raises: a file that cannot be rewritten also gets the finding FWD900."""
    source = checked.source
    assert source is not None, "only a file that was analysed has findings with a fix"
    try:
        new = _rewritten(source, data, fixes)
    except SourceError as error:
        failure = unanalysable(source.path, error)
        return Outcome(None, [*checked.findings, *wanted([failure], source.text, selection)], source)
    return Outcome(new.to_bytes(), check_source(new, selection).findings, new)


def _rewritten(source: Source, data: bytes, fixes: Sequence[Fix]) -> Source:
    from flake8_forward_call.fixing.rewriter import RewriteError, rewrite

    if source.to_bytes() != data:
        raise _left(f"its encoding, {source.encoding}, does not give the same bytes back")
    try:
        edits = [edit for fix in fixes for edit in fix.edits]
        if source.examples is None:
            return source.rewritten(rewrite(source, fixes), edits)
        from flake8_forward_call.sources.documents import docstrings

        assert isinstance(source, docstrings.Documented), "no other source has examples"
        own = [fix for fix in fixes if source.program_at(fix.edits[0].start) is source]
        others = [fix for fix in fixes if source.program_at(fix.edits[0].start) is not source]
        return docstrings.rewritten(source, rewrite(source, own), rewrite(source.examples, others), edits)
    except (RewriteError, SourceError) as error:
        raise _left(error.reason) from None
    except Exception as error:  # A bug in this tool.
        raise _left(internal_error(error)) from None


def _left(reason: str) -> SourceError:
    return SourceError(reason, attempt="rewrite")
