"""A summary of a run of ``fix`` for a pull-request description."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path

from flake8_forward_call import __version__
from flake8_forward_call.findings.finding import Applicability, Finding
from flake8_forward_call.report.markdown import code, fenced, prose, sentence
from flake8_forward_call.report.rewrites import count
from flake8_forward_call.rules import BY_CODE
from flake8_forward_call.terminal.printing import one_line

# GitHub accepts 65,536 characters (https://github.com/renovatebot/renovate/issues/2032). The two lists and the evidence
# may each have _LONG of them, the list of failures and the command _SHORT. With the other text, the sum is below that.
_LONG = 16_000
_SHORT = 4_000


@dataclass(frozen=True, slots=True)
class Run:
    """A run: the findings that were fixed (in a dry run, would be fixed), those that remain, and the command.

    ``undone`` lists what could not be done, such as reading or writing a file. ``evidence`` has the steps of each
    finding, each step with the location that shows it, or an empty text.
    """

    made: Sequence[Finding]
    remaining: Sequence[Finding]
    command: str
    dry: bool = False
    undone: Sequence[str] = ()
    evidence: Mapping[Finding, Sequence[tuple[str, str]]] = field(default_factory=dict)


def markdown(run: Run) -> str:
    """The summary in GitHub's Markdown."""
    room = _Room(_LONG)
    if not run.made and not run.remaining:
        body = ["`forward-call fix` found nothing to fix."]
    else:
        body = [*_made(run, room), *_left(run, room)]
    if room.refused:
        body.append(
            f"The evidence for {count(room.refused, 'finding')} is left out, because the text would be too long."
        )
    if run.undone:
        items = [(f"- {code(words)}", "") for words in run.undone]
        body += ["### What could not be done", _list(items, "line", _SHORT, room)]
    command = run.command if len(run.command) <= _SHORT else f"{run.command[:_SHORT]} ..."
    body += ["### Command", fenced(one_line(command), "sh"), f"This is flake8-forward-call {__version__}."]
    return "\n\n".join(["## Call modules, not their forward()", *body]) + "\n"


RENDERERS: dict[str, Callable[[Run], str]] = {"markdown": markdown}


class _Room:
    """The number of characters left for evidence, and of findings whose evidence did not fit."""

    def __init__(self, characters: int) -> None:
        self._left = characters
        self.refused = 0

    def take(self, text: str) -> str:
        if len(text) > self._left:
            self.refused += 1
            return ""
        self._left -= len(text)
        return text


def _made(run: Run, room: _Room) -> list[str]:
    did = "would rewrite" if run.dry else "rewrote"
    if not run.made:
        return [f"`forward-call fix` {did} no call."]
    files = len({finding.path for finding in run.made})
    lead = f"`forward-call fix` {did} {count(len(run.made), 'call')} in {count(files, 'file')}:"
    changes = [(_change(finding), _evidence(run, finding, "  ")) for finding in _sorted(run.made)]
    codes = sorted({finding.code for finding in run.made})
    rules = "\n".join(f"- {_rule(each)}" for each in codes)
    return [lead, _list(changes, "call", _LONG, room), *_why(run), "### Rules", rules]


def _why(run: Run) -> list[str]:
    unsafe = sum(1 for finding in run.made if _is_unsafe(finding))
    proof = [
        "Each receiver is an instance of `torch.nn.Module`. The evidence below each call shows how that is proven.",
        "The same arguments reach the same `forward()`, because `torch.nn.Module.__call__` passes them on unchanged.",
        "Without hooks the call is `forward()` and nothing else, so the results are the same.",
        "With hooks, these now run: forward pre-hooks, forward hooks, backward hooks, and everything that relies on "
        "them. "
        "That is what they were registered for.",
        "Nothing else changes: each file keeps its layout and comments, and its syntax tree except for these calls.",
    ]
    caution = (
        f"**{count(unsafe, 'call')} above {'is' if unsafe == 1 else 'are'} marked unsafe** "
        "(`--unsafe-fixes`): the source does not prove all of that there. Look at each before you merge."
    )
    reasons = "\n".join(f"- {each}" for each in proof)
    return ["### Why behaviour is preserved", reasons, *([caution] if unsafe else [])]


def _left(run: Run, room: _Room) -> list[str]:
    title = "### Not fixed automatically"
    if not run.remaining:
        return [title, f"Nothing: no findings {'would remain' if run.dry else 'remain'}."]
    lines: list[tuple[str, str]] = []
    by_rule = sorted(_sorted(run.remaining), key=lambda finding: finding.code)
    for rule, group in groupby(by_rule, key=lambda finding: finding.code):
        findings = list(group)
        unsafe = sum(1 for finding in findings if _is_unsafe(finding))
        aside = f", {unsafe} of them with a fix that is not safe (`--unsafe-fixes`)" if unsafe else ""
        lines.append((f"- {_rule(rule)}: {count(len(findings), 'finding')}{aside}", ""))
        for finding in findings:
            told = f"  - {_place(finding)}: {code(finding.message)}{_reason(finding, finding.message)}"
            lines.append((told, _evidence(run, finding, "    ")))
    return [title, _list(lines, "line", _LONG, room)]


def _list(items: Sequence[tuple[str, str]], noun: str, characters: int, room: _Room) -> str:
    """The items of a list, or as many as fit, each with its evidence if that fits."""
    kept: list[str] = []
    for item, evidence in items:
        characters -= len(item) + 1
        if characters < 0:
            kept.append(f"- and {count(len(items) - len(kept), f'more {noun}')}, left out because the text is too long")
            break
        kept.append(item + room.take(evidence))
    return "\n".join(kept)


def _change(finding: Finding) -> str:
    assert finding.fix is not None, "made fixes are there"
    hanging = f"; this brings back: {code(', and '.join(finding.hanging))}" if finding.hanging else ""
    return f"- {_place(finding)}: {code(finding.fix.before)} → {code(finding.fix.after)}{_reason(finding)}{hanging}"


def _reason(finding: Finding, beside: str = "") -> str:
    """Why the fix of a finding is not safe, in brackets. The reason is omitted if the text beside it contains it."""
    if finding.fix is None or not _is_unsafe(finding):
        return ""
    reason = finding.fix.reason
    return f" (unsafe: {code(reason)})" if reason and reason not in beside else " (unsafe)"


def _evidence(run: Run, finding: Finding, indent: str) -> str:
    """The steps of evidence for a finding, collapsed inside its list item."""
    steps = run.evidence.get(finding, ())
    if not steps:
        return ""
    told = (f"{code(place)}: {sentence(text)}" if place else sentence(text) for place, text in steps)
    items = [f"{number}. {step}" for number, step in enumerate(told, 1)]
    lines = [f"<details><summary>Evidence: {count(len(steps), 'step')}</summary>", "", *items, "", "</details>"]
    return "".join(f"\n{indent}{line}" if line else "\n" for line in ("", *lines))


def _place(finding: Finding) -> str:
    row, _, _ = finding.where.rpartition(":")
    return code(f"{Path(finding.path).as_posix()}:{row}")


def _rule(rule_code: str) -> str:
    rule = BY_CODE[rule_code]
    return f"[{rule_code}]({rule.url}) {prose(rule.title)}"


def _is_unsafe(finding: Finding) -> bool:
    return finding.fix is not None and finding.fix.applicability is Applicability.UNSAFE


def _sorted(findings: Sequence[Finding]) -> list[Finding]:
    return sorted(findings, key=lambda finding: finding.sort_key)
