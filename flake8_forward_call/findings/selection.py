"""Which rules count: --select, --ignore and --extend-select, with prefixes as in flake8."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import partial
from itertools import takewhile
from typing import NamedTuple, TypeAlias

from flake8_forward_call.rules import BY_CODE, RULES

# The prefix of every code. Anything shorter is also a prefix of other plugins' codes: `F` is pyflakes.
_PREFIX = "FWD"

# What ruff calls the selection of all rules.
EVERYTHING = "ALL"

# Which rules count for the file at a path.
Selects: TypeAlias = "Callable[[str], Selection]"


class UnknownCodeError(Exception):
    """A code that is neither a rule's code nor a prefix of one; the text names it and what was probably meant."""


class Selection(NamedTuple):
    """The codes and prefixes that the user gave; ``select`` is None if the rules' defaults apply.

    ``honours_noqa``: whether a `# noqa` comment silences a finding. ``fixable`` is None if all rules are.
    """

    select: tuple[str, ...] | None = None
    ignore: tuple[str, ...] = ()
    extend_select: tuple[str, ...] = ()
    honours_noqa: bool = True
    fixable: tuple[str, ...] | None = None
    unfixable: tuple[str, ...] = ()

    def keeps(self, code: str) -> bool:
        """Whether findings of this rule are wanted.

        As in flake8, the longest prefix wins, and in a tie, ignoring wins. A rule that is off by default must be named.
        """
        chosen = longest(code, (one for one in (*(self.select or ()), *self.extend_select) if may_select(one, code)))
        ignored = longest(code, self.ignore)
        if chosen or ignored:
            return chosen > ignored
        return self.select is None and BY_CODE[code].default

    def may_fix(self, code: str) -> bool:
        """Whether findings of this rule may be fixed: the longest prefix wins, and in a tie, ``unfixable`` wins."""
        chosen, barred = longest(code, self.fixable or ()), longest(code, self.unfixable)
        return chosen > barred if chosen or barred else self.fixable is None

    def leaves_open(self, code: str) -> bool:
        """Whether the rule is off, but not because the user ignored it."""
        return not self.keeps(code) and not longest(code, self.ignore)


def may_select(prefix: str, code: str) -> bool:
    """Whether a code or prefix that the user selected can turn the rule on.

    A rule that is off by default is only turned on by its code, or by a prefix that no other tool's rules have:
    thousands of projects have `select = E,F,W` in their configuration, and none of them means these rules.
    """
    return code.startswith(prefix) and (BY_CODE[code].default or prefix.startswith(_PREFIX))


def without_noqa(selects: Selects) -> Selects:
    """The same selection, which ignores `# noqa` comments."""
    return partial(_without_noqa, selects)


def _without_noqa(selects: Selects, path: str) -> Selection:
    return selects(path)._replace(honours_noqa=False)


def everywhere(selection: Selection) -> Selects:
    """The same selection for every file."""
    return lambda _: selection


def parse_codes(values: Iterable[str], suggested: Iterable[str] | None = None) -> tuple[str, ...]:
    """The codes in the values of one option, split at commas and spaces.

    Raises UnknownCodeError, whose text suggests one of the codes in ``suggested``; None is all of them.
    """
    codes = tuple(code for value in values for code in re.split(r"[,\s]+", value) if code)
    for code in codes:
        if not any(rule.code.startswith(code) for rule in RULES):
            raise UnknownCodeError(unknown(code, suggested))
    if not codes:
        raise UnknownCodeError("no rule code was given")
    return codes


def unknown(code: str, suggested: Iterable[str] | None = None) -> str:
    """The message for an unknown code, with the one of these rules that was probably meant."""
    if code.upper() == EVERYTHING:
        return f"unknown rule code {code!r}; {_PREFIX} selects all rules"
    import difflib  # Late, because few runs have a mistake to tell about.

    known = list(BY_CODE if suggested is None else suggested)
    close = difflib.get_close_matches(code.upper(), known, n=len(known))
    # difflib itself prefers the last of codes that are equally close.
    likely = max((one for one in known if one in close), key=partial(_likeness, code.upper()), default=None)
    remedy = f"did you mean {likely}?" if likely is not None else f"choose from {', '.join(known)}"
    return f"unknown rule code {code!r}; {remedy}"


def _likeness(code: str, known: str) -> tuple[int, float]:
    """How much a code is like a known one: the length of the common beginning counts first."""
    import difflib

    same = takewhile(lambda pair: pair[0] == pair[1], zip(code, known, strict=False))
    return len(list(same)), difflib.SequenceMatcher(None, code, known).ratio()


def longest(code: str, prefixes: Iterable[str]) -> int:
    """The length of the longest of the prefixes that a code starts with; 0 if it starts with none."""
    return max((len(prefix) for prefix in prefixes if code.startswith(prefix)), default=0)
