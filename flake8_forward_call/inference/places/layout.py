"""Where the packages of a project are, by ``setup.cfg``, ``pyproject.toml`` and the usual folder names."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from flake8_forward_call.configuration.toml import TomlError, parsed
from flake8_forward_call.files.reading import MAX_SETTINGS, read_bytes
from flake8_forward_call.inference.project.facts import digest, note, noted

# The kinds of facts: whether a path exists, where it leads if there is a link on the way, whether a folder is the top
# of a project, and what the settings in it say about its packages.
EXISTS, REAL, MARKED, LAYOUT = "exists", "real", "marked", "layout"

# Any of these marks the top of a project.
REPOSITORY_MARKS = (".git", ".hg")
SETTINGS = ("pyproject.toml", "setup.py", "setup.cfg")
MARKS = (*SETTINGS, *REPOSITORY_MARKS)

# Folders that contain packages but are not packages.
SOURCE_FOLDERS = ("src", "lib", "python")

# How many folders are remembered: more than the largest projects have.
_KEPT = 8192

# How many real paths are kept.
_MANY = 30_000

# For a line that is not part of a section, configparser searches for the end again from each space in it.
_BLANKS = re.compile(r"(?<=\S)[^\S\n]{2,}")


@dataclass(frozen=True)
class Layout:
    """The folders from which imports are resolved, and the packages whose name differs from their folder's."""

    folders: tuple[Path, ...] = ()
    renamed: dict[str, Path] = field(default_factory=dict)


def is_marked(folder: Path) -> bool:
    """Whether a folder is the top of a project."""
    found = _is_marked(folder)
    note(MARKED, str(folder), told_existing(found))
    return found


@lru_cache(maxsize=_KEPT)
def _is_marked(folder: Path) -> bool:
    return _has_any(folder, MARKS)


def has_settings(folder: Path) -> bool:
    """Whether the folder has project settings, and is not just the top of a repository."""
    return _has_any(folder, SETTINGS)


def _has_any(folder: Path, names: Iterable[str]) -> bool:
    return any(os.path.exists(f"{folder}{os.sep}{name}") for name in names)  # noqa: PTH110 (As below.)


def exists(path: Path) -> bool:
    """Whether the path exists; False if access is denied."""
    found = os.path.exists(path)  # noqa: PTH110 (Path.exists() raises if access is denied.)
    note(EXISTS, str(path), told_existing(found))
    return found


def real(path: str | os.PathLike[str]) -> str:
    """The path without links."""
    found = _real(os.fspath(path))
    if found != os.fspath(path):
        note(REAL, os.fspath(path), found)
    return found


@lru_cache(maxsize=_MANY)
def _real(path: str) -> str:
    return os.path.realpath(path)


def told_existing(found: bool) -> str:
    """What a fact says about a path."""
    return "yes" if found else "no"


def layout_of(folder: Path) -> Layout:
    """The layout from the settings in a folder and the usual folders in it. Invalid settings are ignored.

    Other projects that the settings name by path belong to it as well, with their own folders.
    """
    return noted(LAYOUT, str(folder), lambda: _layout_with_linked(folder), told_layout)


def told_layout(layout: Layout) -> str:
    """What a fact says about a layout."""
    renamed = (f"{package}={place}" for package, place in layout.renamed.items())
    return digest(*map(str, layout.folders), "", *renamed)


@lru_cache(maxsize=_KEPT)
def _layout_with_linked(folder: Path) -> Layout:
    settings = _settings(folder)
    own = _layout(folder, settings)
    others = [Path(os.path.normpath(folder / place)) for place in _linked(settings)]
    linked = [place for one in others for place in (*_layout(one, _settings(one)).folders, one) if exists(place)]
    return Layout(tuple(dict.fromkeys((*own.folders, *linked))), own.renamed)


def look_again() -> None:
    """Forget the answers that may have changed."""
    _real.cache_clear()
    _is_marked.cache_clear()
    _layout_with_linked.cache_clear()


def _layout(folder: Path, settings: dict[str, Any]) -> Layout:
    found = [folder / name for name in SOURCE_FOLDERS]
    renamed: dict[str, Path] = {}
    for package, place in (*_of_setup_cfg(folder / "setup.cfg"), *_of_pyproject(settings)):
        path = Path(os.path.normpath(folder / place))
        if not package:
            found.append(path)
        elif package.rpartition(".")[2] == path.name:
            found += path.parents[package.count(".") :][:1]
        else:
            renamed[package] = path
    return Layout(tuple(path for path in dict.fromkeys(found) if exists(path)), renamed)


def _settings(folder: Path) -> dict[str, Any]:
    """The table ``tool`` in a folder's ``pyproject.toml``."""
    return _tables(_toml(_text(folder / "pyproject.toml")), "tool")


def _of_setup_cfg(path: Path) -> Iterator[tuple[str, str]]:
    """Yield pairs of a package and its folder. An empty package name means all packages that are not named."""
    text = _text(path)
    if not text:
        return
    import configparser  # Late, because few projects still have such a file.

    parser = configparser.ConfigParser(interpolation=None, strict=False)
    try:
        parser.read_string(_BLANKS.sub(" ", text))
    except configparser.Error:
        return
    for line in parser.get("options", "package_dir", fallback="").replace(",", "\n").splitlines():
        package, equals, place = line.partition("=")
        if equals:
            yield package.strip(), place.strip()
    for line in parser.get("options.packages.find", "where", fallback="").replace(",", "\n").splitlines():
        if line.strip():
            yield "", line.strip()


def _of_pyproject(tools: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield such pairs from the settings of setuptools, hatch, poetry, PDM, uv, maturin and pytest."""
    setuptools = _tables(tools, "setuptools")
    for package, place in _tables(setuptools, "package-dir").items():
        yield from ((package, one) for one in _texts(place))
    for place in _texts(_tables(setuptools, "packages", "find").get("where")):
        yield "", place
    hatch = _tables(tools, "hatch", "build")
    for table in (hatch, _tables(hatch, "targets", "wheel")):
        for place in _texts(table.get("packages")):
            yield place.rstrip("/").rpartition("/")[2], place
        for place in (*_texts(table.get("sources")), *_texts(table.get("dev-mode-dirs"))):
            yield "", place
    packages = _tables(tools, "poetry").get("packages")
    for one in packages if isinstance(packages, list) else ():
        if isinstance(one, dict):
            yield from (("", place) for place in _texts(one.get("from")))
    for keys, key in _FOLDERS:
        yield from (("", place) for place in _texts(_tables(tools, *keys).get(key)))


def _linked(tools: dict[str, Any]) -> Iterator[str]:
    """Yield the paths of other projects that uv's or poetry's settings name."""
    poetry = _tables(tools, "poetry")
    groups = [_tables(one, "dependencies") for one in _tables(poetry, "group").values()]
    for table in (_tables(tools, "uv", "sources"), _tables(poetry, "dependencies"), *groups):
        for source in table.values():
            for one in source if isinstance(source, list) else [source]:
                yield from _texts(_tables(one).get("path"))


# Settings that name folders from which imports are resolved.
_FOLDERS = (
    (("pdm", "build"), "package-dir"),
    (("uv", "build-backend"), "module-root"),
    (("maturin",), "python-source"),
    (("pytest", "ini_options"), "pythonpath"),
)


def _tables(data: object, *keys: str) -> dict[str, Any]:
    for key in keys:
        data = data.get(key) if isinstance(data, dict) else None
    return data if isinstance(data, dict) else {}


def _texts(value: object) -> list[str]:
    """The strings in a setting that may be a string or a list."""
    values = value if isinstance(value, (list, dict)) else [value]
    return [one for one in values if isinstance(one, str) and "\0" not in one]


def _toml(text: str) -> dict[str, Any]:
    try:
        return parsed(text) if text else {}
    except TomlError:
        return {}


def _text(path: Path) -> str:
    try:
        return read_bytes(path, MAX_SETTINGS).decode("utf-8-sig", "replace")
    except OSError:
        return ""
