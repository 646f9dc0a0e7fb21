"""What a run of ``fix`` did, for the description of a pull request."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from flake8_forward_call import __version__
from flake8_forward_call.finding import Applicability, Finding
from flake8_forward_call.printing import one_line
from flake8_forward_call.report.rewrites import count
from flake8_forward_call.rules import BY_CODE

# GitHub takes 65,536 characters (https://github.com/renovatebot/renovate/issues/2032); there are two lists, and
# a command that may name many files.
_LONGEST_LIST = 20_000

# What Markdown, and GitHub's own additions to it, give a meaning to within a line.
_PUNCTUATION = re.compile(r"[\\`*_\[\]<>#|~&@$]")


@dataclass(frozen=True, slots=True)
class Run:
    """A run: the findings whose fix was made, or would be in a dry run, those that remain, and what started it.

    ``undone`` is what could not be done, in words: a file that could not be read or written.
    """

    made: Sequence[Finding]
    remaining: Sequence[Finding]
    command: str
    dry: bool = False
    undone: Sequence[str] = ()


def markdown(run: Run) -> str:
    """The summary in GitHub's Markdown."""
    if not run.made and not run.remaining:
        body = ["`forward-call fix` found nothing to fix."]
    else:
        body = [*_made(run), *_left(run)]
    if run.undone:
        body += ["### What could not be done", _list([f"- {_code(words)}" for words in run.undone], "line")]
    told = one_line(run.command)
    fence = "`" * max(3, _longest_run(told) + 1)
    command = ["### The command", f"{fence}sh\n{told}\n{fence}", f"This is flake8-forward-call {__version__}."]
    return "\n\n".join(["## Call modules, not their forward()", *body, *command]) + "\n"


RENDERERS: dict[str, Callable[[Run], str]] = {"markdown": markdown}


def _made(run: Run) -> list[str]:
    did = "would rewrite" if run.dry else "rewrote"
    if not run.made:
        return [f"`forward-call fix` {did} no call."]
    files = len({finding.path for finding in run.made})
    lead = f"`forward-call fix` {did} {count(len(run.made), 'call')} in {count(files, 'file')}:"
    changes = _list([_change(finding) for finding in _sorted(run.made)], "call")
    codes = sorted({finding.code for finding in run.made})
    rules = "\n".join(f"- {_rule(code)}" for code in codes)
    return [lead, changes, "The rules that ask for it, each with its reasons:", rules, *_why(run)]


def _why(run: Run) -> list[str]:
    unsafe = sum(1 for finding in run.made if _is_unsafe(finding))
    proof = [
        "Each receiver is an instance of `torch.nn.Module`, proven from the source; "
        "`forward-call explain PATH:ROW:COLUMN` shows how.",
        "The same arguments reach the same `forward()`: `torch.nn.Module.__call__` hands them on as they are.",
        "Without hooks the call is `forward()` and nothing else, so the results are the same.",
        "With hooks, these now run: forward pre-hooks, forward hooks, backward hooks, and what is built on them. "
        "That is what they were registered for.",
        "Nothing else changes: each file keeps its layout and comments, and its syntax tree but for these calls.",
    ]
    caution = (
        f"**{count(unsafe, 'call')} above {'is' if unsafe == 1 else 'are'} marked unsafe** "
        "(`--unsafe-fixes`): the source does not prove all of that there. Look at each before you merge."
    )
    reasons = "\n".join(f"- {each}" for each in proof)
    return ["### Why behaviour is preserved", reasons, *([caution] if unsafe else [])]


def _left(run: Run) -> list[str]:
    title = "### Left to a person"
    if not run.remaining:
        return [title, f"Nothing: no findings {'would remain' if run.dry else 'remain'}."]
    lines = []
    by_rule = sorted(_sorted(run.remaining), key=lambda finding: finding.code)
    for code, group in groupby(by_rule, key=lambda finding: finding.code):
        findings = list(group)
        unsafe = sum(1 for finding in findings if _is_unsafe(finding))
        aside = f", {unsafe} of them with a fix that is not safe (`--unsafe-fixes`)" if unsafe else ""
        lines.append(f"- {_rule(code)}: {count(len(findings), 'finding')}{aside}")
        lines += [f"  - {_place(finding)}: {_code(finding.message)}" for finding in findings]
    return [title, _list(lines, "line")]


def _list(lines: Sequence[str], noun: str) -> str:
    """The lines of a list, or as many as there is room for."""
    room = _LONGEST_LIST
    kept: list[str] = []
    for line in lines:
        room -= len(line) + 1
        if room < 0:
            kept.append(f"- and {count(len(lines) - len(kept), f'more {noun}')}, which did not find room here")
            break
        kept.append(line)
    return "\n".join(kept)


def _change(finding: Finding) -> str:
    assert finding.fix is not None, "made fixes are there"
    mark = " (unsafe)" if _is_unsafe(finding) else ""
    hanging = f"; this brings back: {_code(', and '.join(finding.hanging))}" if finding.hanging else ""
    return f"- {_place(finding)}: {_code(finding.fix.before)} → {_code(finding.fix.after)}{mark}{hanging}"


def _place(finding: Finding) -> str:
    row, _, _ = finding.where.rpartition(":")
    return _code(f"{Path(finding.path).as_posix()}:{row}")


def _rule(code: str) -> str:
    rule = BY_CODE[code]
    return f"[{code}]({rule.url}) {_text(rule.title)}"


def _is_unsafe(finding: Finding) -> bool:
    return finding.fix is not None and finding.fix.applicability is Applicability.UNSAFE


def _sorted(findings: Sequence[Finding]) -> list[Finding]:
    return sorted(findings, key=lambda finding: finding.sort_key)


def _text(words: str) -> str:
    """Words that Markdown shows as they are."""
    return _PUNCTUATION.sub(lambda match: f"\\{match[0]}", words)


def _code(words: str) -> str:
    """A code span that shows the words as they are, whatever backticks and blanks they hold; on one line."""
    text = one_line(words)
    fence = "`" * (_longest_run(text) + 1)
    # One blank on each side is taken off again (https://spec.commonmark.org/0.31.2/#code-spans).
    padding = " " if text[:1] in ("`", " ") or text[-1:] in ("`", " ") else ""
    return f"{fence}{padding}{text}{padding}{fence}"


def _longest_run(words: str) -> int:
    return max((len(run) for run in re.findall("`+", words)), default=0)
