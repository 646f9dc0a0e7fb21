"""Which of the named files are Python."""

from __future__ import annotations

import os
import re

from flake8_forward_call.files.reading import read_head

# The suffixes of Python, of notebooks, and of tools whose files are Python programs. pre-commit passes the same files
# to its Python hooks (see the package `identify`).
_SUFFIXES = frozenset((".py", ".pyi", ".pyw", ".pyt", ".ipynb", ".gyp", ".gypi", ".tac", ".wsgi"))
# Names, or parts of a name between dots.
_NAMES = frozenset(("wscript", "pdbrc"))

# A first line that names Python, or one of the lines below it, where nix-shell names the interpreter.
_SHEBANG = re.compile(rb"(?:\xef\xbb\xbf)?(?:#!.*\n)*?#!.*?(?:(?<![\w-])(?:python|pypy)[\d.]*(?![\w-])|\buv run\b)")
# How many bytes are searched for it.
_HEAD = 1024


def is_python(path: str) -> bool:
    """Whether a regular file is Python, by its name or by a first line such as `#!/usr/bin/python3`.

    Also true if it cannot be read, so that the caller tries to read it and reports why it cannot.
    """
    return _is_by_name(path) or _is_by_first_line(path)


def _is_by_name(path: str) -> bool:
    name = os.path.basename(path)  # noqa: PTH119 (A string.)
    _, suffix = os.path.splitext(name)  # noqa: PTH122
    return suffix.lower() in _SUFFIXES or not _NAMES.isdisjoint(name.split("."))


def _is_by_first_line(path: str) -> bool:
    try:
        return _SHEBANG.match(read_head(path, _HEAD)) is not None
    except OSError:
        return True
