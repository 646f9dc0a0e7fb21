"""Which rules count, as the client says it: for all, or for each of its folders; else as the project's settings do."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from flake8_forward_call.configuration.files import ConfigError
from flake8_forward_call.configuration.selecting import selection_of
from flake8_forward_call.selection import Selection, UnknownCodeError, parse_codes

log = logging.getLogger(__name__)

# The section of a client's settings that is this server's.
SECTION = "forward-call"


class SettingsError(Exception):
    """Settings that cannot be understood; the text says which."""


@dataclass(frozen=True, slots=True)
class Rules:
    """What a client says of the rules; None where it says nothing."""

    select: tuple[str, ...] | None = None
    ignore: tuple[str, ...] | None = None
    extend_select: tuple[str, ...] | None = None

    def over(self, other: Selection) -> Selection:
        """A selection with what the client says in its place."""
        return Selection(
            other.select if self.select is None else self.select,
            other.ignore if self.ignore is None else self.ignore,
            other.extend_select if self.extend_select is None else self.extend_select,
        )


@dataclass
class Settings:
    """``default`` counts where the client says nothing of its own for a folder that a file lies in, nearest first."""

    default: Rules = field(default_factory=Rules)
    by_folder: dict[Path, Rules] = field(default_factory=dict)

    def selection(self, path: str) -> Selection:
        """The selection for the file at a path."""
        rules = next((self.by_folder[one] for one in Path(path).parents if one in self.by_folder), self.default)
        try:
            return rules.over(selection_of(path))
        except ConfigError as error:  # That the file has FWD900 tells of it.
            log.warning("%s", error)
            return rules.over(Selection())


def parsed(value: object, default: Rules) -> Rules:
    """What a client's settings say: ``select``, ``ignore``, ``extendSelect``, lists or texts of codes.

    What they do not say is as by default. Raises SettingsError.
    """
    if not isinstance(value, Mapping):
        return default
    if SECTION in value:
        return parsed(value[SECTION], default)
    codes = {name: _codes(value, name) for name in ("select", "ignore", "extendSelect")}
    return Rules(
        default.select if codes["select"] is None else codes["select"],
        default.ignore if codes["ignore"] is None else codes["ignore"],
        default.extend_select if codes["extendSelect"] is None else codes["extendSelect"],
    )


def _codes(value: Mapping[str, Any], name: str) -> tuple[str, ...] | None:
    """The codes under a name, None where there are none."""
    codes = value.get(name)
    codes = [codes] if isinstance(codes, str) else codes
    if codes is None or codes == []:
        return None
    if not isinstance(codes, (list, tuple)) or not all(isinstance(code, str) for code in codes):
        raise SettingsError(f"{name} is to be a list of rule codes")
    try:
        return parse_codes(codes)
    except UnknownCodeError as error:
        raise SettingsError(f"{name}: {error}") from None
