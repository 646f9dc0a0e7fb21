"""The client's settings, for all files or for one of its folders, and the resulting terms for a file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from os.path import realpath
from pathlib import Path
from typing import Any

from flake8_forward_call.configuration.selecting import selection_of
from flake8_forward_call.configuration.settings import GIVEN, configured
from flake8_forward_call.findings.selection import Selection, UnknownCodeError, parse_codes
from flake8_forward_call.server.skipping import is_skipped

# The section for this server in a client's settings.
SECTION = "forward-call"


class SettingsError(Exception):
    """A setting is invalid. The text says which one and why."""


@dataclass(frozen=True, slots=True)
class Preferences:
    """A client's settings. For None, the project's settings or the defaults apply."""

    select: tuple[str, ...] | None = None
    ignore: tuple[str, ...] | None = None
    extend_select: tuple[str, ...] | None = None
    check_excluded: bool | None = None

    def over(self, other: Selection) -> Selection:
        """A selection of rules in which the client's settings override the others."""
        return Selection(
            other.select if self.select is None else self.select,
            other.ignore if self.ignore is None else self.ignore,
            other.extend_select if self.extend_select is None else self.extend_select,
        )


@dataclass(frozen=True, slots=True)
class Terms:
    """The terms for a file: whether it is skipped, which rules apply, and the faults in the project's settings."""

    is_skipped: bool
    selection: Selection
    faults: tuple[str, ...] = ()


@dataclass
class Settings:
    """The settings by folder. The nearest folder around a file counts; ``default`` applies if there is none."""

    default: Preferences = field(default_factory=Preferences)
    by_folder: dict[Path, Preferences] = field(default_factory=dict)

    def of(self, path: str) -> Preferences:
        """The client's settings for the file at a path."""
        return next((self.by_folder[one] for one in Path(path).parents if one in self.by_folder), self.default)


def be_lenient() -> None:
    """Ignore invalid project settings from here on in this context, because an editor must keep working."""
    GIVEN.set(replace(GIVEN.get(), is_lenient=True))


def terms_of(path: str, preferences: Preferences, folders: Sequence[str]) -> Terms:
    """The terms for the file at a path in a workspace with these folders.

    Raises ConfigError unless lenient, and OSError.
    """
    skipped = not preferences.check_excluded and is_skipped(path, folders)
    found = configured(Path(realpath(path)).parent)
    faults = () if found is None else found.faults
    return Terms(skipped, preferences.over(selection_of(path)), faults)


def parsed(value: object, default: Preferences) -> tuple[Preferences, list[str]]:
    """A client's settings, and the faults in them.

    ``select``, ``ignore`` and ``extendSelect`` are lists or strings of codes; ``checkExcluded`` is true or false. For
    missing or invalid settings, the default applies.
    """
    if isinstance(value, Mapping) and SECTION in value:
        value = value[SECTION]
    if not isinstance(value, Mapping):
        return default, []
    found: dict[str, Any] = {}
    faults = []
    for name, (attribute, read) in _READERS.items():
        try:
            given = read(value.get(name))
        except SettingsError as error:
            faults.append(f"{name} {error}")
        else:
            if given is not None:
                found[attribute] = given
    return replace(default, **found), faults


def _codes(value: object) -> tuple[str, ...] | None:
    codes = [value] if isinstance(value, str) else value
    if codes is None or codes == []:
        return None
    if not isinstance(codes, (list, tuple)) or not all(isinstance(code, str) for code in codes):
        raise SettingsError("takes a list of rule codes")
    try:
        return parse_codes(codes)
    except UnknownCodeError as error:
        raise SettingsError(f"has an {error}") from None


def _switch(value: object) -> bool | None:
    if value is not None and not isinstance(value, bool):
        raise SettingsError("takes true or false")
    return value


_READERS = {
    "select": ("select", _codes),
    "ignore": ("ignore", _codes),
    "extendSelect": ("extend_select", _codes),
    "checkExcluded": ("check_excluded", _switch),
}
