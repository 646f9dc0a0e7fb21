"""Globs as git matches them, in a time that does not grow with the number of their stars.

A glob means what git's function of this name does: https://github.com/git/git/blob/master/wildmatch.c. Names are bytes
to git, so `?` is one byte. If another star follows, the match of a star is not revised, as in Python's fnmatch.
Otherwise matching ``*a*a*a*a*a*b`` could take years for some names.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

# The characters that end the literal prefix of a glob.
SPECIAL = re.compile(rb"[*?\[\\]")

# No file system allows longer names or paths: Linux has 255 and 4096 bytes (limits.h), Windows at most three times 255.
MAX_NAME, MAX_PATH = 1024, 32_768

_SLASH = b"/"
# The elements other than the expression for one byte: `*`, `**/` at the beginning of a name, `**` at the end.
_STAR, _FOLDERS, _REST = b"*", b"**/", b"**"

# For ASCII only: https://github.com/git/git/blob/master/git-compat-util.h
_TESTS: dict[bytes, Callable[[str], bool]] = {
    b"alnum": str.isalnum,
    b"alpha": str.isalpha,
    b"blank": lambda one: one in " \t",
    b"cntrl": lambda one: one < " " or one == "\x7f",
    b"digit": str.isdigit,
    b"graph": lambda one: "!" <= one <= "~",
    b"lower": str.islower,
    b"print": lambda one: " " <= one <= "~",
    b"punct": lambda one: "!" <= one <= "~" and not one.isalnum(),
    b"space": lambda one: one in " \t\n\r",
    b"upper": str.isupper,
    b"xdigit": lambda one: one in "0123456789abcdefABCDEF",
}
_CLASSES = {name: frozenset(filter(lambda one: test(chr(one)), range(1, 128))) for name, test in _TESTS.items()}


class GlobError(Exception):
    """A glob that can match nothing; the text says why."""


class Glob(NamedTuple):
    """A glob for paths: runs of names, with any number of folders between one run and the next.

    ``is_open``: something must follow the last run.
    """

    runs: tuple[tuple[re.Pattern[bytes], ...], ...]
    is_open: bool

    def matches(self, path: bytes) -> bool:
        """Whether the whole path matches."""
        names = path.split(_SLASH)
        first, *others = self.runs
        if not _match(first, names, 0):
            return False
        at = len(first)
        if not others:
            return len(names) > at if self.is_open else len(names) == at
        *middle, last = others
        for run in (*middle, last) if self.is_open else middle:
            found = next((place for place in range(at, len(names) - len(run) + 1) if _match(run, names, place)), None)
            if found is None:
                return False
            at = found + len(run)
        if self.is_open:
            return len(names) > at
        return len(names) - len(last) >= at and _match(last, names, len(names) - len(last))


def _match(run: Sequence[re.Pattern[bytes]], names: Sequence[bytes], at: int) -> bool:
    return len(names) - at >= len(run) and all(one.fullmatch(names[at + index]) for index, one in enumerate(run))


def glob_of_path(text: bytes) -> Glob:
    """The glob for a path. Raises GlobError if nothing can match it."""
    runs: list[list[re.Pattern[bytes]]] = [[]]
    name: list[bytes] = []
    elements = list(_elements(text, is_path=True))
    if len(elements) > MAX_PATH:
        raise GlobError("is longer than any path")
    is_open = elements[-1:] == [_REST]
    for element in elements[:-1] if is_open else elements:
        if element == _FOLDERS:
            runs.append([])
        elif element == _SLASH:
            runs[-1].append(_compiled(name))
            name = []
        else:
            name.append(element)
    if not is_open:
        runs[-1].append(_compiled(name))
    return Glob(tuple(map(tuple, runs)), is_open)


def glob_of_name(text: bytes) -> re.Pattern[bytes]:
    """The expression that a name, in any folder, has to match as a whole. Raises GlobError."""
    return _compiled(list(_elements(text, is_path=False)))


def _compiled(elements: Sequence[bytes]) -> re.Pattern[bytes]:
    if len(elements) > MAX_NAME:
        raise GlobError("is longer than any name")
    parts: list[list[bytes]] = [[]]
    for element in elements:
        if element == _STAR:
            parts.append([])
        else:
            parts[-1].append(element)
    first, *others = (b"".join(part) for part in parts)
    if not others:
        return re.compile(first, re.DOTALL)
    *middle, last = others
    # Once a lookahead has matched, the expression does not backtrack into its group.
    settled = (b"(?=(?P<g%d>.*?%b))(?P=g%d)" % (number, part, number) for number, part in enumerate(middle) if part)
    return re.compile(b"%b%b.*%b" % (first, b"".join(settled), last), re.DOTALL)


def _elements(text: bytes, *, is_path: bool) -> Iterator[bytes]:
    """Yield the elements of a glob. Raises GlobError."""
    at = 0
    while at < len(text):
        one = text[at : at + 1]
        if one == b"*":
            end = at + 1
            while text[end : end + 1] == b"*":
                end += 1
            is_double = is_path and end - at > 1 and (at == 0 or text[at - 1 : at] == _SLASH)
            if is_double and end == len(text):
                yield _REST
            elif is_double and text[end : end + 1] == _SLASH:
                yield _FOLDERS
                end += 1
            elif is_double and text[end : end + 2] == b"\\/":
                yield from (_STAR, _SLASH, _FOLDERS)  # This form requires at least one folder.
                end += 2
            else:
                yield _STAR
            at = end
        elif one == b"?":
            yield b"[^/]"
            at += 1
        elif one == b"[":
            expression, at = _set(text, at + 1)
            yield expression
        else:
            at += one == b"\\"
            if at == len(text):
                raise GlobError("ends with a backslash")
            one = text[at : at + 1]
            yield _SLASH if one == _SLASH else re.escape(one)
            at += 1


def _set(text: bytes, at: int) -> tuple[bytes, int]:
    """The expression for a set in brackets, and the offset after it. Raises GlobError."""
    negated = text[at : at + 1] in (b"!", b"^")
    start = at = at + negated
    found: set[int] = set()
    before = 0  # The byte that a range can start with.
    while at == start or text[at : at + 1] != b"]":
        if at >= len(text):
            raise GlobError("has a bracket that is not closed")
        one = text[at]
        following = text[at + 1 : at + 2]
        if one == ord("\\"):
            at, before = at + 2, _byte(text, at + 1)
            found.add(before)
        elif one == ord("-") and before and following not in (b"", b"]"):
            at += 1 + (following == b"\\")
            found.update(range(before, _byte(text, at) + 1))
            at, before = at + 1, 0
        elif one == ord("[") and following == b":":
            end = text.find(b"]", at + 2)
            if end < 0:
                raise GlobError("has a bracket that is not closed")
            if end == at + 2 or text[end - 1 : end] != b":":
                at, before = at + 1, one
                found.add(one)
                continue
            name = text[at + 2 : end - 1]
            if name not in _CLASSES:
                raise GlobError(f"has an unknown class [:{name.decode(errors='replace')}:]")
            found |= _CLASSES[name]
            at, before = end + 1, 0
        else:
            at, before = at + 1, one
            found.add(one)
    members = [one for one in range(1, 256) if (one in found) != negated and one != ord(_SLASH)]
    if not members:
        raise GlobError("has brackets that no character matches")
    return b"[%b]" % b"".join(b"\\x%02x" % one for one in members), at + 1


def _byte(text: bytes, at: int) -> int:
    if at >= len(text):
        raise GlobError("has a bracket that is not closed")
    return text[at]
