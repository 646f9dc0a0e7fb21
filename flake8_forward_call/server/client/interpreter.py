"""The Python interpreter that the user chose in the editor, as Visual Studio Code's Python extension stores it."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from flake8_forward_call.inference.places.environment import Choice, NoEnvironmentError, chosen

# The section, and its keys in the order in which they count. The first is set for language servers by the extension
# itself, and by clients for Pyright: https://github.com/microsoft/pyright/blob/main/docs/settings.md
SECTION = "python"
_KEYS = ("pythonPath", "defaultInterpreterPath")

# `${workspaceFolder}`, also with a name after a colon, and `${env:HOME}`.
_VARIABLE = re.compile(r"\$\{(?:(?P<folder>workspaceFolder|workspaceRoot)(?::[^}]*)?|env:(?P<env>\w+)|[^}]*)\}")


@dataclass(frozen=True, slots=True)
class Interpreter:
    """An interpreter, and the environment that it belongs to."""

    path: str
    choice: Choice


def interpreter_in(value: object, folder: Path | None) -> Interpreter | None:
    """The interpreter in the section ``python`` of a client's settings; None if it names none that exists.

    Relative paths belong to ``folder``. A bare ``python``, the extension's default, chooses nothing.
    """
    if not isinstance(value, Mapping):
        return None
    for key in _KEYS:
        given = value.get(key)
        path = _resolved(given, folder) if isinstance(given, str) else None
        if path is not None:
            try:
                return Interpreter(path, chosen(path))
            except (NoEnvironmentError, OSError, ValueError):
                continue
    return None


def _resolved(given: str, folder: Path | None) -> str | None:
    """The path, with the editor's variables in it replaced; None if it is none."""
    unknown = False

    def replaced(match: re.Match[str]) -> str:
        nonlocal unknown
        value = str(folder or "") if match["folder"] else os.environ.get(match["env"] or "", "")
        unknown = unknown or not value
        return value

    path = os.path.expanduser(_VARIABLE.sub(replaced, given))  # noqa: PTH111 (Path.expanduser() raises without a home.)
    if unknown or not re.search(r"[\\/]", path):
        return None
    return os.path.join(folder or "", path)  # noqa: PTH118
