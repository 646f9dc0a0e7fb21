"""What a receiver is if docstrings are right: an evaluator that believes them where the source shows nothing."""

from __future__ import annotations

import ast
from collections.abc import Callable, Hashable, Iterator, Sequence

from flake8_forward_call.inference.clues import frameworks
from flake8_forward_call.inference.clues.clue import Told, clue_at
from flake8_forward_call.inference.clues.docstrings import Described, Named, described, named
from flake8_forward_call.inference.definitions import SourceClass
from flake8_forward_call.inference.evaluator import Evaluator
from flake8_forward_call.inference.syntax.flow import flow_of
from flake8_forward_call.inference.syntax.scopes import Scope
from flake8_forward_call.inference.types import (
    ClassObject,
    Instance,
    Many,
    Origin,
    Slot,
    Type,
    Unknown,
    alternatives,
    union,
)
from flake8_forward_call.inference.verdicts.verdict import Clue


class Believing(Evaluator):
    """An evaluator for which a docstring shows what nothing else shows: a parameter, an attribute, a result."""

    _described: dict[int, Described | None]
    believed: dict[Clue, None]

    def _prepared(self) -> None:
        self._described, self.believed = {}, {}

    def told(self, receiver: ast.expr, scope: Scope) -> Told | None:
        """The type of a receiver with the docstrings that show it; None if none does. Raises OutOfBudget."""
        self._prepared()
        kind = self.ask(lambda: self.resolved(self.expression(receiver, scope)))
        return Told(kind, tuple(self.believed)) if self.believed else None

    def once(self, key: Hashable, compute: Callable[[], Type]) -> Type:
        """The answer to a question; if it is unknown, what a docstring says."""
        match key:
            case ("passed", Slot() as slot, _):
                kind = super().once(key, lambda: self._or_else(compute(), lambda: self._of_parameter(slot)))
            case ("returned", Scope() as scope):
                kind = super().once(key, lambda: self._or_else(compute(), lambda: self._of_result(scope)))
            case ("member", SourceClass() as cls, str(name)):
                kind = super().once(key, lambda: self._or_else(compute(), lambda: self._of_attribute(cls, name)))
            case _:
                kind = super().once(key, compute)
        return kind

    def _or_else(self, kind: Type, otherwise: Callable[[], Type | None]) -> Type:
        if not any(isinstance(one, Unknown) for one in alternatives(kind)):
            return kind
        told = otherwise()
        if told is None:
            return kind
        return union([*(one for one in alternatives(kind) if not isinstance(one, Unknown)), told])

    # Where docstrings are

    def _of_parameter(self, slot: Slot) -> Type | None:
        binding = self.parameter_of(slot)
        if binding is None or isinstance(binding.function, ast.Lambda):
            return None
        around = binding.scope.enclosing_class
        holders = [binding.scope]
        if around is not None and binding.function.name == "__init__":
            holders.append(around)
        for holder in holders:
            found = self._read(holder)
            texts = () if found is None else found.of_parameter(slot.name)
            if texts:
                return self._believe(texts, binding.scope, holder, f"`{slot.name}` is")
        return None

    def _of_result(self, scope: Scope) -> Type | None:
        if getattr(scope.node, "returns", None) is not None:
            return None
        found = self._read(scope)
        return None if found is None else self._believe(found.returns, scope, scope, "the result is")

    def _of_attribute(self, cls: SourceClass, name: str) -> Type | None:
        found = self._read(cls.scope)
        texts = () if found is None else found.attributes.get(name, ())
        return self._believe(texts, cls.scope, cls.scope, f"`{name}` is")

    def _read(self, scope: Scope) -> Described | None:
        """What the docstring of a function or class says; None if it has none, or belongs to another framework."""
        if id(scope) not in self._described:
            node = scope.node
            text = ast.get_docstring(node, clean=True) if isinstance(node, _WITH_DOCSTRING) else None
            counts = text is not None and frameworks.is_for_torch(self, scope.file)
            self._described[id(scope)] = described(text) if text is not None and counts else None
        return self._described[id(scope)]

    # What they say

    def _believe(self, texts: Sequence[str], scope: Scope, holder: Scope, subject: str) -> Type | None:
        """The type that the texts give; None if they give none, or contradict each other."""
        found: dict[Type, str] = {}
        for text in texts:
            said = named(text)
            kind = None if said is None else self._type(said, scope)
            if kind is not None:
                found.setdefault(kind, text)
        if len(found) != 1:
            return None
        ((kind, text),) = found.items()
        owner = getattr(holder.node, "name", "")
        clause = f"the docstring of `{owner}` says that {subject} `{' '.join(text.split())}`"
        self.believed[clue_at(holder, holder.node, clause)] = None
        return kind

    def _type(self, said: Named, scope: Scope) -> Type | None:
        """The type with these names; None unless each is a class that is known."""
        classes = [self._class(name, scope) for name in said.dotted]
        known = [one for one in classes if one is not None]
        if len(known) < len(classes):
            return None
        return Many(union(known)) if said.is_many else union(known)

    def _class(self, dotted: str, scope: Scope) -> Instance | None:
        for kind in self._readings(dotted, scope):
            if isinstance(kind, Instance):
                return kind
        return None

    def _readings(self, dotted: str, scope: Scope) -> Iterator[Type]:
        """Yield what a dotted name in a docstring may mean: in its file, else as a full name."""
        yield self.type_comment(dotted, scope.parent or scope)
        module, dot, name = dotted.rpartition(".")
        if not dot or any(dotted.partition(".")[0] in flow_of(one).bound for one in scope.outward()):
            return
        # Docstrings say `nn.Module` in files that do not import `nn`.
        kind = self.member("torch.nn" if module == "nn" else module, name)
        yield Instance(kind.cls, Origin.DECLARED) if isinstance(kind, ClassObject) else kind


_WITH_DOCSTRING = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
