"""The settings that apply to a file: those given for the run, those of the nearest file with settings, the defaults."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from flake8_forward_call.configuration.files import (
    FILE,
    ConfigError,
    Configured,
    nearest,
    of_user,
    read,
    read_what_is_valid,
)
from flake8_forward_call.configuration.layers import Part, combined, value_of_parts
from flake8_forward_call.configuration.options import AUTO, BY_NAME
from flake8_forward_call.configuration.values import CodesByPattern, Value


class Settings(NamedTuple):
    """A value for each option of the table; ``parts`` has the sources of each one that is set."""

    select: tuple[str, ...] | None = None
    ignore: tuple[str, ...] = ()
    extend_select: tuple[str, ...] = ()
    per_file_ignores: CodesByPattern = ()
    extend_per_file_ignores: CodesByPattern = ()
    fixable: tuple[str, ...] | None = None
    unfixable: tuple[str, ...] = ()
    include: tuple[str, ...] = ("*.py", "*.ipynb")
    documents: bool = False
    exclude: tuple[str, ...] = ()
    extend_exclude: tuple[str, ...] = ()
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
    fix_only: bool = False
    output_format: str = "text"
    jobs: int | str = AUTO
    extend: str | None = None
    required_version: str | None = None
    parts: tuple[tuple[str, tuple[Part, ...]], ...] = ()

    def parts_of(self, *names: str) -> Iterator[Part]:
        """The parts of the values of some options, one option after the other; none for those that are not set."""
        parts = dict(self.parts)
        for name in names:
            yield from parts.get(name, ())


@dataclass(frozen=True, slots=True)
class Given:
    """What was given for the whole run: options by name, the file to read instead of the nearest, whether to read none.

    ``inline`` are options from ``--config "KEY = VALUE"``, which those of the command line override. ``bases``: the
    folders that patterns in ``values`` are relative to, by option name, if that is not the current folder.
    ``is_lenient``: invalid settings in a file are skipped, and the valid ones apply, so that an editor can continue.
    """

    values: Mapping[str, Value] = field(default_factory=dict)
    inline: Mapping[str, Value] = field(default_factory=dict)
    file: Path | None = None
    is_isolated: bool = False
    is_lenient: bool = False
    bases: Mapping[str, Path] = field(default_factory=dict)

    def sets(self, *names: str) -> bool:
        """Whether one of these options was given for the run."""
        return any(name in self.values or name in self.inline for name in names)


# A door sets what the user gave before the first file is checked. Each door runs one job per process.
GIVEN: ContextVar[Given] = ContextVar("GIVEN", default=Given())  # noqa: B039 (It is frozen.)


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
        if path is not None:
            return reads(path)
        path = of_user()
        # As ruff does it: the user's own file has no project, so its paths are relative to the current folder.
        return None if path is None else reads(path, is_trusted=True, base=Path.cwd())
    except ConfigError as error:
        if not given.is_lenient:
            raise
        return Configured(folder / FILE, {}, {}, (str(error),))


def settings_of(folder: Path) -> Settings:
    """The settings for the files in a folder. Raises ConfigError."""
    return _settings_with(configured(folder))


def settings_or_fault(folder: Path) -> tuple[Settings, str | None]:
    """The settings for the files in a folder, and None; if they are invalid, what applies without them, and why."""
    try:
        return settings_of(folder), None
    except ConfigError as error:
        return _settings_with(None), str(error)


def _settings_with(found: Configured | None) -> Settings:
    given = GIVEN.get()
    inline = {name: Part(value, Path.cwd()) for name, value in given.inline.items()}
    values = {name: Part(value, given.bases.get(name) or Path.cwd()) for name, value in given.values.items()}
    return _settings(tuple(combined([*_layers(found), inline, values]).items()))


def _layers(found: Configured | None) -> list[dict[str, Part]]:
    """The settings of a file on top of those of the files that it extends."""
    if found is None:
        return []
    return [
        {name: Part(value, one.folder, one.path, one.lines[name]) for name, value in one.values.items()}
        for one in reversed((found, *found.extended))
    ]


@lru_cache(maxsize=64)
def _settings(parts: tuple[tuple[str, tuple[Part, ...]], ...]) -> Settings:
    values = {BY_NAME[name].attribute: value_of_parts(found) for name, found in parts}
    return Settings(**values, parts=parts)  # type: ignore[arg-type]
