"""Lists of path patterns in the syntax of ``.gitignore``, matched as git matches them.

An invalid line is skipped, as by git, and the other lines still count. The reference is
https://git-scm.com/docs/gitignore#_pattern_format, and dir.c and wildmatch.c of git for what that leaves open.
"""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from flake8_forward_call.configuration.wildmatch import SPECIAL, Glob, GlobError, glob_of_name, glob_of_path

# The limit for one setting. A dozen is usual.
MAX_IN_SETTINGS = 1_000

_BOM = b"\xef\xbb\xbf"


# Each glob is matched with each file. Plain names are looked up and do not count.
MAX_GLOBS = 10_000


class PatternError(Exception):
    """A pattern that can match nothing, or too many patterns; the text says why."""


class _Parsed(NamedTuple):
    """A parsed line: ``text`` is the pattern without ``!`` and outer slashes; ``is_name``: it matches in any folder."""

    text: bytes
    is_taken_back: bool
    of_folders: bool
    is_name: bool


class _Rule(NamedTuple):
    """A pattern with a glob: its literal prefix, and what the rest has to match."""

    prefix: bytes
    rest: Glob | re.Pattern[bytes]

    def matches(self, path: bytes, name: bytes) -> bool:
        if isinstance(self.rest, re.Pattern):
            return self.rest.fullmatch(name) is not None
        return path.startswith(self.prefix) and self.rest.matches(path[len(self.prefix) :])


class Patterns:
    """A compiled list of patterns, matched with paths relative to the folder that contains the list."""

    def __init__(self, lines: Sequence[bytes]) -> None:
        """Raises PatternError: there are too many patterns."""
        # Most patterns are plain names. They are looked up, so that thousands of lines cost no more than a few.
        self._names: dict[bytes, list[int]] = {}
        self._paths: dict[bytes, list[int]] = {}
        self._rules: list[tuple[int, _Rule]] = []
        self._parsed: list[_Parsed] = []
        for line in lines:
            parsed = _parse(line)
            if parsed is not None:
                self._add(parsed)

    def _add(self, parsed: _Parsed) -> None:
        number = len(self._parsed)
        text = parsed.text
        if SPECIAL.search(text) is None:
            (self._names if parsed.is_name else self._paths).setdefault(text, []).append(number)
        else:
            if len(self._rules) == MAX_GLOBS:
                raise PatternError(f"has more than {MAX_GLOBS:,} patterns with wildcards")
            try:
                self._rules.append((number, _rule(parsed)))
            except GlobError:
                return
        self._parsed.append(parsed)

    def verdict(self, path: str, *, is_folder: bool) -> bool | None:
        """Whether the last pattern that matches a path ignores it or re-includes it; None if none matches."""
        as_bytes = os.fsencode(path)
        name = as_bytes.rpartition(b"/")[2]
        last = -1
        for numbers in (self._names.get(name, ()), self._paths.get(as_bytes, ())):
            last = max(last, next((one for one in reversed(numbers) if self._counts(one, is_folder)), -1))
        for number, rule in reversed(self._rules):
            if number < last:
                break
            if self._counts(number, is_folder) and rule.matches(as_bytes, name):
                last = number
                break
        return None if last < 0 else not self._parsed[last].is_taken_back

    def covers(self, path: str) -> bool:
        """Whether a file is ignored, or a folder above it is: then no pattern can re-include the file."""
        names = path.split("/")
        folders = ("/".join(names[:count]) for count in range(1, len(names)))
        return any(self.verdict(one, is_folder=True) for one in folders) or bool(self.verdict(path, is_folder=False))

    def _counts(self, number: int, is_folder: bool) -> bool:
        return is_folder or not self._parsed[number].of_folders


@lru_cache(maxsize=2 * MAX_IN_SETTINGS)
def compiled(patterns: tuple[str | bytes, ...]) -> Patterns:
    """The compiled patterns, without those that can match nothing. Raises PatternError: there are too many."""
    return Patterns([os.fsencode(one) if isinstance(one, str) else one for one in patterns])


def lines_of(data: bytes) -> tuple[bytes, ...]:
    """The lines of a ``.gitignore``."""
    return tuple(line.removesuffix(b"\r") for line in data.removeprefix(_BOM).split(b"\n"))


def check(pattern: str) -> None:
    """Raise PatternError for a pattern that can match nothing. A comment or an empty line is not a pattern."""
    try:
        data = os.fsencode(pattern)
    except UnicodeError:
        raise PatternError("it has a character that no path can have") from None
    parsed = _parse(data)
    if parsed is None:
        if data.strip().startswith((b"!", b"/")):
            raise PatternError("it names nothing")
        return
    try:
        if SPECIAL.search(parsed.text) is not None:
            _rule(parsed)
    except GlobError as error:
        raise PatternError(f"it {error}") from None


def _parse(line: bytes) -> _Parsed | None:
    """The parsed line; None if it contains no pattern."""
    line = line.partition(b"\0")[0]  # For git, a C program, the line ends there.
    if line.startswith(b"#"):
        return None
    text = _trimmed(line)
    is_taken_back = text.startswith(b"!")
    text = text[is_taken_back:]
    of_folders = text.endswith(b"/")
    text = text[: len(text) - of_folders]
    is_name = b"/" not in text
    text = text.removeprefix(b"/")
    return _Parsed(text, is_taken_back, of_folders, is_name) if text else None


def _trimmed(line: bytes) -> bytes:
    """A line without trailing spaces, except one that a backslash escapes."""
    text = line.rstrip(b" ")
    backslashes = len(text) - len(text.rstrip(b"\\"))
    return line[: len(text) + 1] if backslashes % 2 else text


def _rule(parsed: _Parsed) -> _Rule:
    """The rule for a pattern with a glob. Raises GlobError."""
    if parsed.is_name:
        return _Rule(b"", glob_of_name(parsed.text))
    special = SPECIAL.search(parsed.text)
    assert special is not None, "only those with a glob are asked about"
    # git compares the literal prefix first, and then matches the rest as a separate glob.
    return _Rule(parsed.text[: special.start()], glob_of_path(parsed.text[special.start() :]))
