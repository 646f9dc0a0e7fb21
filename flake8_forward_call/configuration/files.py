"""``[tool.forward-call]`` in a ``pyproject.toml``: where it is, and what it says."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from flake8_forward_call.configuration.options import BY_NAME
from flake8_forward_call.configuration.values import OptionValueError, Value, did_you_mean, value_of

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

FILE = "pyproject.toml"
TABLE = "forward-call"

# How many unknown keys of one file are told one by one: to find each in the text takes time.
_TOLD = 5


class ConfigError(Exception):
    """A configuration that cannot be used; the text names the file, the line and the key."""


@dataclass(frozen=True, slots=True)
class Configured:
    """What a file sets: values by the names of options, the lines they are on, and what in it cannot be used."""

    path: Path
    values: Mapping[str, Value]
    lines: Mapping[str, int]
    faults: tuple[str, ...] = ()


def nearest(folder: Path) -> Path | None:
    """The first ``pyproject.toml`` with the table, in the folder or one above it. Raises ConfigError."""
    return _nearest(folder)


@lru_cache(maxsize=4096)
def _nearest(folder: Path) -> Path | None:
    path = folder / FILE
    if _has_table(path):
        return path
    return None if folder.parent == folder else _nearest(folder.parent)


def _has_table(path: Path) -> bool:
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return False
    return TABLE in text and TABLE in _tools(path, text)


def _tools(path: Path, text: str) -> Mapping[str, object]:
    try:
        tools = tomllib.loads(text).get("tool", {})
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path}: is not TOML: {error}") from None
    return tools if isinstance(tools, dict) else {}


def read(path: Path, *, is_trusted: bool = False) -> Configured:
    """What a file sets. One that is trusted, because the user named it, may name places outside of its repository.

    Raises ConfigError: the file cannot be read, a key is unknown, a value is none for its key.
    """
    found = read_what_is_valid(path, is_trusted=is_trusted)
    if found.faults:
        raise ConfigError(found.faults[0])
    return found


@lru_cache(maxsize=64)
def read_what_is_valid(path: Path, *, is_trusted: bool = False) -> Configured:
    """What a file sets, without the keys and values that cannot be used; those are its faults.

    Raises ConfigError: the file cannot be read.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: cannot be read: {getattr(error, 'strerror', None) or error}") from None
    table = _tools(path, text).get(TABLE, {})
    if not isinstance(table, dict):
        raise ConfigError(f"{path}: tool.{TABLE} is no table")
    values: dict[str, Value] = {}
    lines: dict[str, int] = {}
    faults: list[str] = []
    unknown = 0
    for key, given in table.items():
        option = BY_NAME.get(key)
        if option is None:
            unknown += 1
            if unknown <= _TOLD:
                told = f"unknown key {key!r} in [tool.{TABLE}]; {did_you_mean(key, BY_NAME)}"
                faults.append(f"{path}:{_line(text, key)}: {told}")
            continue
        lines[key] = line = _line(text, key)
        try:
            value = value_of(option, given, path.parent)
            if option.is_confined and not is_trusted:
                _confine(value, path)
        except OptionValueError as error:
            faults.append(f"{path}:{line}: {key} {error}")
        else:
            values[key] = value
    if unknown > _TOLD:
        faults.append(f"{path}: {unknown - _TOLD} more unknown keys in [tool.{TABLE}]")
    return Configured(path, values, lines, tuple(faults))


def _confine(value: Value, path: Path) -> None:
    """Raise OptionValueError where a file names a place outside of its repository.

    Whoever checks a repository that they do not know gives it no right to other places; whoever runs the tool may.
    """
    top = Path(os.path.realpath(_top(path.parent)))
    for one in (value,) if isinstance(value, str) else value if isinstance(value, tuple) else ():
        if isinstance(one, str) and not Path(os.path.realpath(one)).is_relative_to(top):
            raise OptionValueError(f"leads out of the repository {top}, to {one}; name that on the command line")


def _top(folder: Path) -> Path:
    """The folder of the repository that a folder is in; that folder itself where it is in none."""
    return next((one for one in (folder, *folder.parents) if (one / ".git").exists()), folder)


def forget() -> None:
    """Read anew what may have changed since."""
    _nearest.cache_clear()
    read_what_is_valid.cache_clear()


_HEADER = re.compile(rf"\s*\[\s*tool\s*\.\s*[\"']?{TABLE}[\"']?\s*(?:\.\s*[\"']?(?P<key>[\w-]+)[\"']?\s*)?\]")


def _line(text: str, key: str) -> int:
    """The line on which a key of the table stands; that of the table where it is written in another way."""
    inside, first = False, 1
    for number, line in enumerate(text.splitlines(), 1):
        header = _HEADER.match(line)
        if header is not None:
            inside, first = True, number
            if header["key"] == key:
                return number
        elif line.lstrip().startswith("["):
            inside = inside and not re.match(r"\s*\[[\w\s.\"'-]+\]\s*(#.*)?$", line)
        elif inside and re.match(rf"\s*[\"']?{re.escape(key)}[\"']?\s*[=.]", line):
            return number
    return first
