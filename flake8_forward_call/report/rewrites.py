"""The output of ``fix`` about its rewrites."""

from __future__ import annotations

from collections.abc import Mapping

from click import style

from flake8_forward_call.findings.finding import Finding, Fix
from flake8_forward_call.terminal.printing import shown

_PRESERVED = "same arguments, same forward()"
_BROUGHT_BACK = "forward pre-hooks, forward hooks, backward hooks, and everything that relies on them"

# A short form.
EFFECT = f"{_PRESERVED}; hooks now run"

# ``fix`` prints this once, below all rewrites.
ONCE = f"Preserved: {_PRESERVED}. Brought back: {_BROUGHT_BACK}."


def render(finding: Finding, fix: Fix) -> str:
    """One rewrite in one line: its location, before, after, and what uses the hooks that now run."""
    place = style(f"{shown(finding.path)}:{finding.where}", bold=True)
    change = f"{style(fix.before, fg='red')} -> {style(fix.after, fg='green')}"
    here = f" (brings back: {' and '.join(finding.hanging)})" if finding.hanging else ""
    return f"{place}: {change}{here}"


def summarise(*, calls: int, files: int, remaining: int | None, dry: bool = False) -> str:
    """The last line: what was done (in a dry run, would be done), and how many findings remain, None if left open."""
    if not calls and not remaining:
        return "Nothing to fix."
    done = f"{count(calls, 'call')} in {count(files, 'file')}" if calls else "nothing"
    if remaining is None:
        return f"{'Would fix' if dry else 'Fixed'} {done}."
    left = count(remaining, "finding") if remaining else "no findings"
    if dry:
        return f"Would fix {done}; {left} would remain."
    return f"Fixed {done}; {left} {'remains' if remaining == 1 else 'remain'}."


def hint_at_unsafe(number: int) -> str:
    """A hint about fixes that were not made because they may change what the program does."""
    told = "1 finding has an unsafe fix" if number == 1 else f"{number} findings have unsafe fixes"
    return f"{told}, which may change what the program does. Review with --unsafe-fixes --diff."


def hint_at_not_selected(numbers: Mapping[str, int]) -> str:
    """A hint about requested unsafe fixes of rules that are not selected: their numbers by rule code."""
    total, codes = sum(numbers.values()), ",".join(sorted(numbers))
    subject = "1 more call can be fixed, but its rule is" if total == 1 else f"{total} more calls can be fixed, but"
    subject += "" if total == 1 else " their rule is" if len(numbers) == 1 else " their rules are"
    return f"{subject} not selected: --extend-select {codes} does that. Look at the --diff first."


def count(number: int, noun: str) -> str:
    """The number with the noun, in the plural if needed."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
