"""Whether a package of the project with a known name is imported under that name, or under a longer one.

In ``acme/torch/`` without an ``acme/__init__.py``, ``torch`` may be the end of the name ``acme.torch``, and what its
files import from ``torch`` is PyTorch. Or ``acme`` is a folder that programs run in, and they import the package as
``torch``. The text decides: whether what the package's own files import from the name exists there, and whether other
files mention ``acme.torch``.
"""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import islice
from pathlib import Path

from flake8_forward_call.inference.places.folders import Folders, programs_below

# At most so many files of the package are read, and no more once they want so many names from it.
MAX_FILES = 20
MANY_WANTED = 12


@dataclass(eq=False)
class Namesake:
    """A package or module in the folder ``root`` with a known name. ``read`` returns the bytes of a file.

    ``folders`` are those of the project.
    """

    root: Path
    name: str
    read: Callable[[str], bytes]
    folders: Folders = field(default_factory=Folders)
    _offered: dict[str, frozenset[str] | None] = field(default_factory=dict)

    def goes_by_its_name(self, mentioning: Iterable[str]) -> bool:
        """Whether it is imported by its name, and not by a longer one.

        ``mentioning`` are the files of the project that contain its name and that of its folder.
        """
        wanted: set[tuple[str, str]] = set()
        for path in islice(self._files(), MAX_FILES):
            wanted.update(self._wanted(_outline(self.read(path))))
            if len(wanted) >= MANY_WANTED:
                break
        there = sum(self._has(module, name) for module, name in wanted)
        if 2 * there != len(wanted):
            return 2 * there > len(wanted)
        longer = _longer(self.root.name, self.name)
        return not any(longer.search(self.read(path)) for path in mentioning)

    def _files(self) -> Iterator[str]:
        own = self.folders.module(self.root, [self.name])
        if own is not None and own.stem != "__init__":
            yield str(own)
            return
        yield from programs_below(self.root / self.name)

    def _wanted(self, outline: _Outline) -> Iterator[tuple[str, str]]:
        """Yield what a file imports or reads from the name: pairs of a module and a name expected in it."""
        called: dict[str, str] = {}
        for node in outline.imports:
            match node:
                case ast.Import(names=names):
                    for one in names:
                        if self._is_inside(one.name):
                            called[one.asname or self.name] = one.name if one.asname else self.name
                            yield from self._split(one.name)
                case ast.ImportFrom(module=str(module), names=names, level=0) if self._is_inside(module):
                    for one in names:
                        called[one.asname or one.name] = f"{module}.{one.name}"
                        yield from self._split(f"{module}.{one.name}")
        for chain in outline.chains:
            if chain[0] in called:
                yield from self._split(".".join([called[chain[0]], *chain[1:]]))

    def _is_inside(self, module: str) -> bool:
        return module == self.name or module.startswith(f"{self.name}.")

    def _split(self, dotted: str) -> Iterator[tuple[str, str]]:
        """Yield the innermost existing module of a dotted name, and the name that follows it."""
        parts = dotted.split(".")
        count = 1
        while count < len(parts) - 1 and self._is_there(parts[: count + 1]):
            count += 1
        if count < len(parts) and parts[count] != "*":
            yield ".".join(parts[:count]), parts[count]

    def _is_there(self, parts: Sequence[str]) -> bool:
        """Whether a module exists, or a folder that may be one."""
        is_folder = parts[-1] in self.folders.names_in(self.root.joinpath(*parts[:-1]))
        return is_folder or self.folders.module(self.root, parts) is not None

    def _has(self, module: str, name: str) -> bool:
        """Whether a module has a name: it binds the name, its folder contains it, or it may have any name."""
        if module not in self._offered:
            self._offered[module] = self._names_of(module)
        offered = self._offered[module]
        return offered is None or name in offered

    def _names_of(self, module: str) -> frozenset[str] | None:
        """The names that a module has; None if it may have any."""
        parts = module.split(".")
        found = {one.partition(".")[0] for one in self.folders.names_in(self.root.joinpath(*parts))}
        path = self.folders.module(self.root, parts)
        if path is None:
            return frozenset(found)
        outline = _outline(self.read(str(path)))
        if outline.bound_names is None:
            return None
        found |= outline.bound_names
        for node in outline.imports:
            match node:
                case ast.ImportFrom(module=source, level=0) if source == module:
                    continue  # What it imports from itself is not bound by it.
                case ast.ImportFrom(names=[ast.alias(name="*")]):
                    return None
                case ast.Import(names=names):
                    others = [one for one in names if not self._is_inside(one.name)]
                    found |= {(one.asname or one.name).partition(".")[0] for one in others}
                case ast.ImportFrom(names=names):
                    found |= {one.asname or one.name for one in names}
        return frozenset(found)


@dataclass(frozen=True, slots=True)
class _Outline:
    """What matters here in the text of a file: its imports, and what it binds in other ways, None if that may be all.

    ``chains`` are the names of each ``a.b.c`` that begins with an imported name.
    """

    imports: tuple[ast.Import | ast.ImportFrom, ...] = ()
    chains: tuple[tuple[str, ...], ...] = ()
    bound_names: frozenset[str] | None = None


@lru_cache(maxsize=100)  # In an editor, most files are the same when it is asked again.
def _outline(data: bytes) -> _Outline:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(data)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return _Outline()
    nodes = tuple(ast.walk(tree))
    imports = tuple(node for node in nodes if isinstance(node, (ast.Import, ast.ImportFrom)))
    first = {(one.asname or one.name).partition(".")[0] for node in imports for one in node.names}
    chains = (tuple(_chain(node)) for node in nodes if isinstance(node, ast.Attribute))
    return _Outline(imports, tuple(dict.fromkeys(one for one in chains if one and one[0] in first)), _bound(nodes))


def _bound(nodes: Iterable[ast.AST]) -> frozenset[str] | None:
    """The names that a file binds by statements other than imports; None if it may have any name."""
    found: dict[str, None] = {}
    for node in nodes:
        match node:
            case ast.FunctionDef(name="__getattr__"):
                return None
            case ast.ClassDef() | ast.FunctionDef() | ast.AsyncFunctionDef():
                found[node.name] = None
            case ast.Name(id=bound, ctx=ast.Store()):
                found[bound] = None
    return frozenset(found)


def _chain(node: ast.expr) -> list[str]:
    """The names of ``a.b.c``; none if it does not begin with a name."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    return [*reversed([*parts, node.id])] if isinstance(node, ast.Name) else []


def _longer(outer: str, name: str) -> re.Pattern[bytes]:
    """A pattern for imports of a package under the longer name, with the folder that contains it."""
    first, last = re.escape(outer.encode()), re.escape(name.encode())
    return re.compile(
        rb"(?<!\w)%b\.%b(?!\w)|^[ \t]*from[ \t]+(?:\S+\.)?%b[ \t]+import\b[^\n]*(?<!\w)%b(?!\w)"
        % (first, last, first, last),
        re.MULTILINE,
    )
