"""What ``fix`` would do with a file: which fixes, the new bytes, and what remains then. Nothing is written here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from flake8_forward_call.analysis import internal_error, unanalysable
from flake8_forward_call.checking import Checked, check_bytes, check_source, known_of_bytes, lost, wanted
from flake8_forward_call.files.inputs import Input
from flake8_forward_call.findings.finding import Applicability, Finding, Fix
from flake8_forward_call.findings.selection import Selection, Selects, everywhere
from flake8_forward_call.report.record import Report
from flake8_forward_call.rules import RULES
from flake8_forward_call.sources.source import Source, SourceError


@dataclass(frozen=True, slots=True)
class Outcome:
    """A file after the rewrite: its bytes (None if it was not rewritten), its remaining findings, its source."""

    data: bytes | None
    remaining: list[Finding]
    source: Source | None


@dataclass(frozen=True, slots=True)
class Proposal:
    """What a fix of one file would be.

    ``before`` are its findings, which all remain if the file cannot be written; ``chosen`` are those whose fix is made,
    ``data`` are the new bytes (None if there are none), and ``remaining`` is what is left then. ``outside`` is the file
    that would be written if it is not below the given paths, so that no fix is made. ``not_selected`` has the codes of
    the findings that could be fixed, but whose rules are off; ``evidence`` is for a summary.
    """

    before: list[Finding]
    chosen: list[Finding]
    data: bytes | None
    remaining: list[Finding]
    outside: str | None = None
    not_selected: tuple[str, ...] = ()
    evidence: dict[Finding, list[tuple[str, str]]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Proposing:
    """Finds the fixes of files. ``unsafe``: also those that are not safe. ``is_summed_up``: with their evidence."""

    selects: Selects
    unsafe: bool = False
    is_summed_up: bool = False

    def known(self, each: Input) -> Proposal | None:
        """The proposal, if it needs no inference: there is nothing to fix."""
        selects, others = self._wider(each.name)
        found = known_of_bytes(each.name, each.data, selects)
        if found is None:
            return None
        checked, not_selected = _split(found, others)
        if any(map(self._may_fix, checked.findings)):
            return None
        return self.proposal(each, checked, [], not_selected)

    def do(self, each: Input) -> Proposal:
        """The proposal with every fix that may be made."""
        checked, not_selected = self.checked(each)
        return self.proposal(each, checked, self.chosen(each, checked), not_selected)

    def lost(self, each: Input, reason: str) -> Proposal:
        """The proposal to leave a file alone that cannot be analysed."""
        findings = lost(each.name, each.data, self.selects, reason)
        return Proposal(findings, [], None, findings)

    def needs_text(self, answer: Proposal) -> bool:
        """Whether the bytes of the file are needed: to compare them with those on disk, or for a report."""
        return bool(answer.before)

    def checked(self, each: Input) -> tuple[Checked, tuple[str, ...]]:
        """The selected findings; with ``unsafe``, also the codes of those that a rule could fix that is left open."""
        selects, others = self._wider(each.name)
        return _split(check_bytes(each.name, each.data, selects), others)

    def chosen(self, each: Input, checked: Checked) -> list[Finding]:
        """The findings whose fix may be made; none if that would change a file that the user did not give."""
        chosen = [finding for finding in checked.findings if self._may_fix(finding)]
        return chosen if chosen and each.leads_out_to is None else []

    def proposal(self, each: Input, checked: Checked, chosen: list[Finding], not_selected: tuple[str, ...]) -> Proposal:
        """The proposal to make the fixes of the chosen findings. The inference that it needs is about the old text."""
        is_barred = not chosen and any(map(self._may_fix, checked.findings))
        target = each.leads_out_to if is_barred else None
        fixes = [finding.fix for finding in chosen if finding.fix is not None]
        outcome = rewrite(each.data, checked, fixes, self.selects(each.name)) if fixes else None
        if outcome is None:
            return Proposal(checked.findings, [], None, checked.findings, target, not_selected)
        evidence: dict[Finding, list[tuple[str, str]]] = {}
        if self.is_summed_up and outcome.data is not None and checked.source is not None:
            evidence = steps_of(Report(chosen, {each.name: checked.source}))
        return Proposal(checked.findings, chosen, outcome.data, outcome.remaining, target, not_selected, evidence)

    def _wider(self, name: str) -> tuple[Selects, tuple[str, ...]]:
        """The selection for a file; with ``unsafe``, also of unsafe rules that are left open, and their codes."""
        if not self.unsafe:
            return self.selects, ()
        selection = self.selects(name)
        unsafe = [rule.code for rule in RULES if rule.applicability is Applicability.UNSAFE]
        others = tuple(code for code in unsafe if selection.leaves_open(code))
        wider = selection._replace(extend_select=(*selection.extend_select, *others))
        return everywhere(wider), others

    def _may_fix(self, finding: Finding) -> bool:
        return finding.fix is not None and (self.unsafe or finding.fix.applicability is Applicability.SAFE)


def _split(checked: Checked, others: Sequence[str]) -> tuple[Checked, tuple[str, ...]]:
    """A file without the findings of these rules, and the codes of those among them that can be fixed."""
    not_selected = tuple(each.code for each in checked.findings if each.fix and each.code in others)
    left = [each for each in checked.findings if each.code not in others]
    return checked._replace(findings=left), not_selected


def steps_of(found: Report) -> dict[Finding, list[tuple[str, str]]]:
    """The steps of the evidence for each finding, each with its location."""
    from flake8_forward_call.report.evidence import where

    return {
        finding: [(where(step, found.sources[finding.path]), step.text) for step in steps]
        for finding in found
        if (steps := found.steps(finding))
    }


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
