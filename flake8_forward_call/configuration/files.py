"""Files with settings: finding them, reading them, and following what they extend."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

from flake8_forward_call.configuration.options import BY_NAME
from flake8_forward_call.configuration.toml import TomlError, parsed
from flake8_forward_call.configuration.values import OptionValueError, Value, did_you_mean, shortened, value_of
from flake8_forward_call.files.reading import MAX_SETTINGS, NotPlainError, is_missing, read_bytes
from flake8_forward_call.terminal.printing import near, shown
from flake8_forward_call.terminal.trouble import reason

FILE = "pyproject.toml"
TABLE = "forward-call"
# A file with the settings of this tool alone. The hidden one goes before the other, as with ruff.
OWN_FILE = "forward-call.toml"
OWN_FILES = (f".{OWN_FILE}", OWN_FILE)
# Every name of a file that can have settings.
FILES = (*OWN_FILES, FILE)

_VERSION = "required-version"

# How many files one file can extend, directly and through others. One or two is usual.
_MAX_EXTENDED = 20

# The name in lower case and without separators. Settings under almost the same name would be silently ignored.
_PLAIN = "forwardcall"
_SEPARATORS = re.compile(r"[\W_]+")
# Up to one wrong, missing or swapped letter.
_ALMOST = 0.9
# A file with the table contains the first of these. One with the table under a wrong name often has the second.
_IN_NAMES = (b"forward-call", b"forward_call")
# The name of each table, or of each table of [tool].
_NAME = re.compile(rb"^[ \t]*\[\[?[ \t]*(?:[\"']?tool[\"']?[ \t]*\.[ \t]*)?[\"']?([\w-]+)", re.MULTILINE)

# How many unknown keys of a file are reported one by one, because it takes time to find each in the text.
_TOLD = 5


class ConfigError(Exception):
    """A configuration that cannot be used; the text names the file, the line and the key."""


@dataclass(frozen=True, slots=True)
class Configured:
    """The settings of a file: values by option name, the lines they are on, and what is invalid in it.

    ``extended`` are the files that it extends, the nearest first; what is invalid in them is in the ``faults`` as well.
    ``base`` is the folder that its paths are relative to, if it is not that of the file.
    """

    path: Path
    values: Mapping[str, Value]
    lines: Mapping[str, int]
    faults: tuple[str, ...] = ()
    extended: tuple[Configured, ...] = ()
    base: Path | None = None

    @property
    def folder(self) -> Path:
        """The folder that its paths are relative to."""
        return self.base or self.path.parent


@lru_cache(maxsize=4096)
def nearest(folder: Path) -> Path | None:
    """The first file with settings, in the folder or one above it. Raises ConfigError."""
    return next((found for one in (folder, *folder.parents) if (found := in_folder(one)) is not None), None)


@lru_cache(maxsize=4096)
def in_folder(folder: Path) -> Path | None:
    """The file with settings in a folder, as ruff chooses its own: one of this tool goes before the shared one.

    Raises ConfigError.
    """
    own = next((folder / name for name in OWN_FILES if not is_missing(folder / name)), None)
    return own or (folder / FILE if _has_table(folder / FILE) else None)


def of_user() -> Path | None:
    """The user's own file with settings, for folders without one; None if there is none."""
    if sys.platform == "win32":
        top = os.environ.get("APPDATA", "")
    else:
        top = os.environ.get("XDG_CONFIG_HOME", "")
        top = top if os.path.isabs(top) else os.path.expanduser("~/.config")  # noqa: PTH111, PTH117
    return _below(top) if os.path.isabs(top) else None  # noqa: PTH117 (A string.)


@lru_cache(maxsize=4)
def _below(top: str) -> Path | None:
    """The user's own file below the folder for such files; None if there is none."""
    path = Path(top, TABLE, OWN_FILE)
    return None if is_missing(path) else path


def is_own(path: Path) -> bool:
    """Whether a file contains only the settings of this tool, and therefore no table for them."""
    return path.name != FILE


@lru_cache(maxsize=4096)
def _has_table(path: Path) -> bool:
    if is_missing(path):
        return False
    data = _bytes_of(path)
    # Without the null bytes of UTF-16, which Windows PowerShell writes. Files without the table are not validated.
    text = data.replace(b"\0", b"")
    return _may_have_table(text) and TABLE in _tools(path, _text_of(path, data))


def _may_have_table(data: bytes) -> bool:
    """Whether a file may contain the table, or one with almost its name."""
    if any(name in data for name in _IN_NAMES):
        return True
    return any(is_almost_table(name.decode("latin-1")) for name in _NAME.findall(data))


def is_almost_table(name: str) -> bool:
    """Whether a name is so similar to the table's that the table was probably meant."""
    plain = _SEPARATORS.sub("", name).lower().removeprefix("flake8")
    if name == TABLE or abs(len(plain) - len(_PLAIN)) > 1:
        return False
    if plain == _PLAIN:
        return True
    from difflib import SequenceMatcher

    return SequenceMatcher(None, plain, _PLAIN).ratio() >= _ALMOST


def _bytes_of(path: Path) -> bytes:
    """The bytes of a file. Raises ConfigError."""
    try:
        return read_bytes(path, MAX_SETTINGS)
    except NotPlainError as error:
        raise ConfigError(f"{shown(near(str(path)))}: {error}") from None
    except OSError as error:
        raise ConfigError(f"{shown(near(str(path)))}: cannot be read: {reason(error)}") from None


def _text_of(path: Path, data: bytes) -> str:
    """The text of a file, without the byte-order mark that editors on Windows write. Raises ConfigError.

    TOML leaves it open whether there may be one: https://github.com/toml-lang/toml/issues/1088
    """
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        row = data.count(b"\n", 0, error.start) + 1
        byte = f"byte 0x{data[error.start]:02x}"
        raise ConfigError(f"{shown(near(str(path)))}:{row}: invalid TOML: not UTF-8: {byte}: {error.reason}") from None


def _tools(path: Path, text: str) -> Mapping[str, object]:
    tables = _tables(path, text)
    for name, table in tables.items():
        if isinstance(table, dict) and (name == TABLE or is_almost_table(name)):
            raise _wrong_name(path, text, name)
    tools = tables.get("tool", {})
    if not isinstance(tools, dict):
        return {}
    for name in filter(is_almost_table, tools):
        raise _wrong_name(path, text, name, "tool.")
    return tools


def _tables(path: Path, text: str) -> Mapping[str, object]:
    try:
        return parsed(text)
    except TomlError as error:
        raise ConfigError(f"{shown(near(str(path)))}:{error.place and f'{error.place}:'} {error}") from None


def _wrong_name(path: Path, text: str, name: str, inside: str = "") -> ConfigError:
    """The error for a table that is not read because of its name; ``inside`` is the start of its full name."""
    place = f"{shown(near(str(path)))}:{_line_of_table(text, name, inside)}"
    return ConfigError(f"{place}: [{inside}{name}] is not read; the table is called [tool.{TABLE}]")


def read(path: Path, *, is_trusted: bool = False, base: Path | None = None) -> Configured:
    """The settings of a file. A trusted file, one that the user named, may name paths outside its repository.

    Its paths are relative to ``base``, by default its folder. Raises ConfigError: the file cannot be read, a key is
    unknown, a value is invalid for its key.
    """
    found = read_what_is_valid(path, is_trusted=is_trusted, base=base)
    if found.faults:
        raise ConfigError(found.faults[0])
    return found


@lru_cache(maxsize=64)
def read_what_is_valid(path: Path, *, is_trusted: bool = False, base: Path | None = None) -> Configured:
    """The settings of a file without the invalid keys and values, which are its ``faults``.

    Raises ConfigError: the file cannot be read.
    """
    top = None if is_trusted else Path(os.path.realpath(_top(path.parent)))
    found = _read(path, top, base)
    extended: list[Configured] = []
    faults = list(found.faults)
    seen, last = {os.path.realpath(path)}, found
    while (name := last.values.get("extend")) is not None:
        place = f"{shown(near(str(last.path)))}:{last.lines['extend']}: extend"
        real = os.path.realpath(str(name))
        if real in seen or len(seen) > _MAX_EXTENDED:
            faults.append(f"{place} {'leads back to' if real in seen else 'has too many steps to'} {near(str(name))}")
            break
        seen.add(real)
        try:
            last = _read(Path(str(name)), top, None)
        except ConfigError as error:
            faults.append(f"{place}: {error}")
            break
        faults += last.faults
        extended.append(last)
    return replace(found, extended=tuple(extended), faults=tuple(faults))


def _read(path: Path, top: Path | None, base: Path | None) -> Configured:
    """The settings of one file. If there is a ``top`` folder, it may not name paths outside. Raises ConfigError."""
    text = _text_of(path, _bytes_of(path))
    table: object = _tables(path, text) if is_own(path) else _tools(path, text).get(TABLE, {})
    place, called = shown(near(str(path))), "the file" if is_own(path) else f"[tool.{TABLE}]"
    if not isinstance(table, dict):
        raise ConfigError(f"{place}: tool.{TABLE} is not a table")
    values: dict[str, Value] = {}
    lines: dict[str, int] = {}
    faults: list[str] = []
    unknown = 0
    # Another version of this tool may have other keys, so the version is looked at first.
    for key in sorted(table, key=lambda one: one != _VERSION):
        option = BY_NAME.get(key)
        if option is None:
            unknown += 1
            if unknown <= _TOLD:
                told = f"unknown key {shortened(repr(key))} in {called}; {_remedy(path, key)}"
                faults.append(f"{place}:{_line(path, text, key)}: {told}")
            continue
        lines[key] = line = _line(path, text, key)
        try:
            value = value_of(option, table[key], base or path.parent)
            if option.is_confined and top is not None:
                _confine(value, top)
        except OptionValueError as error:
            faults.append(f"{place}:{line}: {key} {error}")
            if key == _VERSION:
                break
        else:
            values[key] = value
    if unknown > _TOLD:
        faults.append(f"{place}: {unknown - _TOLD} more unknown keys in {called}")
    return Configured(path, values, lines, tuple(faults), base=base)


def _remedy(path: Path, key: str) -> str:
    if is_own(path) and key == "tool":
        return f"the keys of [tool.{TABLE}] are at the top level of this file"
    return did_you_mean(key, BY_NAME)


def _confine(value: Value, top: Path) -> None:
    """Raise OptionValueError if the value from a file names a path outside the top folder of the file's repository.

    An unknown repository that is checked must not choose other paths. The user who runs the tool may.
    """
    for one in (value,) if isinstance(value, str) else value if isinstance(value, tuple) else ():
        if isinstance(one, str) and not Path(os.path.realpath(one)).is_relative_to(top):
            raise OptionValueError(f"points outside the repository {top}, to {one}; pass that path on the command line")


def _top(folder: Path) -> Path:
    """The top folder of the repository that contains a folder; the folder itself if there is none."""
    return next((one for one in (folder, *folder.parents) if os.path.exists(one / ".git")), folder)  # noqa: PTH110


def forget() -> None:
    """Clear the caches, so that changed files are read again."""
    nearest.cache_clear()
    _below.cache_clear()
    _has_table.cache_clear()
    in_folder.cache_clear()
    read_what_is_valid.cache_clear()


def _line_of_table(text: str, name: str, inside: str) -> int:
    """The first line with a header of this table; 1 if it is written in another way."""
    before = r"tool\s*\.\s*" if inside else ""
    header = re.compile(rf"\s*\[+\s*{before}[\"']?{re.escape(name)}[\"']?\s*[.\]]")
    return next((number for number, line in enumerate(text.splitlines(), 1) if header.match(line)), 1)


# The header of a table that is the value of a key, in a file of this tool.
_OWN_HEADER = re.compile(r"\s*\[\s*[\"']?(?P<key>[\w-]+)[\"']?\s*\]")
_HEADER = re.compile(rf"\s*\[\s*tool\s*\.\s*[\"']?{TABLE}[\"']?\s*(?:\.\s*[\"']?(?P<key>[\w-]+)[\"']?\s*)?\]")


def _line(path: Path, text: str, key: str) -> int:
    """The line of a key of the table; the line of the table's header if the key is written in another way."""
    inside, first = is_own(path), 1
    for number, line in enumerate(text.splitlines(), 1):
        header = (_OWN_HEADER if is_own(path) else _HEADER).match(line)
        if header is not None:
            inside, first = True, 1 if is_own(path) else number
            if header["key"] == key:
                return number
        elif line.lstrip().startswith("["):
            inside = inside and not re.match(r"\s*\[[\w\s.\"'-]+\]\s*(#.*)?$", line)
        elif inside and re.match(rf"\s*[\"']?{re.escape(key)}[\"']?\s*[=.]", line):
            return number
    return first
