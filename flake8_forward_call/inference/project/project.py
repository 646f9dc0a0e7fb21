"""What a dotted name is: a file of the project, or a fact of the catalogue."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Any

from flake8_forward_call.inference.catalogue import Catalogue
from flake8_forward_call.inference.catalogue.package import Fact
from flake8_forward_call.inference.project.declared import Declared
from flake8_forward_call.inference.syntax.file import File

# If a file is asked for more names, all of its names are read at once.
_MAX_NAMES = 40


class Shared(Enum):
    """The kinds of questions that are answered once for all files of a project."""

    SUBCLASSES = auto()  # Those of a class, in the whole project.
    SUBCLASSES_IN_FILE = auto()  # Those of each class, in one file.


@dataclass(eq=False)
class Project:
    """The files that a name may lead to, each read when one does, and the catalogue as a fallback.

    ``find`` returns the file of a dotted module name, or None: it decides how much inference can read. ``subclasses``
    returns the files in which a class may be a subclass of one with the given name, ``calling_subclasses`` those that
    also have a ``__call__``, and ``mentioning`` those whose text contains a word and another text: the first and the
    last of them return None if there are more than a limit. The files are read one by one while the caller iterates,
    so it can stop early. ``stub`` returns the stub of a module with source.
    ``hides`` says whether the project hides a dotted name of the catalogue; ``mentions`` whether a name occurs in a
    module, before the module is parsed. ``imported`` returns the full name of a module as a file imports it, given
    the name after ``import`` and the number of leading dots; None if they lead nowhere. ``is_published`` means that
    anyone may call and extend the project. ``declared`` are the classes declared by the user. ``shared`` answers
    questions of a kind once for all files, see ``Questions.of_project``. An evaluator answers all others by itself.
    """

    catalogue: Catalogue
    find: Callable[[str], File | None] = lambda _: None
    subclasses: Callable[[str, int], Iterable[File] | None] = lambda _, __: ()
    calling_subclasses: Callable[[str], Iterable[File]] = lambda _: ()
    mentioning: Callable[[str, str, int], Iterable[File] | None] = lambda _word, _beside, _limit: ()
    stub: Callable[[str], File | None] = lambda _: None
    hides: Callable[[str], bool] = lambda _: False
    mentions: Callable[[str, str], bool] = lambda _, __: True
    imported: Callable[[File, str, int], str | None] = File.absolute
    is_published: bool = False
    declared: Declared = field(default_factory=Declared)
    shared: Mapping[Shared, Callable[[Hashable, Callable[[Any], Any], Any], Any]] = field(default_factory=dict)
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
