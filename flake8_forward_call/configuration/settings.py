"""The settings that apply to a file: those given for the run, those of its ``pyproject.toml``, the defaults."""

from __future__ import annotations

from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from flake8_forward_call.configuration.files import FILE, ConfigError, Configured, nearest, read, read_what_is_valid
from flake8_forward_call.configuration.options import OPTIONS
from flake8_forward_call.configuration.values import CodesByPattern, Value


@dataclass(frozen=True, slots=True)
class Settings:
    """A value for each option of the table; ``base`` is the folder of the file that the values come from."""

    select: tuple[str, ...] | None = None
    ignore: tuple[str, ...] = ()
    extend_select: tuple[str, ...] = ()
    per_file_ignores: CodesByPattern = ()
    exclude: tuple[str, ...] = ()
    respect_gitignore: bool = True
    force_exclude: bool = False
    module_classes: tuple[str, ...] = ()
    non_module_classes: tuple[str, ...] = ()
    roots: tuple[str, ...] = ()
    python: str | None = None
    site_packages: bool = True
    cache_dir: str | None = None
    paths: tuple[str, ...] = ()
    unsafe_fixes: bool = False
    output_format: str = "text"
    base: Path = field(default_factory=Path.cwd)

    def base_of(self, name: str) -> Path:
        """The folder that the patterns of an option are relative to; the current one if it was given for the run."""
        given = GIVEN.get()
        return (given.bases.get(name) or Path.cwd()) if name in given.values else self.base


@dataclass(frozen=True, slots=True)
class Given:
    """What was given for the whole run: options by name, the file to read instead of the nearest, whether to read none.

    ``bases``: the folders that patterns are relative to, by option name, if that is not the current folder.
    ``is_lenient``: invalid settings in a file are skipped, and the valid ones apply, so that an editor can continue.
    """

    values: Mapping[str, Value] = field(default_factory=dict)
    file: Path | None = None
    is_isolated: bool = False
    is_lenient: bool = False
    bases: Mapping[str, Path] = field(default_factory=dict)


# A door sets what the user gave before the first file is checked. Each door runs one job per process.
GIVEN: ContextVar[Given] = ContextVar("GIVEN", default=Given())  # noqa: B039 (It is frozen.)


_ABOUT_RULES = frozenset(("ignore", "extend-select"))


def counts(name: str) -> bool:
    """Whether a file's value for an option counts in this run, or what was given for the run overrides it.

    If the user selects rules for the run, exactly those apply.
    """
    given = GIVEN.get().values
    return name not in given and not ("select" in given and name in _ABOUT_RULES)


def configured(folder: Path) -> Configured | None:
    """The settings of the file that applies to a folder; None if there is none.

    Raises ConfigError. If the run is lenient, the error is one of the faults instead.
    """
    given = GIVEN.get()
    if given.is_isolated:
        return None
    reads = read_what_is_valid if given.is_lenient else read
    try:
        if given.file is not None:
            return reads(given.file, is_trusted=True)
        path = nearest(folder)
        return None if path is None else reads(path)
    except ConfigError as error:
        if not given.is_lenient:
            raise
        return Configured(folder / FILE, {}, {}, (str(error),))


def settings_of(folder: Path) -> Settings:
    """The settings for the files in a folder. Raises ConfigError."""
    found = configured(folder)
    of_file = {} if found is None else {name: value for name, value in found.values.items() if counts(name)}
    values = {**of_file, **GIVEN.get().values}
    return _settings(tuple(values.items()), Path.cwd() if found is None else found.path.parent)


def settings_or_fault(folder: Path) -> tuple[Settings, str | None]:
    """The settings for the files in a folder, and None; if they are invalid, what applies without them, and why."""
    try:
        return settings_of(folder), None
    except ConfigError as error:
        return _settings(tuple(GIVEN.get().values.items()), Path.cwd()), str(error)


@lru_cache(maxsize=64)
def _settings(values: tuple[tuple[str, Value], ...], base: Path) -> Settings:
    known = {option.name: option.attribute for option in OPTIONS}
    return Settings(base=base, **{known[name]: value for name, value in values})  # type: ignore[arg-type]
