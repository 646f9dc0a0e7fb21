"""From what the user wrote to the value of an option, or to the reason why it is invalid."""

from __future__ import annotations

import datetime
import os
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TypeAlias

from flake8_forward_call import __version__
from flake8_forward_call.configuration.options import AUTO, Kind, Option
from flake8_forward_call.findings.selection import UnknownCodeError, parse_codes
from flake8_forward_call.rules import BY_CODE

# Patterns, each with the codes that it disables.
CodesByPattern: TypeAlias = tuple[tuple[str, tuple[str, ...]], ...]
Value: TypeAlias = "bool | int | str | tuple[str, ...] | CodesByPattern"

# How many characters of a value a message repeats.
_MAX_SHOWN = 80

# No machine has more processors than such a number says.
_DIGITS = re.compile(r"[0-9]{1,9}")

# The options about fixes, and the rules that are ever fixed: naming another one there has no effect.
_ABOUT_FIXES = ("fixable", "unfixable")
_FIXED = tuple(code for code, rule in BY_CODE.items() if rule.applicability is not None)

_DOTTED = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)*")


class OptionValueError(Exception):
    """An invalid value for an option; the text says why."""


def value_of(option: Option, given: object, base: Path) -> Value:
    """The value of an option, from what was given in a file or on a command line. Raises OptionValueError.

    Paths are relative to ``base``. A list may also be a comma-separated string.
    """
    match option.kind:
        case Kind.SWITCH:
            if not isinstance(given, bool):
                raise OptionValueError(f"must be true or false, not {_shown(given)}")
            return given
        case Kind.CHOICE:
            return _choice(option, _text(given))
        case Kind.PATH:
            return _path(_text(given), base)
        case Kind.COUNT:
            return _count(given)
        case Kind.VERSION:
            return _version(_text(given))
        case Kind.CODES_BY_PATTERN:
            return _codes_by_pattern(given)
        case Kind.CODES:
            return _codes(_texts(given), _FIXED if option.name in _ABOUT_FIXES else None)
        case Kind.NAMES:
            return _names(_texts(given))
        case Kind.PATTERNS:
            return _patterns(_texts(given))
        case Kind.FOLDERS:
            return _folders(_texts(given), base)
        case Kind.PATHS:
            return tuple(_path(one, base) for one in _texts(given))


def did_you_mean(word: str, words: Iterable[str]) -> str:
    """The hint for an unknown word: the closest known one, else all of them."""
    known = list(words)
    import difflib  # Late, because few runs have a mistake to tell about.

    close = difflib.get_close_matches(word, known, n=1)
    return f"did you mean {close[0]!r}?" if close else f"choose from {', '.join(known)}"


def shortened(text: str) -> str:
    """A text cut to the length that fits in a message."""
    return text if len(text) <= _MAX_SHOWN else f"{text[:_MAX_SHOWN]}..."


def _shown(given: object) -> str:
    if isinstance(given, bool):
        return str(given).lower()
    if isinstance(given, (datetime.date, datetime.time)):
        return given.isoformat()
    try:
        return shortened(repr(given))
    except RecursionError:
        return "a deeply nested value"
    except ValueError:  # Python refuses to print a number with thousands of digits.
        return "such a large number"


def _text(given: object) -> str:
    if not isinstance(given, str):
        raise OptionValueError(f"must be a string, not {_shown(given)}")
    return _without_null(given)


def _without_null(given: str) -> str:
    """The text, if a path can contain it. Raises OptionValueError."""
    if "\0" in given:
        raise OptionValueError(f"has a null character: {_shown(given)}")
    return given


def _texts(given: object) -> tuple[str, ...]:
    if isinstance(given, str):
        return tuple(one for one in re.split(r"[,\s]+", given) if one)
    if not isinstance(given, (list, tuple)) or not all(isinstance(one, str) for one in given):
        raise OptionValueError(f"must be a list of strings, not {_shown(given)}")
    return tuple(map(_without_null, given))


def _choice(option: Option, given: str) -> str:
    if given not in option.choices:
        raise OptionValueError(f"cannot be {_shown(given)}; {did_you_mean(given, option.choices)}")
    return given


def _count(given: object) -> int | str:
    """A number from 1 on, also as a text from a command line, or ``auto``. Raises OptionValueError."""
    if given == AUTO:
        return AUTO
    if isinstance(given, str) and _DIGITS.fullmatch(given):
        given = int(given)
    if not isinstance(given, int) or isinstance(given, bool) or given < 1:
        raise OptionValueError(f"must be a number from 1 on, or {AUTO}, not {_shown(given)}")
    return given


def _version(given: str) -> str:
    """The specifier, if the running version is one of these. Raises OptionValueError."""
    from packaging.specifiers import InvalidSpecifier, SpecifierSet

    try:
        accepted = SpecifierSet(given if not given[:1].isdigit() else f"=={given}")
    except InvalidSpecifier:
        raise OptionValueError(f"must be a version specifier such as '>=1.2', not {_shown(given)}") from None
    if not accepted.contains(__version__, prereleases=True):
        raise OptionValueError(f"is {_shown(given)}, but the running version is {__version__}")
    return given


def _path(given: str, base: Path) -> str:
    return os.path.normpath(base / os.path.expanduser(given))  # noqa: PTH111 (Path.expanduser() raises without a home.)


def _folders(given: tuple[str, ...], base: Path) -> tuple[str, ...]:
    found = tuple(_path(one, base) for one in given)
    for name, path in zip(given, found, strict=True):
        if not os.path.isdir(path):  # noqa: PTH112 (Path.is_dir() raises if access is denied.)
            raise OptionValueError(f"names {_shown(name)}, which is not a folder")
    return found


def _codes(given: tuple[str, ...], suggested: Iterable[str] | None = None) -> tuple[str, ...]:
    if not given:
        return ()
    try:
        return parse_codes(given, suggested)
    except UnknownCodeError as error:
        raise OptionValueError(f"has an {error}") from None


def _names(given: tuple[str, ...]) -> tuple[str, ...]:
    for one in given:
        if _DOTTED.fullmatch(one) is None:
            raise OptionValueError(f"names {_shown(one)}, which is not the dotted name of a class")
    return given


def _patterns(given: tuple[str, ...]) -> tuple[str, ...]:
    from flake8_forward_call.configuration.patterns import MAX_IN_SETTINGS, PatternError, check

    if len(given) > MAX_IN_SETTINGS:
        raise OptionValueError(f"has more than {MAX_IN_SETTINGS:,} patterns")
    for one in given:
        try:
            check(one)
        except PatternError as error:
            raise OptionValueError(f"contains the invalid pattern {_shown(one)}: {error}") from None
    return given


def _codes_by_pattern(given: object) -> CodesByPattern:
    if isinstance(given, str):
        given = _split(given)
    if not isinstance(given, Mapping):
        raise OptionValueError(f"must map patterns to lists of rule codes, not {_shown(given)}")
    patterns = _patterns(tuple(map(_text, given)))
    return tuple((pattern, _codes(_texts(codes))) for pattern, codes in zip(patterns, given.values(), strict=True))


def _split(given: str) -> dict[str, str]:
    """The patterns and codes in a text such as ``tests/*:FWD001,FWD005 demo.py:FWD001``, the format of flake8."""
    found: dict[str, str] = {}
    pattern = ""
    for word in re.split(r"[,\s]+", given.strip()):
        before, colon, after = word.rpartition(":")
        if colon:
            pattern, word = before, after  # noqa: PLW2901
        if not pattern or not word:
            raise OptionValueError(f"must be PATTERN:CODES, not {_shown(given)}")
        found[pattern] = f"{found.get(pattern, '')},{word}"
    return found
