"""Who calls a function, or creates instances of a class.

The text of the project is searched for the names first, so that only files that can matter are parsed.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator
from pathlib import PurePath

from flake8_forward_call.inference.answers import Found
from flake8_forward_call.inference.classes import bodies
from flake8_forward_call.inference.definitions import Class, SourceClass, is_foreign
from flake8_forward_call.inference.questions import MAX_FILES, Questions
from flake8_forward_call.inference.statements.strings import ends_of, may_end_up_as
from flake8_forward_call.inference.syntax.bindings import Assigned
from flake8_forward_call.inference.syntax.file import File
from flake8_forward_call.inference.syntax.references import Called, Handed, asked_name, references_of, references_to
from flake8_forward_call.inference.syntax.scopes import Scope, root_of
from flake8_forward_call.inference.types import (
    UNKNOWN,
    Builtin,
    ClassObject,
    Function,
    Instance,
    Namespace,
    Origin,
    Slot,
    Type,
    Unknown,
    alternatives,
)
from flake8_forward_call.inference.usage import handed_in, relaying
from flake8_forward_call.inference.usage.handed_in import HandedIn

# At most so many files are searched for code that gets the function by a computed name.
MAX_ASKING_FILES = 10

# A function that is passed on in more places is followed no further.
MAX_HANDED = 30

# What a class's own code calls to create another instance: `cls(...)`, `type(self)(...)`, `self.__class__(...)`.
_OWN_MAKERS = ("cls", "type", "__class__")

_AUTOGRAD_FUNCTION = "torch.autograd.function.Function"

# Functions that only inspect a class or function that they get.
_ONLOOKERS = frozenset({"isinstance", "issubclass", "super", "hasattr", "getattr", "type", "callable", "print", "repr"})

# The packages whose decorators register nothing and return what they decorate.
_TRANSPARENT = frozenset({"abc", "builtins", "contextlib", "dataclasses", "functools", "torch", "typing", "warnings"})


class Search:
    """All calls of one function. Once all were yielded, ``is_handed_on`` says whether there may be more.

    ``bound_to`` are the objects to which the function is bound as a method, whose calls are not found. ``is_lost`` says
    whether there may be others.
    """

    def __init__(self, asked: Questions, node: ast.FunctionDef | ast.AsyncFunctionDef, scope: Scope) -> None:
        self._asked = asked
        self._node = node
        self._scope = scope
        around = scope.enclosing_class
        self._owner = None if around is None else asked.source_class(around)
        self._cls = self._owner if node.name == "__init__" else None
        self._nodes = {node, *self._overridden()}
        self._is_given_back = False  # Whether the enclosing function returns it.
        self._handed: list[Handed] = []  # Where it is passed on, to be followed from there.
        self.bound_to: list[Type] = []  # The objects to which it is bound as a method.
        self.is_lost = False
        self._keepers = [*self._registering(node.decorator_list, scope.parent)]
        if self._cls is not None:
            self._keepers += self._registering(self._cls.node.decorator_list, self._cls.scope.parent)
        elif self._owner is not None:
            self.is_lost |= any(map(_may_call_back, asked.hierarchy.order(self._owner)))

    @property
    def is_handed_on(self) -> bool:
        """Whether there may be calls that were not yielded."""
        return self.is_lost or bool(self.bound_to)

    def _overridden(self) -> Iterator[ast.AST]:
        """Yield the methods of the same name in the bases: a call of these may be a call of this method."""
        if self._owner is not None and self._cls is None:
            for one in self._asked.hierarchy.order(self._owner)[1:]:
                inner = bodies.first_method(one, self._node.name) if isinstance(one, SourceClass) else None
                if inner is not None:
                    yield inner.node

    def _registering(self, decorators: Iterable[ast.expr], scope: Scope | None) -> Iterator[tuple[ast.expr, Scope]]:
        """Yield the decorators that may keep what they decorate."""
        for one in decorators:
            name = self._asked.dotted(one, scope)
            if scope is not None and (name is None or not _is_transparent(name)):
                yield one, scope

    def calls(self) -> Iterator[Found]:
        """Yield each call of the function, or of the class whose constructor it is."""
        if self._cls is None:
            yield from self._calls_by(self._node.name)
            if self._node.name == "forward" and self._owner is not None:
                yield from self._applied(self._owner)
            self.is_lost = self.is_lost or self._is_asked_for()
            if self._is_given_back:
                yield from self._calls_of_maker()
            yield from self._passed_on()
            return
        subclasses = self._asked.hierarchy.project_subclasses(self._cls)
        self.is_lost |= not self._asked.hierarchy.knows_all_subclasses(self._cls)
        for name in dict.fromkeys(one.node.name for one in (self._cls, *subclasses) if self._is_method_of(one)):
            yield from self._calls_by(name)
        own = dict.fromkeys(one.scope.file for one in (self._cls, *subclasses))
        for name in (*_OWN_MAKERS, "__init__"):
            for file in own:
                yield from self._calls_in(file, name)
        yield from self._passed_on()

    def _passed_on(self) -> Iterator[Found]:
        """Yield the calls by code that gets the function, or the class, as a value."""
        following = HandedIn(self._asked, self._may_lead_here)
        for decorator, scope in self._keepers:
            found = [*following.calls_by_decorator(decorator, scope)]
            self.is_lost |= not found
            yield from self._those_of_it(found, self._cls is not None)
        at = 0
        while at < len(self._handed):  # What is found may be passed on as well.
            handed = self._handed[at]
            at += 1
            owner = handed_in.bound_to(self._asked, handed) if self._cls is None else None
            if owner is not None:
                self.bound_to.append(owner)
                continue
            is_bound = self._is_bound(handed)
            if handed.given_to is not None:
                for call in relaying.calls(self._asked, handed.node, handed.given_to, handed.scope):
                    yield Found(Called(handed.node, handed.scope, call), is_bound)
            yield from self._those_of_it(following.calls(handed), is_bound)
        self.is_lost |= following.is_lost

    def _those_of_it(self, calls: Iterable[Called], is_bound: bool) -> Iterator[Found]:
        """Yield the calls of what may be the function, or the class."""
        for called in calls:
            kinds = alternatives(self._asked.resolved(self._asked.expression(called.callee, called.scope)))
            if any(self._may_lead_here(one) or self._is_base(one) for one in kinds):
                yield Found(called, is_bound)

    def _is_base(self, kind: Type) -> bool:
        """Whether a value is declared as a class that this one derives from: ``type[nn.Module]``."""
        match kind:
            case ClassObject(cls, Origin.DECLARED):
                return self._cls is not None and self._asked.hierarchy.derives(self._cls, cls)
            case _:
                return False

    def _is_bound(self, handed: Handed) -> bool:
        kinds = alternatives(self._asked.expression(handed.node, handed.scope))
        return self._cls is not None or any(isinstance(one, Function) and one.owner is not None for one in kinds)

    def _calls_by(self, name: str) -> Iterator[Found]:
        for place in places(self._asked, name, self._scope.file, self._is_itself):
            if place is None:
                self.is_lost = True
            else:
                yield from self._calls_in(*place)

    def _applied(self, owner: SourceClass) -> Iterator[Found]:
        """Yield what calls ``forward`` of an autograd function: ``apply``, which gives it a context before the rest.

        See https://docs.pytorch.org/docs/stable/notes/extending.html.
        """
        if not self._asked.hierarchy.derives_from(owner, _AUTOGRAD_FUNCTION):
            return
        files = self._asked.files_mentioning("apply", self._scope.file, MAX_FILES, owner.node.name)
        self.is_lost |= files is None
        for file in files or (self._scope.file,):
            references = references_to(file, "apply")
            for name in references.names_for("apply"):
                for called in references_to(file, name).called.get(name, ()):
                    for applied, scope in self._applied_by(called.callee, called.scope):
                        kinds = alternatives(self._asked.expression(applied, scope))
                        if any(isinstance(one, ClassObject) and self._is_method_of(one.cls) for one in kinds):
                            yield Found(called, True)

    def _applied_by(self, callee: ast.expr, scope: Scope) -> Iterator[tuple[ast.expr, Scope]]:
        """Yield the class whose ``apply`` is called, directly or by a name: ``step = Step.apply``."""
        match callee:
            case ast.Attribute(value=owner, attr="apply"):
                yield owner, scope
            case ast.Name():
                for one in self._asked.bound(callee, scope):
                    match one:
                        case Assigned(value=ast.Attribute(value=owner, attr="apply"), path=()):
                            yield owner, one.scope

    def _calls_in(self, file: File, name: str) -> Iterator[Found]:
        references = references_to(file, name)
        for called in references.called.get(name, ()):
            for callee in alternatives(self._asked.expression(called.callee, called.scope)):
                found = self._found(called, callee, name)
                if found is not None:
                    yield found
        for handed in references.handed.get(name, ()):
            self._look_at(handed)

    def _found(self, called: Called, callee: Type, name: str) -> Found | None:
        match callee:
            case Function(node, owner=owner) if node is self._node:
                return Found(called, owner is not None)
            case Function(node, owner=owner) if node in self._nodes and _may_be_subclass(owner):
                return Found(called, owner is not None) if self._comes_down(called) else None
            case Slot(bound=ClassObject() as bound):
                return self._found(called, bound, name)
            case ClassObject() if self._is_itself(callee):
                return Found(called, True)
            case Unknown() if name == self._node.name and called.call is not None and self._cls is None:
                match called.callee:
                    case ast.Attribute(attr=attr) if attr == name and self._owner is not None:
                        return Found(called, True, is_certain=False)
                    case ast.Call() as getter if asked_name(getter) == name and self._owner is not None:
                        return Found(called, True, is_certain=False)
            case _:
                pass
        return None

    def _comes_down(self, called: Called) -> bool:
        """Whether a call of a base's method can be one of this: by ``super()`` only if a subclass has both classes."""
        match called.callee:
            case ast.Attribute(value=ast.Call(func=ast.Name(id="super"))):
                around = next((one.enclosing_class for one in called.scope.outward() if one.enclosing_class), None)
                caller = None if around is None else self._asked.source_class(around)
                subclasses = () if self._owner is None else self._asked.hierarchy.project_subclasses(self._owner)
                return any(caller in self._asked.hierarchy.order(subclass) for subclass in subclasses)
            case _:
                return True

    def _is_method_of(self, cls: Class) -> bool:
        """Whether instances of the class have this under its name: of constructors, the one that runs first."""
        return bodies.method_in(self._asked.hierarchy.order(cls), self._node.name) is self._scope

    def _is_itself(self, kind: Type) -> bool:
        """Whether a type is the function, or a class with the function as its constructor."""
        match kind:
            case Function(node):
                return node is self._node
            case ClassObject(cls):
                return self._cls is not None and isinstance(cls, SourceClass) and self._is_method_of(cls)
            case _:
                return False

    def _look_at(self, handed: Handed) -> None:
        """Record whether the function, or the class it constructs, is passed on so that calls cannot be found."""
        if len(self._handed) > MAX_HANDED or not goes_on(self._asked, handed, self._may_lead_here):
            return
        if handed.is_returned and self._cls is None and handed.scope is self._scope.parent:
            self._is_given_back = True
        elif len(self._handed) == MAX_HANDED:
            self.is_lost = True
        else:
            self._handed.append(handed)

    def _may_lead_here(self, kind: Type) -> bool:
        match kind:
            case Function(node, owner=owner) if node in self._nodes and _may_be_subclass(owner):
                return True
            case _:
                return self._is_itself(kind)

    def _is_asked_for(self) -> bool:
        """Whether ``getattr(m, key)(...)`` on its module or class may call it by a computed name.

        Without a call, that may read anything, so it counts only if the beginning or end of the name is given.
        """
        home = self._scope.file
        if self._owner is None and self._scope.parent is not root_of(home):
            return False
        beside = _import_name(home) if self._owner is None else self._owner.node.name
        for file in self._asked.files_mentioning("getattr", home, MAX_ASKING_FILES, beside) or ():
            for called in references_to(file, "getattr").called.get("getattr", ()):
                is_read = isinstance(called.callee, ast.Name)
                match called.call if is_read else called.callee:
                    case ast.Call(func=ast.Name(id="getattr"), args=[owner, key, *_]) if not is_read or (
                        _is_computed(key) and any(ends_of(key, called.scope))
                    ):
                        if self._has_it(owner, called.scope) and may_end_up_as(key, called.scope, self._node.name):
                            return True
        return False

    def _has_it(self, owner: ast.expr, scope: Scope) -> bool:
        """Whether the value of an expression has the function: its module, its class or an instance of its class."""
        for kind in alternatives(self._asked.expression(owner, scope)):
            match kind:
                case Namespace(name):
                    if self._owner is None and self._asked.project.file(name) is self._scope.file:
                        return True
                case Instance(cls) | ClassObject(cls) | Slot(bound=Instance(cls) | ClassObject(cls)):
                    if self._owner is not None and self._asked.hierarchy.derives(cls, self._owner):
                        return True
        return False

    def _calls_of_maker(self) -> Iterator[Found]:
        """Yield the calls of a function that another function returns: ``register("x")(Net)``."""
        maker = self._scope.parent
        assert maker is not None
        assert isinstance(maker.node, (ast.FunctionDef, ast.AsyncFunctionDef))
        search = Search(self._asked, maker.node, maker)
        # What the maker decorates is called by its own name.
        decorates = [found for found in search.calls() if found.called.definition is not None]
        self.is_lost |= bool(decorates) or search.is_handed_on or search._is_given_back
        files = self._asked.files_mentioning(maker.node.name, maker.file, MAX_FILES)
        for file in files or (maker.file,):
            for known in references_of(file).names_for(maker.node.name):
                yield from self._calls_in(file, known)
                for given in references_of(file).given.get(known, ()):
                    self._look_at(given)


def _is_computed(key: ast.expr) -> bool:
    return not isinstance(key, ast.Constant)


def calls_of(asked: Questions, node: ast.FunctionDef | ast.AsyncFunctionDef, scope: Scope) -> Search:
    """All calls of a function that opens a scope, or of the class whose constructor it is."""
    return Search(asked, node, scope)


def _may_call_back(base: Class | None) -> bool:
    """Whether a base class belongs to a framework, which calls the methods of its subclasses."""
    return base is None or (is_foreign(base) and not base.dotted.startswith("torch."))


def _may_be_subclass(owner: Type | None) -> bool:
    """Whether the object to which a method is bound may be an instance of a subclass."""
    match owner:
        case Slot():
            return True
        case Instance(origin=origin):
            return origin is not Origin.CONSTRUCTED
        case _:
            return False


def places(
    asked: Questions, name: str, home: File, is_itself: Callable[[Type], bool], sought: Callable[[str], str] = str
) -> Iterator[tuple[File, str] | None]:
    """Yield each file with a name that something has there, including aliases; None if there are too many files.

    ``sought`` makes from a name what is searched for, if that is more than the name.
    """
    seen, todo = {name}, [(name, home, "")]
    while todo:
        word, origin, beside = todo.pop()
        files = asked.files_mentioning(sought(word), origin, MAX_FILES, beside)
        if files is None:
            yield None
        for file in files or (origin,):
            for known in references_to(file, word).names_for(word):
                yield file, known
                if known not in seen and any(map(is_itself, alternatives(asked.global_of(file, known) or UNKNOWN))):
                    seen.add(known)
                    todo.append((known, file, _import_name(file)))


def goes_on(asked: Questions, handed: Handed, is_itself: Callable[[Type], bool]) -> bool:
    """Whether a value that is passed on is the one in question, and its calls cannot be found from there."""
    if handed.given_to is not None:
        match asked.expression(handed.given_to.func, handed.scope):
            case Builtin(name) if name in _ONLOOKERS and not (name == "type" and len(handed.given_to.args) > 1):
                return False
            case Namespace("typing.cast") if any(handed.node is one for one in handed.given_to.args[:1]):
                return False
    return any(map(is_itself, alternatives(asked.expression(handed.node, handed.scope))))


def _import_name(file: File) -> str:
    """The last part of the name by which a file is imported."""
    path = PurePath(file.path)
    return path.parent.name if path.stem == "__init__" else path.stem


def _is_transparent(dotted: str) -> bool:
    first = dotted.partition(".")[0]
    return first in _TRANSPARENT or dotted in ("staticmethod", "classmethod", "property")
