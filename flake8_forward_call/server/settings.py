"""Which rules count, as the client says it: for all, or for each of its folders."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from flake8_forward_call.selection import Selection, UnknownCodeError, parse_codes

# The section of a client's settings that is this server's.
SECTION = "forward-call"


class SettingsError(Exception):
    """Settings that cannot be understood; the text says which."""


@dataclass
class Settings:
    """``default`` counts where the client says nothing of its own for a folder that a file lies in, nearest first."""

    default: Selection
    by_folder: dict[Path, Selection] = field(default_factory=dict)

    def selection(self, path: str) -> Selection:
        """The selection for the file at a path."""
        for folder in Path(path).parents:
            if folder in self.by_folder:
                return self.by_folder[folder]
        return self.default


def parsed(value: object, default: Selection) -> Selection:
    """The selection that a client's settings make: ``select``, ``ignore``, ``extendSelect``, lists or texts of codes.

    What they do not say is as by default. Raises SettingsError.
    """
    if not isinstance(value, Mapping):
        return default
    if SECTION in value:
        return parsed(value[SECTION], default)
    codes = {name: _codes(value, name) for name in ("select", "ignore", "extendSelect")}
    return Selection(
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
