"""Whether a package of the project that bears a known name goes by that name, or only lies in a folder called so.

In ``acme/torch/`` without an ``acme/__init__.py``, ``torch`` may be the end of the name ``acme.torch``, and what its
files import from ``torch`` is PyTorch. Or ``acme`` is a folder that programs run in, and the package is ``torch`` to
them. The text decides: what the package's own files want from the name is there or it is not, and others say
``acme.torch`` or they do not.
"""

from __future__ import annotations

import ast
import os
import re
import warnings
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from pathlib import Path

from flake8_forward_call.inference.folders import Folders

# So many files of the package are asked; the first few already tell.
MAX_FILES = 50


def goes_by_its_name(root: Path, name: str, read: Callable[[str], bytes], mentioning: Iterable[str]) -> bool:
    """Whether what lies under ``root`` is imported as ``name``, and not under a longer one.

    ``read`` gives the bytes of a file, ``mentioning`` the files of the project with the names of both.
    """
    wanted = {one for path in islice(_files(root, name), MAX_FILES) for one in _wanted(name, read(path))}
    there = {one for one in wanted if one in _offered(root, name, read)} if wanted else set()
    if 2 * len(there) != len(wanted):
        return 2 * len(there) > len(wanted)
    longer = _longer(root.name, name)
    return not any(longer.search(read(path)) for path in mentioning)


def _files(root: Path, name: str) -> Iterator[str]:
    """Yield the files of a package or module."""
    module = root / f"{name}.py"
    if module.is_file() and not (root / name / "__init__.py").is_file():
        yield str(module)
        return
    for folder, inner, files in os.walk(root / name):
        inner.sort()
        yield from (os.path.join(folder, one) for one in sorted(files) if one.endswith(".py"))  # noqa: PTH118 (Texts.)


def _wanted(name: str, text: bytes) -> Iterator[str]:
    """Yield what a text takes from a package: ``x`` of ``from package import x`` and of ``package.x``."""
    bare = re.escape(name.encode())
    imported = re.compile(rb"^[ \t]*from[ \t]+%b[ \t]+import[ \t]*(\([^)]*\)|[^\n\\]*)" % bare, re.MULTILINE)
    for match in imported.finditer(text):
        for one in re.sub(rb"#[^\n]*", b"", match[1]).strip(b"()").split(b","):
            words = one.split()
            if words:
                yield words[0].decode(errors="replace")
    for match in re.finditer(rb"(?<![\w.])%b\.([A-Za-z_]\w*)" % bare, text):
        yield match[1].decode()


class _Anything:
    """Stands for the names of a package that may have any."""

    def __contains__(self, name: object) -> bool:
        return True


def _offered(root: Path, name: str, read: Callable[[str], bytes]) -> frozenset[str] | _Anything:
    """The names that a package or module has: what its own file binds, and what lies in its folder."""
    places = [root / name / "__init__.py", root / f"{name}.py"]
    own = next((str(one) for one in places if one.is_file()), None)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(b"" if own is None else read(own))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return _Anything()
    found: set[str] = set()
    for node in ast.walk(tree):
        match node:
            case ast.ImportFrom(module=module, level=0) if module == name:
                continue
            case ast.ImportFrom(names=[ast.alias(name="*")]) | ast.FunctionDef(name="__getattr__"):
                return _Anything()
            case ast.Import(names=names):
                others = [one for one in names if one.name.partition(".")[0] != name]
                found |= {(one.asname or one.name).partition(".")[0] for one in others}
            case ast.ImportFrom(names=names):
                found |= {one.asname or one.name for one in names}
            case ast.ClassDef() | ast.FunctionDef() | ast.AsyncFunctionDef():
                found.add(node.name)
            case ast.Name(id=bound, ctx=ast.Store()):
                found.add(bound)
    found |= {one.partition(".")[0] for one in Folders().names_in(root / name)}
    return frozenset(found)


def _longer(outer: str, name: str) -> re.Pattern[bytes]:
    """What a text has that imports the package under the name of the folder which it lies in."""
    first, last = re.escape(outer.encode()), re.escape(name.encode())
    return re.compile(
        rb"(?<!\w)%b\.%b(?!\w)|^[ \t]*from[ \t]+(?:\S+\.)?%b[ \t]+import\b[^\n]*(?<!\w)%b(?!\w)"
        % (first, last, first, last),
        re.MULTILINE,
    )
