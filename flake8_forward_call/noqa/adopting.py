"""What ``check --add-noqa`` does with each file, and what it reports."""

from __future__ import annotations

from dataclasses import dataclass, field

import click

from flake8_forward_call import report
from flake8_forward_call.analysis import internal_error, unanalysable
from flake8_forward_call.checking import Checked, check_bytes, wanted
from flake8_forward_call.files.inputs import Input
from flake8_forward_call.files.writing import WriteError, outside, replace
from flake8_forward_call.findings.finding import Finding
from flake8_forward_call.findings.selection import Selects, everywhere
from flake8_forward_call.noqa.silencing import EVERY_RULE, Silenced, silence
from flake8_forward_call.report.record import Report
from flake8_forward_call.report.rewrites import count
from flake8_forward_call.rules import fwd900
from flake8_forward_call.sources.source import SourceError
from flake8_forward_call.terminal.interrupts import interrupts_held
from flake8_forward_call.terminal.printing import near, shown
from flake8_forward_call.terminal.trouble import Trouble


@dataclass
class Adopting:
    """One run of ``check --add-noqa``: takes the inputs one by one and keeps count."""

    selects: Selects
    trouble: Trouble
    reason: str = ""  # For the new comments.
    _unsilenced: list[Finding] = field(default_factory=list)
    _left: int = 0
    _silenced: int = 0
    _files: int = 0

    @property
    def findings_remain(self) -> bool:
        """Whether findings remain that are not silenced."""
        return bool(self._left or self._unsilenced)

    def take(self, each: Input) -> None:
        """Add comments to the findings of one file."""
        checked = check_bytes(each.name, each.data, everywhere(EVERY_RULE))
        if not checked.findings:
            return
        selection = self.selects(each.name)
        selected = [finding for finding in checked.findings if selection.keeps(finding.code)]
        unread = [finding for finding in selected if finding.code == fwd900.RULE.code]
        self._unsilenced += unread
        concerned = [finding for finding in selected if finding not in unread]
        if not concerned:
            return
        try:
            result = _silenced(each, checked, concerned, self.reason)
        except SourceError as error:
            self._give_up(each, checked, error, concerned)
            return
        for finding, why in result.left:
            self.trouble.warn(f"{shown(near(finding.path))}:{finding.where}: {finding.code} cannot be silenced: {why}")
        self._left += len(result.left)
        if result.silenced:
            self._deliver(each, result)

    def finish(self) -> None:
        """Report what could not be silenced, and sum up."""
        report.show(Report(self._unsilenced), "text")
        if self.trouble.is_quiet:
            return
        remaining = self._left + len(self._unsilenced)
        if not self._silenced and not remaining:
            click.echo("Nothing to silence.")
            return
        done = f"{count(self._silenced, 'finding')} in {count(self._files, 'file')}" if self._silenced else "nothing"
        left = count(remaining, "finding") if remaining else "no findings"
        click.echo(f"Silenced {done}; {left} {'remains' if remaining == 1 else 'remain'}.")

    def interrupted(self) -> str:
        """The message if Ctrl-C ends the run."""
        return f"Interrupted: noqa was added to {count(self._files, 'file')}, the others are unchanged."

    def _deliver(self, each: Input, result: Silenced) -> None:
        with interrupts_held():  # A change is made and counted, or not made at all.
            try:
                if (target := each.leads_out_to) is not None:
                    raise WriteError(outside(target))
                if replace(each.name, result.source.to_bytes(), expected=each.data):
                    self._silenced += len(result.silenced)
                    self._files += 1
            except WriteError as error:
                self.trouble.error(f"{shown(near(each.name))}: {error}")
                self._left += len(result.silenced)

    def _give_up(self, each: Input, checked: Checked, error: SourceError, concerned: list[Finding]) -> None:
        text = "" if checked.source is None else checked.source.text
        self._unsilenced += wanted([unanalysable(each.name, error)], text, self.selects(each.name))
        self._left += len(concerned)


def _silenced(each: Input, checked: Checked, concerned: list[Finding], reason: str) -> Silenced:
    """The file with the ``concerned`` findings silenced, in memory. Raises SourceError if it cannot be proved right."""
    source = checked.source
    assert source is not None, "only a file that was analysed has findings"
    if source.to_bytes() != each.data:
        raise _left(f"its encoding, {source.encoding}, does not give the same bytes back")
    try:
        return silence(source, checked.findings, concerned, reason)
    except SourceError as error:
        raise _left(error.reason) from None
    except Exception as error:  # A bug in this tool.
        raise _left(internal_error(error)) from None


def _left(reason: str) -> SourceError:
    return SourceError(reason, attempt="add noqa to")
