"""The client's settings, for all files or for one of its folders, and the resulting terms for a file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from os.path import realpath
from pathlib import Path
from typing import Any

from flake8_forward_call.configuration.options import OPTIONS, Option
from flake8_forward_call.configuration.selecting import selection_of
from flake8_forward_call.configuration.settings import GIVEN, configured, settings_of
from flake8_forward_call.configuration.values import OptionValueError, Value, did_you_mean, shortened, value_of
from flake8_forward_call.findings.selection import Selection
from flake8_forward_call.inference.places import environment
from flake8_forward_call.server.client import log
from flake8_forward_call.server.client.interpreter import Interpreter
from flake8_forward_call.server.skipping import is_skipped

# The section for this server in a client's settings.
SECTION = "forward-call"


@dataclass(frozen=True, slots=True)
class Extra:
    """A setting that only an editor has: true or false, one of the ``choices``, or a path if there are none."""

    name: str
    help: str
    default: object = None
    choices: tuple[str, ...] = ()

    @property
    def shape(self) -> dict[str, object]:
        """Its values, as JSON schema."""
        kind: dict[str, object] = {"type": "boolean" if isinstance(self.default, bool) else "string"}
        return {**kind, "enum": list(self.choices)} if self.choices else kind

    def value_of(self, given: object) -> object:
        """Its value. Raises OptionValueError."""
        if isinstance(self.default, bool):
            if not isinstance(given, bool):
                raise OptionValueError(f"must be true or false, not {shortened(repr(given))}")
        elif not isinstance(given, str):
            raise OptionValueError(f"must be a string, not {shortened(repr(given))}")
        elif self.choices and given not in self.choices:
            raise OptionValueError(f"cannot be {shortened(repr(given))}; {did_you_mean(given, self.choices)}")
        return given


CHECK_EXCLUDED = Extra("checkExcluded", "Whether to check open files that the command would skip.", False)
WORKSPACE_DIAGNOSTICS = Extra(
    "workspaceDiagnostics", "Whether to check all files of the workspace if the editor asks for it.", True
)
LOG_LEVEL = Extra("logLevel", "What the server logs.", log.DEFAULT_LEVEL, log.LEVELS)
LOG_FILE = Extra(
    "logFile",
    "The file to log to, instead of standard error. It counts only in the initialization options.",
)
EXTRAS = (CHECK_EXCLUDED, LOG_FILE, LOG_LEVEL, WORKSPACE_DIAGNOSTICS)

# Set by clients for themselves.
_OF_CLIENTS = frozenset(("trace",))


def name_in_editors(option: Option) -> str:
    """The name of an option of the table in an editor's settings, where names are written like ``extendSelect``."""
    first, *others = option.name.split("-")
    return first + "".join(map(str.capitalize, others))


_OPTIONS = {name_in_editors(option): option for option in OPTIONS} | {option.name: option for option in OPTIONS}
_EXTRAS = {one.name: one for one in EXTRAS}
_KNOWN = (*map(name_in_editors, OPTIONS), *_EXTRAS)


@dataclass(frozen=True, slots=True)
class Preferences:
    """A client's settings. What they leave out is decided by the command line and the project's settings.

    ``values`` has options of the table by name, ``bases`` the folders that their patterns are relative to; ``extras``
    has those that only an editor has. An ``interpreter`` is the one that the user chose in the editor, which counts if
    nobody names an environment.
    """

    values: Mapping[str, Value] = field(default_factory=dict)
    bases: Mapping[str, Path] = field(default_factory=dict)
    extras: Mapping[str, object] = field(default_factory=dict)
    interpreter: Interpreter | None = None

    def extra(self, one: Extra) -> Any:
        """The value of a setting that only an editor has."""
        return self.extras.get(one.name, one.default)

    def apply(self, folder: Path) -> None:
        """Let these settings count in this context, for the files in a folder. Raises ConfigError unless lenient."""
        given = GIVEN.get()
        if self.values:
            values, bases = {**given.values, **self.values}, {**given.bases, **self.bases}
            if "select" in self.values:  # As on the command line, exactly these rules count.
                values = {
                    name: one for name, one in values.items() if name in self.values or name not in _BESIDE_SELECT
                }
            GIVEN.set(replace(given, values=values, bases=bases))
            if not _ENVIRONMENT.isdisjoint(self.values):
                environment.CHOICE.set(environment.Choice())
        if self.interpreter is not None and environment.CHOICE.get() == environment.Choice():
            settings = settings_of(folder)
            if settings.python is None and settings.site_packages:
                environment.CHOICE.set(self.interpreter.choice)


_BESIDE_SELECT = frozenset(("ignore", "extend-select"))
_ENVIRONMENT = frozenset(("python", "site-packages"))


@dataclass(frozen=True, slots=True)
class Terms:
    """The terms for a file: whether it is skipped, which rules apply, and the faults in the project's settings.

    ``unsafe_fixes``: whether "fix all" makes unsafe fixes too.
    """

    is_skipped: bool
    selection: Selection = Selection()  # noqa: RUF009 (It is frozen.)
    faults: tuple[str, ...] = ()
    unsafe_fixes: bool = False


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
    """The terms for the file at a path in a workspace with these folders. The settings count from here on.

    Raises ConfigError unless lenient, and OSError.
    """
    folder = Path(realpath(path)).parent
    preferences.apply(folder)
    skipped = not preferences.extra(CHECK_EXCLUDED) and is_skipped(path, folders)
    found = configured(folder)
    faults = () if found is None else found.faults
    return Terms(skipped, selection_of(path), faults, settings_of(folder).unsafe_fixes)


def parsed(value: object, default: Preferences, base: Path | None = None) -> tuple[Preferences, list[str]]:
    """A client's settings, and the faults in them.

    Each option of the table can be set, with the same values as in ``pyproject.toml``, and each of ``EXTRAS``. Paths
    and patterns are relative to ``base``, or to the current folder. For missing or invalid settings, the default
    applies.
    """
    if isinstance(value, Mapping) and SECTION in value:
        value = value[SECTION]
    if not isinstance(value, Mapping):
        return default, []
    base = base or Path.cwd()
    values: dict[str, Value] = {}
    extras: dict[str, object] = {}
    faults = []
    for name, given in value.items():
        option, extra = _OPTIONS.get(name), _EXTRAS.get(name)
        if given is None or given == [] or name in _OF_CLIENTS:
            continue
        try:
            if option is not None:
                values[option.name] = value_of(option, given, base)
            elif extra is not None:
                extras[name] = extra.value_of(given)
            else:
                faults.append(f"unknown setting {shortened(repr(name))}; {did_you_mean(name, _KNOWN)}")
        except OptionValueError as error:
            faults.append(f"{name} {error}")
    return replace(
        default,
        values={**default.values, **values},
        bases={**default.bases, **dict.fromkeys(values, base)},
        extras={**default.extras, **extras},
    ), faults


def schema() -> dict[str, Any]:
    """The JSON schema of the client's settings, for editors and for people."""
    from flake8_forward_call.configuration import schema as of_table

    table: dict[str, Any] = of_table.schema()
    properties = {name_in_editors(option): table["properties"][option.name] for option in OPTIONS}
    for one in EXTRAS:
        properties[one.name] = {"description": one.help, **one.shape}
        if one.default is not None:
            properties[one.name]["default"] = one.default
    return {
        **table,
        "description": f"The section {SECTION} of an editor's settings.",
        "properties": dict(sorted(properties.items())),
    }
