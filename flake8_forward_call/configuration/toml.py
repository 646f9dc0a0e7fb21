"""Untrusted TOML: a table, or one reason why it cannot be read."""

from __future__ import annotations

import re
import sys
from typing import Any

# For each part of a key, Python's parser goes through all parts, so a key of 100,000 parts takes minutes.
MAX_PARTS = 64
_PART = r"\.[ \t]*(?:[\w-]+|\"[^\"\n]*\"|'[^'\n]*')[ \t]*"
_LONG_KEY = re.compile(f"(?:{_PART}){{{MAX_PARTS}}}")

# How many levels Python can parse depends on the stack of the thread. This limit is the same everywhere.
MAX_LEVELS = 100

_PLACE = re.compile(r" \(at line (\d+), column (\d+)\)$")


class TomlError(Exception):
    """A text that is not TOML, or too deep or too large; ``place`` is the row and column, if they are known."""

    def __init__(self, reason: str, place: str = "") -> None:
        super().__init__(reason)
        self.place = place


def parsed(text: str) -> dict[str, Any]:
    """The table in a text. Raises TomlError."""
    if sys.version_info >= (3, 11):  # Late, because many folders have no settings in TOML.
        import tomllib
    else:
        import tomli as tomllib

    long_key = _LONG_KEY.search(text)
    if long_key is not None:
        row = text.count("\n", 0, long_key.start()) + 1
        raise TomlError(f"a key has more than {MAX_PARTS} parts", str(row))
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        place = _PLACE.search(str(error))
        if place is None:  # "at end of document"
            raise TomlError(f"invalid TOML: {error}", str(max(1, len(text.splitlines())))) from None
        raise TomlError(f"invalid TOML: {str(error)[: place.start()]}", f"{place[1]}:{place[2]}") from None
    except RecursionError:
        raise TomlError("is nested too deeply") from None
    except ValueError:  # Python reads at most a few thousand (sys.get_int_max_str_digits).
        raise TomlError("a number has too many digits") from None
    if _is_too_deep(table):
        raise TomlError("is nested too deeply")
    return table


def _is_too_deep(table: dict[str, Any]) -> bool:
    """Whether a table has more than ``MAX_LEVELS`` levels. Every thread can parse that many."""
    level: list[Any] = [table]
    for _ in range(MAX_LEVELS):
        level = [
            inner
            for one in level
            for inner in (one.values() if isinstance(one, dict) else one)
            if isinstance(inner, (dict, list))
        ]
        if not level:
            return False
    return True
