"""Which of the files that somebody names are Python."""

from __future__ import annotations

import os
import re

from flake8_forward_call.files.reading import read_head

# The suffixes of Python, of notebooks, and of tools whose files are Python programs. pre-commit's table (the package
# `identify`) takes the same for Python: its hooks are handed these.
_SUFFIXES = frozenset((".py", ".pyi", ".pyw", ".pyt", ".ipynb", ".gyp", ".gypi", ".tac", ".wsgi"))
# Names, or parts of one between dots.
_NAMES = frozenset(("wscript", "pdbrc"))

# The first line that names Python, or one of those below it by which nix-shell names its interpreter.
_SHEBANG = re.compile(rb"(?:\xef\xbb\xbf)?(?:#!.*\n)*?#!.*?(?:(?<![\w-])(?:python|pypy)[\d.]*(?![\w-])|\buv run\b)")
# Bytes that are read in search of it.
_HEAD = 1024


def is_python(path: str) -> bool:
    """Whether a plain file is Python, by its name or, whatever its name, by a first line such as `#!/usr/bin/python3`.

    True too where it cannot be read, so that whoever reads it next says why.
    """
    return _is_by_name(path) or _is_by_first_line(path)


def _is_by_name(path: str) -> bool:
    name = os.path.basename(path)  # noqa: PTH119 (A text.)
    _, suffix = os.path.splitext(name)  # noqa: PTH122
    return suffix.lower() in _SUFFIXES or not _NAMES.isdisjoint(name.split("."))


def _is_by_first_line(path: str) -> bool:
    try:
        return _SHEBANG.match(read_head(path, _HEAD)) is not None
    except OSError:
        return True
