"""Who calls the instances of a class: ``x(...)`` for its ``__call__``.

No name leads to such calls. But code that calls an instance names its class, a base or a subclass of it, or what makes
one. So only files that do are read, and there each call of something that is such an instance counts.
"""

from __future__ import annotations

from collections.abc import Iterator

from flake8_forward_call.inference.definitions import SourceClass, is_foreign
from flake8_forward_call.inference.questions import Questions
from flake8_forward_call.inference.syntax.file import File
from flake8_forward_call.inference.syntax.flow import flow_of
from flake8_forward_call.inference.syntax.references import Called
from flake8_forward_call.inference.syntax.scopes import root_of
from flake8_forward_call.inference.types import Instance, Origin, Slot, Type, alternatives

# At most so many files are read for one class, and so many calls of values looked at in them.
MAX_FILES = 20
MAX_CALLS = 500

# The methods that run when an instance is called.
METHODS = frozenset({"__call__"})


class InstanceCalls:
    """The calls of a class's instances. Once all were yielded, ``is_lost`` says whether there may be more."""

    def __init__(self, asked: Questions, cls: SourceClass, name: str) -> None:
        self._asked = asked
        self._cls = cls
        self._name = name
        self.is_lost = False

    def calls(self) -> Iterator[Called]:
        """Yield each call of an instance in the files that name the class, one of its bases or its subclasses."""
        count = 0
        for file in self._files():
            for scope in root_of(file).inward():
                for call in scope.calls:
                    count += 1
                    if count > MAX_CALLS:
                        self.is_lost = True
                        return
                    if any(map(self._is_related, alternatives(self._asked.expression(call.func, scope)))):
                        yield Called(call.func, scope, call)

    def _files(self) -> Iterator[File]:
        hierarchy = self._asked.hierarchy
        bases = [one for one in hierarchy.order(self._cls) if isinstance(one, SourceClass) and not is_foreign(one)]
        seen: dict[File, None] = {}
        for one in dict.fromkeys([*bases, *hierarchy.project_subclasses(self._cls)]):
            files = self._asked.files_mentioning(one.node.name, one.scope.file, MAX_FILES)
            self.is_lost |= files is None
            seen.update(dict.fromkeys(files or (one.scope.file,)))
        for at, file in enumerate(seen):
            if at == MAX_FILES:
                self.is_lost = True
                return
            yield file

    def _is_related(self, kind: Type) -> bool:
        """Whether calling a value may run the class's method."""
        match kind:
            case Instance(cls=SourceClass() as cls, origin=origin):
                pass
            case Slot(bound=Instance(cls=SourceClass() as cls)):
                origin = Origin.DECLARED
            case _:
                return False
        if self._asked.hierarchy.derives(cls, self._cls):
            return self._runs(cls)
        return origin is not Origin.CONSTRUCTED and self._asked.hierarchy.derives(self._cls, cls)

    def _runs(self, cls: SourceClass) -> bool:
        """Whether instances of a class have the method from here, and not an override of it."""
        for one in self._asked.hierarchy.order(cls):
            if isinstance(one, SourceClass) and self._name in flow_of(one.scope).exit:
                return one is self._cls
        return False
