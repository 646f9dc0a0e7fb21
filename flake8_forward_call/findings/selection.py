"""Which rules count: --select, --ignore and --extend-select, with prefixes as flake8 has them."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import TypeAlias

from flake8_forward_call.rules import BY_CODE, RULES

# The beginning of every code. What is shorter is also the beginning of other plugins' codes: `F` is pyflakes.
_PREFIX = "FWD"

# Which rules count for the file at a path.
Selects: TypeAlias = "Callable[[str], Selection]"


class UnknownCodeError(Exception):
    """A code that is no rule's, nor the beginning of one; the text says which and what was perhaps meant."""


@dataclass(frozen=True, slots=True)
class Selection:
    """The codes and prefixes that the user named; ``select`` is None where the rules' own defaults apply.

    ``honours_noqa``: whether a `# noqa` comment silences a finding.
    """

    select: tuple[str, ...] | None = None
    ignore: tuple[str, ...] = ()
    extend_select: tuple[str, ...] = ()
    honours_noqa: bool = True

    def keeps(self, code: str) -> bool:
        """Whether findings of this rule are wanted.

        As in flake8 the longest prefix wins, and ignoring wins a draw. A rule that is off by default has to be named.
        """
        chosen = longest(code, (one for one in (*(self.select or ()), *self.extend_select) if may_select(one, code)))
        ignored = longest(code, self.ignore)
        if chosen or ignored:
            return chosen > ignored
        return self.select is None and BY_CODE[code].default

    def leaves_open(self, code: str) -> bool:
        """Whether the user said nothing of this rule, neither that it should count nor that it should not."""
        return not self.keeps(code) and not longest(code, self.ignore)


def may_select(prefix: str, code: str) -> bool:
    """Whether a code or prefix that the user selected can turn the rule on.

    One that is off by default is turned on only by its code, or by a prefix that can mean no other tool's rules:
    `select = E,F,W` stands in the configuration of thousands of projects, and none of them asked for it.
    """
    return code.startswith(prefix) and (BY_CODE[code].default or prefix.startswith(_PREFIX))


def without_noqa(selects: Selects) -> Selects:
    """The same selection, with no regard to `# noqa` comments."""
    return lambda path: replace(selects(path), honours_noqa=False)


def everywhere(selection: Selection) -> Selects:
    """The same selection for every file."""
    return lambda _: selection


def parse_codes(values: Iterable[str]) -> tuple[str, ...]:
    """The codes in the values of one option, split at commas and blanks. Raises UnknownCodeError."""
    codes = tuple(code for value in values for code in re.split(r"[,\s]+", value) if code)
    for code in codes:
        if not any(rule.code.startswith(code) for rule in RULES):
            raise UnknownCodeError(unknown(code))
    if not codes:
        raise UnknownCodeError("no rule code was given")
    return codes


def unknown(code: str) -> str:
    """What to say of a code that no rule has, with the rule that was perhaps meant."""
    if code.upper() == "ALL":
        return f"unknown rule code {code!r}; {_PREFIX} selects all rules"
    close = difflib.get_close_matches(code.upper(), BY_CODE, n=1)
    remedy = f"did you mean {close[0]}?" if close else f"choose from {', '.join(BY_CODE)}"
    return f"unknown rule code {code!r}; {remedy}"


def longest(code: str, prefixes: Iterable[str]) -> int:
    """The length of the longest of the prefixes that a code begins with, 0 if it begins with none."""
    return max((len(prefix) for prefix in prefixes if code.startswith(prefix)), default=0)
