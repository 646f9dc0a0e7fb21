"""Classes: their bases, which of them are modules, and what calling an instance means."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from itertools import takewhile
from operator import eq

from flake8_forward_call.inference.catalogue import MODULE_CLASS
from flake8_forward_call.inference.classes.carriers import carriers
from flake8_forward_call.inference.classes.declared import DeclaredClasses
from flake8_forward_call.inference.classes.decoration import additions
from flake8_forward_call.inference.definitions import Class, KnownClass, Meaning, SourceClass, is_foreign
from flake8_forward_call.inference.engine import Answers, unjoined
from flake8_forward_call.inference.project.project import Shared
from flake8_forward_call.inference.project.searching import deriving
from flake8_forward_call.inference.questions import MAX_CALL_FILES, Questions
from flake8_forward_call.inference.syntax.file import File
from flake8_forward_call.inference.syntax.flow import flow_of
from flake8_forward_call.inference.syntax.scopes import Scope, scopes_of
from flake8_forward_call.inference.types import PLAIN, ClassObject, Instance, Slot, Type, alternatives
from flake8_forward_call.inference.verdicts.verdict import Sameness, Standing

# Chains of base classes have at most a dozen classes. A chain longer than this is a loop or artificial. Each class of a
# chain stores those above it, so the memory grows with the square of this.
MAX_BASES = 4_000

# A class with subclasses in more files is a framework's; not all of them are known.
MAX_SUBCLASS_FILES = 200

# A global or function that gives a class as a base is rare. A name that more files have in their headers is another.
MAX_CARRIED_FILES = 10

# Neither a class nor None, because None is a class that cannot be resolved.
_CONTRADICTION = object()


# The decorator's public name, and the name of its definition.
_INTERFACES = frozenset({"torch.jit.interface", "torch.jit._script.interface"})


# What is assumed in a loop, and if its answers do not settle.
_BASES: Answers[tuple[Class | None, ...]] = unjoined((None,))
_BELOW: Answers[dict[Class, list[SourceClass]]] = unjoined({})
_SUBCLASSES: Answers[tuple[SourceClass | None, ...]] = unjoined(())
_MEANING: Answers[Meaning] = unjoined((Sameness.PERHAPS, None))
_ANY: Answers[bool] = unjoined(False)


class Hierarchy:
    """Answers about classes, each computed once."""

    def __init__(self, asked: Questions) -> None:
        self._asked = asked
        self._once = asked.engine.once
        # By class: its order, and what it is.
        self._standings: dict[Class, tuple[Sequence[Class | None], Standing]] = {}
        self._declared = DeclaredClasses(asked, asked.project.declared)

    def bases(self, cls: Class) -> tuple[Class | None, ...]:
        """The direct bases; None for each base that cannot be resolved."""
        return self._once(("bases", cls), lambda: self._all_bases(cls), _BASES)

    def _all_bases(self, cls: Class) -> tuple[Class | None, ...]:
        bases = tuple(self._read_bases(cls))
        if isinstance(cls, SourceClass) and (cls.node.decorator_list or cls.node.keywords):
            bases += tuple(self._added(cls, bases))
        if self._declared.is_module(cls):
            # Assume that the unresolved bases only make it a module, and nothing else.
            read = [one for one in bases if one is not None]
            bases = (*read, self._asked.known_class(MODULE_CLASS))
        return bases

    def _read_bases(self, cls: Class) -> Iterator[Class | None]:
        if isinstance(cls, KnownClass):
            for name in cls.entry.bases:
                yield None if name is None else self._asked.known_class(name)
            return
        assert cls.scope.parent is not None
        for node in cls.node.bases:
            yield from self.read_base(node, cls.scope.parent)

    def _added(self, cls: SourceClass, bases: Iterable[Class | None]) -> Iterator[Class | None]:
        """Yield the bases that a class gets from its decorators and metaclass, if its header names no module."""
        if not any(one is not None and self.standing(one) is Standing.MODULE for one in bases):
            yield from (one.base for one in additions(self._asked, cls))

    def read_base(self, node: ast.expr, scope: Scope, given: dict[Slot, Type] | None = None) -> Iterator[Class | None]:
        """Yield the classes of a base expression: none for ``object``, None if it cannot be resolved.

        ``given`` has what is passed to the functions around the class.
        """
        kinds = alternatives(self._asked.base(node, scope, given))
        classes = [one.cls for one in kinds if isinstance(one, ClassObject)]
        if len(classes) + kinds.count(PLAIN) < len(kinds) or not kinds:
            yield None
        elif len(classes) == 1:
            yield classes[0]
        elif classes:
            modules = [one for one in classes if self.standing(one) is Standing.MODULE]
            if len(modules) == len(classes):
                # A class with a different `__call__` represents all of them.
                yield max(modules, key=lambda one: self.meaning_of_call(one) is Sameness.DIFFERENT)
            yield None

    def order(self, cls: Class) -> tuple[Class | None, ...]:
        """The MRO, by C3 if possible, else depth first; None for each base that cannot be resolved."""
        return self._once(("order", cls), lambda: self._read_order(cls), _BASES)

    def _read_order(self, cls: Class) -> tuple[Class | None, ...]:
        bases = self.bases(cls)
        chains = [self.order(base) for base in bases if base is not None]
        # Nearly all classes have one base. Then no merge is needed.
        merged = (
            list(chains[0]) if len(chains) == 1 else _merge([*chains, [base for base in bases if base is not None]])
        )
        if merged is None or len(merged) > MAX_BASES:
            merged = list(dict.fromkeys(one for chain in chains for one in chain))[:MAX_BASES]
        if None in bases:
            # Its position among the others determines what it can override.
            before = bases[: bases.index(None)]
            at = max((merged.index(base) + 1 for base in before), default=0)
            merged.insert(at, None)
        return (cls, *(one for one in merged if one is not cls))  # It is in there only if it is its own base.

    def standing(self, cls: Class) -> Standing:
        """Whether the class derives from ``torch.nn.Module``."""
        order = self.order(cls)
        known = self._standings.get(cls)
        if known is None or known[0] is not order:  # It depends on nothing else. In a loop, the order may change.
            known = self._standings[cls] = order, self._by_order(order)
        return known[1]

    def _by_order(self, order: Sequence[Class | None]) -> Standing:
        if any(one is not None and self._declared.is_other(one) for one in order):
            return Standing.NOT_MODULE
        if any(one is not None and one.dotted == MODULE_CLASS for one in order):
            return Standing.MODULE
        return Standing.UNKNOWN if None in order else Standing.NOT_MODULE

    def is_module(self, kind: Type) -> bool:
        """Whether the type is an instance of a module class."""
        return isinstance(kind, Instance) and self.standing(kind.cls) is Standing.MODULE

    def derives(self, cls: Class, other: Class) -> bool:
        """Whether the class is the other class, or is certainly a subclass of it."""
        return other in self.order(cls)

    def derives_from(self, cls: Class, dotted: str) -> bool:
        """Whether the class is, or derives from, the class with a full dotted name."""
        return any(one is not None and one.dotted == dotted for one in self.order(cls))

    def subclasses_in(self, cls: Class, file: File) -> Sequence[SourceClass]:
        """The subclasses of a class in a file, without the class itself."""
        return [one for one in self._in_file(cls, file) if one is not None]

    def _in_file(self, cls: Class, file: File) -> Sequence[SourceClass | None]:
        """The subclasses of a class in a file, or only None if it would take too long to find them."""
        below = self._asked.of_project(Shared.SUBCLASSES_IN_FILE, file, lambda asked: asked.hierarchy.below(file), None)
        return (None,) if below is None else below.get(cls, ())

    def below(self, file: File) -> dict[Class, list[SourceClass]] | None:
        """The subclasses of each class in a file, without the class itself; not from the store."""
        for scope in scopes_of(file).classes:
            # Unless this is part of another question, each class has a limit of its own.
            self._asked.ask(partial(self.order, self._asked.source_class(scope)))
        return self._once(("below", file), lambda: self._below(file), _BELOW)

    def _below(self, file: File) -> dict[Class, list[SourceClass]]:
        below: dict[Class, list[SourceClass]] = {}
        for scope in scopes_of(file).classes:
            found = self._asked.source_class(scope)
            for base in self.order(found)[1:]:
                if base is not None:
                    below.setdefault(base, []).append(found)
        return below

    def subclasses(self, cls: SourceClass) -> Sequence[SourceClass]:
        """The subclasses of a class: all that are found, and those with a ``__call__`` however often it is named."""
        files = self._asked.project.calling_subclasses(cls.node.name)
        below = [one for file in files for one in self.subclasses_in(cls, file)]
        return list(dict.fromkeys((*below, *self.project_subclasses(cls))))

    def project_subclasses(self, cls: SourceClass) -> Sequence[SourceClass]:
        """All subclasses of a class in the project, found by name in its text."""
        return [one for one in self._search_subclasses(cls) if one is not None]

    def knows_all_subclasses(self, cls: SourceClass) -> bool:
        """Whether ``project_subclasses`` has all subclasses, and not only those in the files that were searched."""
        return None not in self._search_subclasses(cls)

    def _search_subclasses(self, cls: SourceClass) -> tuple[SourceClass | None, ...]:
        """The subclasses of a class in the project, and None if only some files were searched."""
        return self._asked.of_project(Shared.SUBCLASSES, cls, lambda asked: asked.hierarchy.searched(cls), (None,))

    def searched(self, cls: SourceClass) -> tuple[SourceClass | None, ...]:
        """The subclasses of a class in the project, and None if only some files were searched; not from the store."""
        return self._once(("subclasses", cls), lambda: tuple(dict.fromkeys(self._all_subclasses(cls))), _SUBCLASSES)

    def _all_subclasses(self, cls: SourceClass) -> Iterator[SourceClass | None]:
        """Yield the subclasses in all files that name the class or, if these are too many, in those with a header."""
        seen, todo = {cls}, [cls]
        while todo:
            parent = todo.pop()
            for one in self._named_subclasses(cls, parent):
                if one is None:
                    yield None
                elif one not in seen:
                    seen.add(one)
                    todo.append(one)
                    yield one

    def _named_subclasses(self, cls: SourceClass, parent: SourceClass) -> Iterator[SourceClass | None]:
        is_parent = partial(eq, ClassObject(parent))
        for place in self._asked.places(parent.node.name, parent.scope.file, is_parent, deriving):
            if place is not None:
                yield from self._in_file(cls, place[0])
                for name in carriers(*place):
                    for file in self._asked.project.subclasses(name, MAX_CARRIED_FILES) or ():
                        yield from self._in_file(cls, file)
                continue
            files = self._asked.project.subclasses(parent.node.name, MAX_SUBCLASS_FILES)
            if files is None:
                yield None
            for file in files or ():
                yield from self._in_file(cls, file)

    def meaning_to_subclasses(self, cls: SourceClass) -> Meaning:
        """The worst meaning of a call among the project's classes below a class, and the class that causes it."""
        own = set(self.order(cls))
        between = dict.fromkeys(
            one for subclass in self.subclasses(cls) for one in self.order(subclass) if one not in own
        )
        # What only some subclasses get from another package is no reason against the calls in their base.
        return self._at_worst(one for one in between if one is not None and not is_foreign(one))

    def meaning_of_call(self, cls: Class) -> Sameness:
        """Whether calling an instance of a module class reaches ``Module.__call__``."""
        return self.call_of(cls)[0]

    def call_of(self, cls: Class) -> Meaning:
        """The meaning of calling an instance of a module class, with the class that changes it."""
        return self._once(("call", cls), lambda: self._call_of(cls), _MEANING)

    def _call_of(self, cls: Class) -> Meaning:
        before = [*takewhile(lambda one: one is None or one.dotted != MODULE_CLASS, self.order(cls))]
        meaning, culprit = self._at_worst(one for one in before if one is not None)
        return (Sameness.PERHAPS, None) if meaning is Sameness.SAME and None in before else (meaning, culprit)

    def _at_worst(self, classes: Iterable[Class]) -> Meaning:
        meaning: Meaning = Sameness.SAME, None
        for one in classes:
            own = Sameness.DIFFERENT if self.is_interface(one) else self.own_call(one)
            if own is Sameness.DIFFERENT:
                return own, one
            if own is Sameness.PERHAPS:
                meaning = own, one
        return meaning

    def objection(self, cls: Class) -> str:
        """The reason why calling an instance of the class is not equivalent, as a clause."""
        if self.is_interface(cls):
            return f"{cls.label} is a TorchScript interface, which cannot be called"
        own = self._asked.own_calls.of(cls)
        return f"{cls.label} overrides __call__" if own is None else own.reason

    def other_calls_abound(self) -> bool:
        """Whether a module class of the project overrides ``__call__`` with another meaning."""
        return self._once("other calls", lambda: any(True for _ in self.other_calls()), _ANY)

    def other_calls(self) -> Iterator[SourceClass | None]:
        """Yield the project's module classes that override ``__call__`` with another meaning; None for too many."""
        files = self._asked.project.mentioning("__call__", "forward", MAX_CALL_FILES)
        if files is None:
            yield None
        for file in files or ():
            for scope in scopes_of(file).classes:
                cls = self._asked.source_class(scope)
                if self._has_other_call(cls):
                    yield cls

    def _has_other_call(self, cls: SourceClass) -> bool:
        if "__call__" not in flow_of(cls.scope).exit:
            return False
        return self.standing(cls) is Standing.MODULE and self.own_call(cls) is Sameness.DIFFERENT

    def own_call(self, cls: Class) -> Sameness | None:
        """What the class itself changes about calling its instances; None if nothing."""
        own = self._asked.own_calls.of(cls)
        return None if own is None else own.sameness

    def comes_without_hooks(self, cls: Class) -> bool:
        """Whether an instance that was created elsewhere may lack what ``Module.__call__`` needs."""
        return any(isinstance(one, KnownClass) and one.entry.hookless for one in self.order(cls))

    def is_interface(self, cls: Class) -> bool:
        """Whether the class is a TorchScript interface, whose values have ``forward`` but cannot be called."""
        if isinstance(cls, KnownClass):
            return cls.entry.interface
        return any(self._asked.dotted(node, cls.scope.parent) in _INTERFACES for node in cls.node.decorator_list)


def _merge(chains: Sequence[Sequence[Class | None]]) -> list[Class | None] | None:
    """The C3 linearisation; None if the bases contradict each other."""
    remaining = [list(reversed(chain)) for chain in chains if chain]
    behind = Counter(one for chain in remaining for one in chain[:-1])  # How many chains have it below the head.
    merged: list[Class | None] = []
    while remaining:
        heads = [chain[-1] for chain in remaining]
        head = next((one for one in heads if not behind[one]), _CONTRADICTION)
        if head is _CONTRADICTION:
            return None
        merged.append(head)  # type: ignore[arg-type]
        for chain in remaining:
            if chain[-1] is head:
                chain.pop()
                if chain:
                    behind[chain[-1]] -= 1
        remaining = [chain for chain in remaining if chain]
    return merged
