"""Why a receiver has its type: the steps of the inference, in words for people.

The evaluator itself does not record its steps. A ``Tracer`` answers the same questions and notes which led to which.
The steps that matter for the result are selected from that, or those that lead to the point where the evidence ends.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise

from flake8_forward_call.inference.catalogue import MODULE_CLASS
from flake8_forward_call.inference.catalogue.module_containers import ELEMENT
from flake8_forward_call.inference.definitions import Class, SourceClass
from flake8_forward_call.inference.evaluator import Evaluator
from flake8_forward_call.inference.syntax.bindings import (
    Annotated,
    Assigned,
    Augmented,
    Binding,
    Entered,
    Imported,
    Iterated,
    Matched,
    Narrowed,
    Parameter,
)
from flake8_forward_call.inference.syntax.file import File
from flake8_forward_call.inference.syntax.flow import flow_of
from flake8_forward_call.inference.syntax.scopes import Scope, root_of
from flake8_forward_call.inference.types import (
    NEVER,
    UNKNOWN,
    Awaitable,
    ClassObject,
    Function,
    Instance,
    KnownFunction,
    Managed,
    Many,
    Mapping,
    Namespace,
    Partial,
    Result,
    Slot,
    Tuple,
    Type,
    Union,
    Unknown,
    alternatives,
)
from flake8_forward_call.inference.usage import elsewhere

# Nobody reads more steps. Those that are left out are further from the receiver.
MAX_STEPS = 30

# How many characters of an expression are shown.
_SHOWN = 60


@dataclass(frozen=True, slots=True)
class Step:
    """One step: a sentence, and the file and row that show it; an empty path if no file does."""

    path: str
    row: int
    text: str


@dataclass(slots=True, eq=False)
class _Question:
    """A question, the questions that it led to, and the answer."""

    key: object
    inner: dict[_Question, None] = field(default_factory=dict)
    kind: Type = NEVER


class Tracer(Evaluator):
    """An evaluator that remembers which question led to which."""

    _root: _Question | None = None
    _around: list[_Question] | None = None

    def trace(self, node: ast.expr, scope: Scope) -> tuple[Type, _Question]:
        """The type of a receiver, and the questions that led to it. Raises OutOfBudget."""
        self._asked: dict[Hashable, _Question] = {}
        root = _Question(None)
        self._around = [root]
        root.kind = self.ask(lambda: self.resolved(self.expression(node, scope)))
        self._around = None
        return root.kind, root

    def once(self, key: Hashable, compute: Callable[[], Type]) -> Type:
        """The answer to a question, which is recorded under the question that led to it."""
        if self._around is None:
            return super().once(key, compute)
        question = self._asked.setdefault(key, _Question(key))
        self._around[-1].inner[question] = None
        self._around.append(question)
        try:
            question.kind = super().once(key, compute)
        finally:
            self._around.pop()
        return question.kind


def trail(asked: Tracer, root: _Question, kind: Type) -> list[Step]:
    """The steps from the receiver to its classes, or to the point where the evidence ends."""
    told: dict[Step, None] = {}
    wanted = _Wanted(kind)
    for step in _steps(asked, root, wanted, set()):
        told[step] = None
        if len(told) >= MAX_STEPS:
            break
    return list(told)


def ancestry(asked: Evaluator, kind: Type) -> Iterator[Step]:
    """Yield, for each possible class of the receiver, its path to ``torch.nn.Module``, or as far as it was read."""
    for cls in dict.fromkeys(_own_classes(kind)):
        if cls.dotted == MODULE_CLASS:
            yield Step("", 0, "its exact class is unknown, except that it derives from torch.nn.Module")
            continue
        way = _way(asked, cls)
        for one, base in pairwise(way):
            assert one is not None
            yield Step(*_place(one), _derivation(asked, one, base))
        if len(way) == 1:
            yield Step(*_place(cls), f"class `{_name(cls)}` has no base class")


def _derivation(asked: Evaluator, cls: Class, base: Class | None) -> str:
    """How a class gets a base: from its header, or from a decorator or metaclass."""
    found = asked.cause_of_base(cls, base)
    if found is None:
        return f"class `{_name(cls)}` derives from {_name(base)}"
    if base is None:
        return f"the effect of {found} on class `{_name(cls)}` could not be determined"
    return f"{found} makes class `{_name(cls)}` derive from {_name(base)}"


def _way(asked: Evaluator, cls: Class) -> list[Class | None]:
    """The shortest path from a class through its bases to ``torch.nn.Module``, else to a base that was not read."""
    ways: list[list[Class | None]] = [[cls]]
    unread: list[Class | None] = []
    seen: set[Class | None] = {cls}
    for way in ways:
        last = way[-1]
        if last is None:
            unread = unread or way
            continue
        if last.dotted == MODULE_CLASS:
            return way
        for base in asked.hierarchy.bases(last):
            if base not in seen or base is None:
                seen.add(base)
                ways.append([*way, base])
    return unread or ways[-1]


def _name(cls: Class | None) -> str:
    if cls is None:
        return "a base class that could not be resolved"
    return "torch.nn.Module" if cls.dotted == MODULE_CLASS else cls.dotted


def _place(cls: Class | None) -> tuple[str, int]:
    return (cls.scope.file.path, cls.node.lineno) if isinstance(cls, SourceClass) else ("", 0)


class _Wanted:
    """Which steps to report: those on the way to the classes of the result, and to what could not be resolved."""

    def __init__(self, kind: Type) -> None:
        self._classes = set(_own_classes(kind))
        self._unknown = any(isinstance(one, Unknown) for one in alternatives(kind)) or not self._classes

    def __call__(self, question: _Question) -> bool:
        return self._is_wanted(question.kind) or any(
            self._is_wanted(one.kind) for one in question.inner if isinstance(one.key, tuple) and one.key[0] == "passed"
        )

    def _is_wanted(self, kind: Type) -> bool:
        if self._unknown and any(_is_lost(one) for one in alternatives(kind)):
            return True
        return any(cls in self._classes for cls in _classes(kind))


def _is_lost(kind: Type) -> bool:
    return isinstance(kind, (Unknown, Slot, Result, Namespace)) or kind == NEVER


def _own_classes(kind: Type) -> Iterator[Class]:
    """Yield the classes of the alternatives themselves."""
    for one in alternatives(kind):
        match one:
            case Instance(cls) | ClassObject(cls):
                yield cls
            case Slot(bound=bound) if bound != one:
                yield from _own_classes(bound)


def _classes(kind: Type) -> Iterator[Class]:
    """Yield the classes that a type mentions: itself, in a container, or as a function's result."""
    match kind:
        case Instance(cls, _, slots):
            yield cls
            yield from _classes(dict(slots).get(ELEMENT, NEVER))
        case ClassObject(cls):
            yield cls
        case Union(several) | Tuple(several):
            for one in several:
                yield from _classes(one)
        case Many(inner) | Awaitable(inner) | Managed(inner) | Partial(inner) | Mapping(_, inner):
            yield from _classes(inner)
        case KnownFunction(returns=inner):
            yield from _classes(inner)
        case Slot(bound=bound):
            yield from _classes(bound)


def _steps(asked: Tracer, question: _Question, wanted: _Wanted, seen: set[int]) -> Iterator[Step]:
    """Yield the steps of a question and of those that it led to, in the order in which they were asked."""
    if id(question) in seen:
        return
    seen.add(id(question))
    own = list(_told(asked, question))
    yield from own
    for inner in question.inner:
        if wanted(inner) or any(isinstance(one, Function) for one in alternatives(inner.kind)):
            yield from _steps(asked, inner, wanted, seen)


def _told(asked: Tracer, question: _Question) -> Iterator[Step]:
    match question.key:
        case Narrowed(test=test):
            yield _at(test.scope, test.node, f"the test `{_text(test.node)}` narrows it")
        case Binding() as binding:
            text = _of_binding(binding, question.kind)
            if text is not None:
                yield _at(binding.scope, binding.node, text)
        case ("passed", Slot(name=name) as slot, _):
            parameter = asked.parameter_of(slot)
            assert parameter is not None
            callee = getattr(parameter.function, "name", "lambda")
            if all(isinstance(one, Unknown) for one in alternatives(question.kind)):
                text = f"no call of `{callee}` was found that shows what `{name}` is"
            else:
                text = f"`{name}` is what the calls of `{callee}` in this project pass"
            yield _at(parameter.scope, parameter.argument, text)
        case ("returned" | "returned to", Scope() as scope, *_):
            yield from _of_function(scope)
        case ("registry", File() as file, str(name)):
            bound = next(iter(flow_of(root_of(file)).bound[name]))
            what = "modules alone" if question.kind != UNKNOWN else "not modules alone, or nothing"
            yield _at(bound.scope, bound.node, f"the project registers {what} in `{name}`")
        case ("elsewhere", SourceClass() as cls, str(name), _):
            if question.kind not in (NEVER, elsewhere.NOT_SET):
                yield Step(
                    *_place(cls), f"`{cls.node.name}` does not set `{name}` itself; other code in the project does"
                )
        case ("member", SourceClass() as cls, str(name)):
            if question.kind == NEVER or not question.inner:
                yield Step(*_place(cls), f"`{cls.node.name}` does not define `{name}`")


def _of_function(scope: Scope) -> Iterator[Step]:
    """Yield what a function shows of its result: its annotation, else what it returns or yields."""
    node = scope.node
    if isinstance(node, ast.Lambda):
        yield _at(scope, node, f"the lambda returns `{_text(node.body)}`")
        return
    name, declared = getattr(node, "name", ""), getattr(node, "returns", None)
    if declared is not None:
        yield _at(scope, node, f"`{name}` is declared to return `{_text(declared)}`")
        return
    for one in (*flow_of(scope).yielded.values(), *flow_of(scope).returned.values()):
        if one.value is not None:
            verb = "returns" if isinstance(one, ast.Return) else "yields"
            yield _at(scope, one, f"`{name}` {verb} `{_text(one.value)}`")


def _of_binding(binding: Binding, kind: Type) -> str | None:
    target = _text(binding.node)
    match binding:
        case Assigned(value=value):
            return None if value is binding.node else f"`{_target(binding)}` is set to `{_text(value)}`"
        case Annotated(annotation=annotation, value=value):
            given = "" if value is None else f" and set to `{_text(value)}`"
            return (
                f"`{_text(getattr(binding.node, 'target', binding.node))}` is declared as `{_text(annotation)}`{given}"
            )
        case Augmented(target=node, value=value):
            return f"`{_text(node)}` is extended with `{_text(value)}`"
        case Iterated(iterable=iterable):
            return f"`{target}` iterates over `{_text(iterable)}`"
        case Entered(context=context):
            return f"`{target}` is the value of `with {_text(context)}`"
        case Imported():
            return _of_import(binding, kind)
        case Parameter():
            return _of_parameter(binding, kind)
        case Matched(subject=subject):
            return f"a `case` matches it against `{_text(subject)}`"
        case _:
            return None


def _target(binding: Binding) -> str:
    node = binding.node
    if isinstance(node, ast.Call):  # self.add_module("name", module)
        return f"{_text(node.func)}(...)"
    return _text(node)


def _of_import(binding: Imported, kind: Type) -> str:
    dots = "." * binding.level
    origin = f"{dots}{binding.module}"
    what = f"`{binding.name}` is imported from `{origin}`" if binding.name else f"`{origin}` is imported"
    if binding.name and isinstance(kind, Namespace):
        return f"{what}, which was not found in the project, the installed packages or the catalogue"
    return what


def _of_parameter(binding: Parameter, kind: Type) -> str | None:
    name, function = binding.argument.arg, getattr(binding.function, "name", "lambda")
    if any(isinstance(one, Slot) and one.owner == "Self" for one in alternatives(kind)):
        around = binding.scope.enclosing_class
        owner = getattr(around.node, "name", "") if around is not None else ""
        return f"`{name}` is an instance of `{owner}` in its method `{function}`"
    if binding.argument.annotation is not None:
        return f"`{name}` is a parameter of `{function}`, declared as `{_text(binding.argument.annotation)}`"
    return f"`{name}` is a parameter of `{function}` without an annotation"


def _at(scope: Scope, node: ast.AST, text: str) -> Step:
    return Step(scope.file.path, getattr(node, "lineno", 0), text)


def _text(node: ast.AST) -> str:
    if isinstance(node, ast.alias):
        return node.asname or node.name
    try:
        text = " ".join(ast.unparse(node).split())
    except (RecursionError, ValueError, AttributeError):
        return "..."
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 3]}..."
