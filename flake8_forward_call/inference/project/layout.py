"""Where a project says that its packages lie: ``setup.cfg``, ``pyproject.toml`` and the folders that are usual."""

from __future__ import annotations

import configparser
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from flake8_forward_call.configuration.toml import TomlError, parsed
from flake8_forward_call.files.reading import MAX_SETTINGS, read_bytes

# Any of these marks the top of a project.
REPOSITORY_MARKS = (".git", ".hg")
SETTINGS = ("pyproject.toml", "setup.py", "setup.cfg")
MARKS = (*SETTINGS, *REPOSITORY_MARKS)

# Folders that hold packages and are none.
SOURCE_FOLDERS = ("src", "lib", "python")

# A line that is none of a section makes configparser look for its end again from each blank in it.
_BLANKS = re.compile(r"(?<=\S)[^\S\n]{2,}")


@dataclass(frozen=True)
class Layout:
    """The folders that imports are counted from, and the packages that go by another name than their folder."""

    folders: tuple[Path, ...] = ()
    renamed: dict[str, Path] = field(default_factory=dict)


def is_marked(folder: Path) -> bool:
    """Whether a project has its top here."""
    return any(exists(folder / mark) for mark in MARKS)


def has_settings(folder: Path) -> bool:
    """Whether the folder is that of a project with settings, and not of a repository alone."""
    return any(exists(folder / name) for name in SETTINGS)


def exists(path: Path) -> bool:
    """Whether something is at the path, as far as one may look."""
    return os.path.exists(path)  # noqa: PTH110 (Path.exists() raises where one may not look.)


def layout_of(folder: Path) -> Layout:
    """What the settings in a folder say, and the usual folders in it; settings that do not parse say nothing.

    Other projects that the settings name by their paths are of it as well, with the folders of theirs.
    """
    settings = _settings(folder)
    own = _layout(folder, settings)
    others = [Path(os.path.normpath(folder / place)) for place in _linked(settings)]
    linked = [place for one in others for place in (*_layout(one, _settings(one)).folders, one) if exists(place)]
    return Layout(tuple(dict.fromkeys((*own.folders, *linked))), own.renamed)


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
    """The settings of tools in a folder's ``pyproject.toml``."""
    return _tables(_toml(_text(folder / "pyproject.toml")), "tool")


def _of_setup_cfg(path: Path) -> Iterator[tuple[str, str]]:
    """Yield pairs of a package, empty for all that are not named, and its place."""
    parser = configparser.ConfigParser(interpolation=None, strict=False)
    try:
        parser.read_string(_BLANKS.sub(" ", _text(path)))
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
    """The same from the settings of setuptools, hatch, poetry, PDM, uv, maturin and pytest."""
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
    """Yield the places of other projects that uv's or poetry's settings name."""
    poetry = _tables(tools, "poetry")
    groups = [_tables(one, "dependencies") for one in _tables(poetry, "group").values()]
    for table in (_tables(tools, "uv", "sources"), _tables(poetry, "dependencies"), *groups):
        for source in table.values():
            for one in source if isinstance(source, list) else [source]:
                yield from _texts(_tables(one).get("path"))


# Settings that name folders which imports are counted from.
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
    """The texts in a setting that may be one or a list of them."""
    values = value if isinstance(value, (list, dict)) else [value]
    return [one for one in values if isinstance(one, str) and "\0" not in one]


def _toml(text: str) -> dict[str, Any]:
    try:
        return parsed(text)
    except TomlError:
        return {}


def _text(path: Path) -> str:
    try:
        return read_bytes(path, MAX_SETTINGS).decode("utf-8-sig", "replace")
    except OSError:
        return ""
