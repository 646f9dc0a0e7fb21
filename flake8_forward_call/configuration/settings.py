"""The settings that hold for a file: what was given for the run, what its ``pyproject.toml`` says, the defaults."""

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
    """A value for each option of the table; ``base`` is the folder of the file that they come from."""

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
        """The folder that the patterns of an option are relative to: the current one for what was given for the run."""
        return Path.cwd() if name in GIVEN.get().values else self.base


@dataclass(frozen=True, slots=True)
class Given:
    """What was said for the whole run: options by their names, the file to read in place of the nearest, or none.

    ``is_lenient``: settings in a file that cannot be used are skipped, and the valid ones apply. So an editor goes on.
    """

    values: Mapping[str, Value] = field(default_factory=dict)
    file: Path | None = None
    is_isolated: bool = False
    is_lenient: bool = False


# A door says what the user gave before the first file is looked at; both doors run one job in a process.
GIVEN: ContextVar[Given] = ContextVar("GIVEN", default=Given())  # noqa: B039 (It is frozen.)


_ABOUT_RULES = frozenset(("ignore", "extend-select"))


def counts(name: str) -> bool:
    """Whether what a file says of an option counts in this run, or gives way to what was given for it.

    Whoever says which rules to apply means these, and no more and no less.
    """
    given = GIVEN.get().values
    return name not in given and not ("select" in given and name in _ABOUT_RULES)


def configured(folder: Path) -> Configured | None:
    """What is set in a file for what lies in a folder; None if nothing is.

    Raises ConfigError, or where that is to be skipped, notes it among the faults.
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
    """The settings for what lies in a folder. Raises ConfigError."""
    found = configured(folder)
    of_file = {} if found is None else {name: value for name, value in found.values.items() if counts(name)}
    values = {**of_file, **GIVEN.get().values}
    return _settings(tuple(values.items()), Path.cwd() if found is None else found.path.parent)


@lru_cache(maxsize=64)
def _settings(values: tuple[tuple[str, Value], ...], base: Path) -> Settings:
    known = {option.name: option.attribute for option in OPTIONS}
    return Settings(base=base, **{known[name]: value for name, value in values})  # type: ignore[arg-type]
