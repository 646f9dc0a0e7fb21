"""What a dotted name is: a file of the project, or a fact of the catalogue."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from flake8_forward_call.inference.catalogue import Catalogue
from flake8_forward_call.inference.catalogue.package import Fact
from flake8_forward_call.inference.classes.declared import Declared
from flake8_forward_call.inference.syntax.bindings import Assigned
from flake8_forward_call.inference.syntax.scopes import Scope, ScopeMap
from flake8_forward_call.sources.rows import Rows

if TYPE_CHECKING:
    from flake8_forward_call.inference.syntax.references import References
    from flake8_forward_call.inference.usage.stores import Stores

# If a file is asked for more names, all of its names are read at once.
_MAX_NAMES = 40


@dataclass(eq=False)
class File:
    """One file under analysis. ``name`` is its dotted module name, empty if it is unknown.

    ``is_installed`` distinguishes the files of other packages from those of the project. ``text`` is what ``tree`` was
    parsed from; None if it is not at hand.
    """

    path: str
    tree: ast.Module
    name: str = ""
    is_package: bool = False
    is_installed: bool = False
    text: str | None = None
    _references_to: dict[str, References] = field(init=False, default_factory=dict)

    @cached_property
    def scopes(self) -> ScopeMap:
        """The scopes of the file."""
        return ScopeMap(self.tree, self)

    @cached_property
    def references(self) -> References:
        """How the file uses names."""
        from flake8_forward_call.inference.syntax.references import References

        return References(self)

    def references_to(self, name: str) -> References:
        """The same for one name. Cheaper, because only the statements that mention it are read.

        Most files are asked for very few names.
        """
        if self.text is None or "references" in self.__dict__:
            return self.references
        found = self._references_to.get(name)
        if found is None:
            rows = self._rows.mentioning(name)
            if rows is None or len(self._references_to) >= _MAX_NAMES:
                return self.references
            from flake8_forward_call.inference.syntax.references import References

            found = self._references_to[name] = References(self, rows)
        return found

    @cached_property
    def _rows(self) -> Rows:
        return Rows(self.text or "")

    @cached_property
    def stores(self) -> Stores:
        """What the file stores in objects."""
        from flake8_forward_call.inference.usage.stores import Stores

        return Stores(self)

    @cached_property
    def imported(self) -> frozenset[str]:
        """The top-level names of everything that the file imports."""
        from flake8_forward_call.inference.clues.frameworks import tops_imported

        return tops_imported(self.tree)

    @property
    def root(self) -> Scope:
        """The module's own scope."""
        return self.scopes.root

    def exports(self, name: str) -> bool:
        """Whether ``from ... import *`` imports the name, if the file has it."""
        if self._all is not None:
            return name in self._all
        return not name.startswith("_")

    @cached_property
    def _all(self) -> frozenset[str] | None:
        """The names in ``__all__``; None if there is no such list, or if it is more than one literal."""
        bound = list(self.root.flow.bound.get("__all__", ()))
        match bound:
            case [Assigned(value=ast.List(elts=elements) | ast.Tuple(elts=elements), path=())]:
                names = [one.value for one in elements if isinstance(one, ast.Constant)]
                grown = any("__all__" in ast.unparse(call.func) for call in self.root.calls)  # __all__.extend(...)
                return None if grown or len(names) < len(elements) else frozenset(map(str, names))
            case _:
                return None

    def absolute(self, module: str, level: int) -> str | None:
        """The full name of an imported module, by the name of the file; None if its dots lead nowhere."""
        if level == 0:
            return module
        if not self.name:
            return None
        parts = self.name.split(".")
        drop = level - 1 if self.is_package else level
        if drop > len(parts):
            return None
        base = parts[: len(parts) - drop]
        return ".".join([*base, module] if module else base) or None


@dataclass(eq=False)
class Project:
    """The files that a name may lead to, each read when one does, and the catalogue as a fallback.

    ``find`` returns the file of a dotted module name, or None: it decides how much inference can read. ``subclasses``
    returns the files in which a class with a ``__call__`` may be a subclass of one with the given name. ``mentioning``
    returns the files whose text contains a word and another text, or None if there are more than a limit. These are
    read one by one while the caller iterates, so it can stop early. ``stub`` returns the stub of a module with source.
    ``hides`` says whether the project hides a dotted name of the catalogue; ``mentions`` whether a name occurs in a
    module, before the module is parsed. ``imported`` returns the full name of a module as a file imports it, given
    the name after ``import`` and the number of leading dots; None if they lead nowhere. ``is_published`` means that
    anyone may call and extend the project. ``declared`` are the classes declared by the user.
    """

    catalogue: Catalogue
    find: Callable[[str], File | None] = lambda _: None
    subclasses: Callable[[str], Iterable[File]] = lambda _: ()
    mentioning: Callable[[str, str, int], Iterable[File] | None] = lambda _word, _beside, _limit: ()
    stub: Callable[[str], File | None] = lambda _: None
    hides: Callable[[str], bool] = lambda _: False
    mentions: Callable[[str, str], bool] = lambda _, __: True
    imported: Callable[[File, str, int], str | None] = File.absolute
    is_published: bool = False
    declared: Declared = field(default_factory=Declared)
    _files: dict[str, File | None] = field(default_factory=dict)
    _stubs: dict[str, File | None] = field(default_factory=dict)

    def is_open(self, file: File) -> bool:
        """Whether code outside the project may call and extend what is in a file, so that not all uses are known."""
        return self.is_published or file.is_installed

    def file(self, module: str) -> File | None:
        """The file of a dotted module name, or None."""
        if module not in self._files:
            self._files[module] = self.find(module)
        return self._files[module]

    def stub_of(self, module: str) -> File | None:
        """The stub of a module of that name, or None."""
        if module not in self._stubs:
            self._stubs[module] = self.stub(module) if module else None
        return self._stubs[module]

    def known(self, dotted: str) -> Fact | None:
        """What the catalogue has under a name; None if the project hides that name."""
        entry = self.catalogue.resolve(dotted)
        return None if entry is None or self.hides(dotted) else entry
