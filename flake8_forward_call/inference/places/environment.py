"""The installed packages of a Python environment. They are read as source; no Python process is started.

The environment is the one that the user names, else the first of these that exists:

1. the active virtual environment (``VIRTUAL_ENV``), then the active conda environment (``CONDA_PREFIX``), unless it is
   the one that this tool runs in;
2. ``.venv`` or ``venv`` in a folder of the project, nearest first;
3. the environment that this tool runs in.

Type checkers use this order too. The exception in 1. is for pre-commit, which activates the environment that it
created for a hook.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterable, Iterator
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from flake8_forward_call.files.reading import MAX_SETTINGS, read_bytes
from flake8_forward_call.inference.places.editable import added_by_path_files
from flake8_forward_call.inference.places.folders import Folders
from flake8_forward_call.inference.places.layout import exists
from flake8_forward_call.inference.project.facts import noted

# The kind of a fact: the version of an installed package.
VERSION = "version"

# No real environment has more. A path file that lists more is damaged.
MAX_FOLDERS = 500

# The size of a release's list of files. That of torch has 12,000 lines and 1.5 MB.
MAX_RECORD = 8_000_000

# The environments of a project. They may be in any folder from the file's up to the project's top.
_IN_PROJECT = (".venv", "venv")

# The folders with packages below an environment's folder, on Unix and Windows, for pip and for Debian.
_SITE = re.compile(r"(site|dist)-packages")
_LIBRARY = re.compile(r"(?:python|pypy)(\d+)(?:\.(\d+))?t?")

_PROGRAMS = frozenset(("bin", "scripts"))


@dataclass(eq=False)
class Environment:
    """The folders with installed packages, in the order of Python's path, and the packages that are elsewhere."""

    places: tuple[Path, ...] = ()
    elsewhere: tuple[tuple[str, Path], ...] = ()
    folders: Folders = field(default_factory=Folders)

    def find(self, dotted: str, suffix: str = ".py") -> Path | None:
        """The path of a module in an installed package; None if there is none."""
        parts = dotted.split(".")
        for name, path in self.elsewhere:
            inner = name.split(".")
            if parts[: len(inner)] == inner:
                found = self.folders.module(path.parent, [path.stem, *parts[len(inner) :]], suffix)
                if found is not None:
                    return found
        owner = self._owner(parts[0])
        for place in self.places if owner is None else (owner,):
            found = self.folders.module(place, parts, suffix)
            if found is not None:
                return found
        return None

    def owns(self, top: str) -> bool:
        """Whether a package with an ``__init__.py`` of that name, or a module, is installed."""
        return self._owner(top) is not None or any(name == top for name, _ in self.elsewhere)

    def _owner(self, top: str) -> Path | None:
        return next((place for place in self.places if self.folders.owns(place, top)), None)

    def version(self, top: str) -> str | None:
        """The version of the release that contains an installed package; None if this is not certain.

        It is never certain for an editable install, whose source can be anything.
        """
        place = self._owner(top)
        if place is None or any(name == top for name, _ in self.elsewhere):
            return None
        return noted(VERSION, f"{top}\0{place}", lambda: self._version_in(place, top), str)

    def told_version(self, subject: str) -> str:
        """What a fact with this subject says about the version of a package. Raises ValueError."""
        top, place = subject.split("\0")
        return str(self._version_in(Path(place), top))

    def _version_in(self, place: Path, top: str) -> str | None:
        records = dict(filter(None, map(_release, sorted(self.folders.names_in(place)))))
        if _plain(top) in records:
            return records[_plain(top)][0]
        return next((version for version, name in records.values() if _lists(place / name / "RECORD", top)), None)


_RELEASE = re.compile(r"(.+?)-([^-]+)\.dist-info")


def _release(name: str) -> tuple[str, tuple[str, str]] | None:
    """The project, the version (without its local part) and the name of a ``.dist-info`` folder."""
    match = _RELEASE.fullmatch(name)
    return None if match is None else (_plain(match[1]), (match[2].partition("+")[0], name))


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "_", name).lower()


def _lists(record: Path, top: str) -> bool:
    """Whether the list of files of a release contains a package."""
    try:
        return f"\n{top}/__init__.py,".encode() in b"\n" + read_bytes(record, MAX_RECORD)
    except OSError:
        return False


class NoEnvironmentError(Exception):
    """There is no environment at the path that the user gave."""


@dataclass(frozen=True)
class Choice:
    """The environment that the user chose: a folder, or no environment. By default it is searched for."""

    prefix: Path | None = None
    nothing: bool = False


# One object for all, because the results about a project are kept by its environment.
_NOTHING = Environment()

# The doors set this before the first file is checked. flake8 and the command run one job per process.
CHOICE: ContextVar[Choice] = ContextVar("CHOICE", default=Choice())  # noqa: B039 (It is frozen.)


def chosen(python: str) -> Choice:
    """The choice of an environment by its folder or its interpreter. Raises NoEnvironmentError."""
    path = Path(python)
    if not exists(path) and len(path.parts) == 1:
        from shutil import which

        path = Path(which(python) or path)
    if not exists(path):
        raise NoEnvironmentError(f"{python!r} does not exist")
    for prefix in _prefixes(path):
        if next(_sites(prefix), None) is not None:
            return Choice(prefix)
    raise NoEnvironmentError(f"{python!r} is neither a Python environment nor an interpreter in one")


def _prefixes(path: Path) -> Iterator[Path]:
    """Yield the environment folders that a path may mean. For a link, those of the link come before its target's."""
    for one in (Path(os.path.abspath(path)), Path(os.path.realpath(path))):  # noqa: PTH100 (resolve() follows links.)
        yield one
        yield one.parent.parent if one.parent.name.lower() in _PROGRAMS else one.parent


def environment_of(path: Path | None, top: Path | None, configured: Choice | None = None) -> Environment:
    """The environment for the project of a file's folder: the chosen, else the configured, else the first found."""
    choice = CHOICE.get()
    if choice == Choice() and configured is not None:
        choice = configured
    if choice.nothing:
        return _NOTHING
    return _environment(choice.prefix or _found(path, top))


def look_again() -> None:
    """Read environments again when they are needed next, because packages may have been added or removed."""
    _environment.cache_clear()


def _found(path: Path | None, top: Path | None) -> Path | None:
    """The folder of the environment to use; None for this tool's own environment."""
    own = os.path.realpath(sys.prefix)
    for name in ("VIRTUAL_ENV", "CONDA_PREFIX"):
        active = os.environ.get(name)
        if active and os.path.realpath(active) != own and next(_sites(Path(active)), None) is not None:
            return Path(active)
    for folder in () if path is None or top is None else (path, *path.parents):
        for name in _IN_PROJECT:
            if exists(folder / name / "pyvenv.cfg"):
                return folder / name
        if folder == top:
            break
    return None


@lru_cache(maxsize=4)
def _environment(prefix: Path | None) -> Environment:
    """The environment in a folder, or this tool's own."""
    if prefix is None:
        sites = [Path(one) for one in sys.path if _SITE.fullmatch(Path(one).name)]
    else:
        sites = list(_sites(prefix))
        if _setting(prefix, "include-system-site-packages").lower() == "true":
            home = Path(_setting(prefix, "home"))
            sites += _sites(home.parent if home.name.lower() in _PROGRAMS else home)
    places: dict[str, Path] = {}
    elsewhere: list[tuple[str, Path]] = []
    for site in sites:
        added = added_by_path_files(site)
        for place in (site, *added.folders):
            if len(places) < MAX_FOLDERS:
                places.setdefault(os.path.realpath(place), place)
        elsewhere += added.packages
    return Environment(tuple(places.values()), tuple(elsewhere))


def _sites(prefix: Path) -> Iterator[Path]:
    """Yield the folders with packages below an environment's folder, that of its own Python version first."""
    wanted = _setting(prefix, "version") or _setting(prefix, "version_info")
    for parent in (prefix, prefix / "local"):
        for library in ("lib", "lib64", "Lib"):
            pythons = [name for name in _names(parent / library) if _LIBRARY.fullmatch(name)]
            pythons.sort(key=lambda name: (f"{wanted}.".startswith(f"{_number(name)}."), _order(name)), reverse=True)
            for folder in (*(parent / library / name for name in pythons), parent / library):
                yield from (folder / name for name in _names(folder) if _SITE.fullmatch(name))


def _names(folder: Path) -> Iterable[str]:
    return sorted(Folders().names_in(folder))


def _number(library: str) -> str:
    match = _LIBRARY.fullmatch(library)
    assert match is not None
    return ".".join(filter(None, match.groups()))


def _order(library: str) -> tuple[int, ...]:
    return tuple(map(int, _number(library).split(".")))


def _setting(prefix: Path, key: str) -> str:
    """A setting in an environment's ``pyvenv.cfg``; empty if there is none."""
    try:
        data = read_bytes(prefix / "pyvenv.cfg", MAX_SETTINGS)
    except OSError:
        return ""
    for line in data.decode(errors="replace").splitlines():
        name, equals, value = line.partition("=")
        if equals and name.strip().lower() == key:
            return value.strip()
    return ""
