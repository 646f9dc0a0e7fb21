"""The type of a call."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from flake8_forward_call.inference.catalogue import MODULE_CLASS, notation
from flake8_forward_call.inference.catalogue.module_containers import ELEMENT
from flake8_forward_call.inference.classes import bodies
from flake8_forward_call.inference.definitions import Class, KnownClass, SourceClass, is_foreign
from flake8_forward_call.inference.evaluating import containers, flags, library, parameters
from flake8_forward_call.inference.questions import Questions
from flake8_forward_call.inference.syntax.flow import flow_of
from flake8_forward_call.inference.syntax.scopes import Scope, names_of
from flake8_forward_call.inference.types import (
    NEVER,
    NONE,
    UNKNOWN,
    Awaitable,
    Builtin,
    ClassObject,
    Function,
    Instance,
    KnownFunction,
    Managed,
    Many,
    Method,
    Namespace,
    Origin,
    Partial,
    Result,
    Slot,
    Type,
    alternatives,
    each,
    made_by,
    substitute,
    trusted,
    union,
    without_none,
)
from flake8_forward_call.inference.verdicts.verdict import Sameness

# The methods that enter a context manager: docs.python.org/3/library/contextlib.html and unittest.html.
_ENTERERS = frozenset({"enter_context", "enter_async_context", "enterContext", "enterAsyncContext"})

_MANAGERS = frozenset({"contextlib.contextmanager", "contextlib.asynccontextmanager"})


def call(asked: Questions, callee: Type, node: ast.Call, scope: Scope) -> Type:
    """The union of what the alternatives of the callee return for the call's arguments."""
    found = each(callee, lambda one: _call(asked, one, node, scope))
    if found != UNKNOWN:
        return found
    match node:
        case ast.Call(func=ast.Attribute(attr=name), args=[context]) if name in _ENTERERS:
            entered = asked.entered(context, scope)
            return Awaitable(entered) if "sync" in name.lower() else entered
        case _:
            return asked.made_by_registry(node.func, scope)


def _call(asked: Questions, callee: Type, node: ast.Call, scope: Scope) -> Type:

    match callee:
        case ClassObject(cls, origin):
            made = _constructed(asked, cls, origin, node, scope)
            return made_by(made) if isinstance(made, Instance) and _is_of_self(asked, node.func, scope) else made
        case Function():
            return _result(asked, callee, node, scope)
        case KnownFunction(name, names, returns, owner):
            given = asked.passed(node, scope, list(names))
            slots: dict[Slot, Type] = {Slot(name, one): kind for one, kind in given.items()}
            if owner is not None:
                slots[notation.SELF] = owner
            made = asked.filled_in(returns, slots)
            if any(map(_trusts_remote_code, node.keywords)):
                return each(made, _of_any_origin)
            if owner is None and _is_any_module(made):
                return union([made, *_with_own_call(asked, node, scope)])
            return made
        case Builtin(name):
            return library.builtin(asked, name, node, scope)
        case Namespace(name):
            return library.external(asked, name, node, scope)
        case Method(owner, name):
            return library.method(asked, owner, name, node, scope)
        case Partial(Function() as inner):  # What was bound before may be what decides.
            return _with_arguments(asked, inner, node, scope)
        case Partial(inner):
            return call(asked, inner, node, scope)
        case Instance(cls):
            return _instance_called(asked, callee, cls, node, scope)
        case Slot(owner="type[TypeVar]", name=name, bound=bound):
            return Slot("TypeVar", name, union(_made_of(one) for one in alternatives(bound)))
        case Slot(owner="Self", bound=ClassObject() as cls):
            made = _call(asked, cls, node, scope)
            return made_by(made) if isinstance(made, Instance) else made
        case Slot():
            return Result(callee)
        case _:
            return UNKNOWN


def _is_of_self(asked: Questions, node: ast.expr, scope: Scope) -> bool:
    """Whether an expression is the class of ``self``: ``type(self)`` or ``self.__class__``."""
    match node:
        case ast.Call(func=ast.Name(id="type"), args=[owner]) | ast.Attribute(value=owner, attr="__class__"):
            return all(
                isinstance(one, Slot) and one.owner == "Self" and isinstance(one.bound, Instance)
                for one in alternatives(asked.expression(owner, scope))
            )
        case _:
            return False


def _trusts_remote_code(keyword: ast.keyword) -> bool:
    """Whether transformers may take the class from a model's own repository."""
    is_off = isinstance(keyword.value, ast.Constant) and not keyword.value.value
    return keyword.arg == "trust_remote_code" and not is_off


def _is_any_module(kind: Type) -> bool:
    return any(isinstance(one, Instance) and one.cls.dotted == MODULE_CLASS for one in alternatives(kind))


def _with_own_call(asked: Questions, node: ast.Call, scope: Scope) -> Iterator[Type]:
    """Yield the arguments of a library's function, which is only declared to return a module, that it may return.

    That matters only where they are called in their own way: ``weight_norm(Scored())``, ``skip_init(Scored)``.
    """
    for argument in (*node.args, *(one.value for one in node.keywords)):
        for kind in alternatives(asked.expression(argument, scope)):
            match _made_of(kind) if isinstance(kind, ClassObject) else kind:
                case Instance(cls) as one if (
                    asked.hierarchy.is_module(one) and asked.hierarchy.meaning_of_call(cls) is not Sameness.SAME
                ):
                    yield one


def _of_any_origin(kind: Type) -> Type:
    match kind:
        case Instance(cls, Origin.FOREIGN, slots):
            return Instance(cls, Origin.OPAQUE, slots)
        case _:
            return kind


def _made_of(kind: Type) -> Type:
    return Instance(kind.cls, kind.origin) if isinstance(kind, ClassObject) else UNKNOWN


def _instance_called(asked: Questions, owner: Instance, cls: Class, node: ast.Call, scope: Scope) -> Type:
    if isinstance(cls, SourceClass) and bodies.first_method(cls, "__call__") is not None:
        # With a key, because the result may be an object that is called in turn, and so on in a cycle.
        method = asked.attribute(owner, "__call__")
        return asked.once(("called", id(node), owner), lambda: call(asked, method, node, scope))
    return UNKNOWN


# Functions


def _result(asked: Questions, function: Function, node: ast.Call, scope: Scope) -> Type:
    found = asked.returned_for_string(function, node, scope)
    if found is not None:
        return found
    kind = flags.returned(asked, function, node, scope) if _may_depend_on_call(asked, function) else None
    if kind is not None:
        return for_call(asked, function, kind, node, scope)
    return _with_arguments(asked, function, node, scope)


def _with_arguments(asked: Questions, function: Function, node: ast.Call, scope: Scope) -> Type:
    kind, is_bound = returned(asked, function), function.owner is not None
    return asked.filled_in(kind, asked.slots_for(function.node, function.scope, node, scope, bound=is_bound, of=kind))


def _may_depend_on_call(asked: Questions, function: Function) -> bool:
    """Whether constant arguments may decide the result: not if it is declared, or if a decorator changes it."""
    scope = function.scope
    node = scope.node
    if not scope.deciding or not isinstance(node, ast.FunctionDef) or node.returns is not None:
        return False
    return all(asked.dotted(one, scope.parent) == "classmethod" for one in node.decorator_list)


def for_call(asked: Questions, function: Function, kind: Type, node: ast.Call, scope: Scope) -> Type:
    """What a function returns, with the owner and the arguments of a call in place of its parameters."""
    slots = asked.slots_for(function.node, function.scope, node, scope, bound=function.owner is not None, of=kind)
    if function.owner is not None:
        slots = {**_for_owner(asked, function.scope, function.owner), **slots}
    return asked.filled_in(kind, slots)


def returned(asked: Questions, callee: Type) -> Type:
    """What a function returns, whatever it is passed; parameters that decide the result remain as slots."""
    match callee:
        case Function(scope=scope, owner=owner):
            kind = asked.once(("returned", scope), lambda: _returned(asked, scope))
            return kind if owner is None else asked.filled_in(kind, _for_owner(asked, scope, owner))
        case KnownFunction(returns=returns, owner=owner):
            return returns if owner is None else substitute(returns, {notation.SELF: owner})
        case Slot() | ClassObject() | Builtin() | Namespace() | Partial():
            return UNKNOWN
        case _:
            return each(callee, lambda one: returned(asked, one)) if alternatives(callee) != (callee,) else UNKNOWN


def _for_owner(asked: Questions, scope: Scope, owner: Type) -> dict[Slot, Type]:
    """The types for ``Self`` and for the type variable ``T`` in ``def to(self: T) -> T``."""
    slots = {notation.SELF: owner, **(dict(owner.slots) if isinstance(owner, Instance) else {})}
    own = names_of(scope.node)[:1]  # type: ignore[arg-type]
    if own and own[0].annotation is not None and scope.parent is not None:
        slots.update(parameters.unified(asked.declared(own[0].annotation, scope.parent), owner))
    return slots


def _returned(asked: Questions, scope: Scope) -> Type:
    node = scope.node
    if isinstance(node, ast.Lambda):
        return asked.expression(node.body, scope)
    assert isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
    kind = _declared_result(asked, node, scope)
    if kind == UNKNOWN:
        kind = _given_back(asked, scope)
    elif _leaves_class_open(asked, node, scope, kind):
        kind = _as_created(asked, kind, _given_back(asked, scope))
    stub = asked.counterpart(scope) if kind == UNKNOWN else None
    if stub is not None and isinstance(stub.node, (ast.FunctionDef, ast.AsyncFunctionDef)):
        kind = _declared_result(asked, stub.node, stub)
    if any(asked.dotted(one, scope.parent) in _MANAGERS for one in node.decorator_list):
        return Managed(_entered(asked, kind, scope))
    if isinstance(node, ast.AsyncFunctionDef) and not flow_of(scope).yielded:
        return Awaitable(kind)
    return kind


def _entered(asked: Questions, kind: Type, scope: Scope) -> Type:
    """What a context manager made of a generator function yields.

    Many annotate such a function with what it yields, although it returns an iterator of that. If the declared type is
    nothing to iterate over, the code tells.
    """
    entered = asked.element(kind)
    return asked.element(_given_back(asked, scope)) if entered == UNKNOWN and flow_of(scope).yielded else entered


def _declared_result(asked: Questions, node: ast.FunctionDef | ast.AsyncFunctionDef, scope: Scope) -> Type:
    assert scope.parent is not None
    if node.returns is not None:
        declared = trusted(asked.declared(node.returns, scope.parent), scope)
        of_class = any(asked.dotted(one, scope.parent) == "classmethod" for one in node.decorator_list)
        return substitute(declared, {notation.SELF: Result(notation.SELF)}) if of_class else declared
    if node.type_comment is not None:
        try:
            signature = ast.parse(node.type_comment, mode="func_type")
        except SyntaxError:
            return UNKNOWN
        return asked.type_comment(ast.unparse(signature.returns), scope.parent)
    return UNKNOWN


def _leaves_class_open(
    asked: Questions, node: ast.FunctionDef | ast.AsyncFunctionDef, scope: Scope, declared: Type
) -> bool:
    """Whether an annotation names a class with a subclass that has a ``__call__``, and the body may say which it is.

    The body of a method says nothing, because a subclass may override the method.
    """
    if isinstance(node, ast.AsyncFunctionDef) or node.decorator_list or scope.enclosing_class is not None:
        return False
    match without_none(declared):
        case Instance(cls=SourceClass() as cls, origin=Origin.DECLARED) if not is_foreign(cls):
            subclasses = asked.hierarchy.subclasses(cls)
            return not flow_of(scope).yielded and any("__call__" in flow_of(one.scope).exit for one in subclasses)
        case _:
            return False


def _as_created(asked: Questions, declared: Type, given: Type) -> Type:
    """What a function returns, if it creates all of it and the annotation agrees; else the declared type."""
    cls = next(one.cls for one in alternatives(declared) if isinstance(one, Instance))
    found = alternatives(without_none(given))
    is_exact = [
        isinstance(one, Instance) and one.origin is Origin.CONSTRUCTED and asked.hierarchy.derives(one.cls, cls)
        for one in found
    ]
    return given if is_exact and all(is_exact) else declared


def _given_back(asked: Questions, scope: Scope) -> Type:
    """The union of what a function returns, or of what it yields if it is a generator."""
    flow = flow_of(scope)
    if flow.yielded:
        return Many(
            union(
                asked.element(asked.expression(one.value, scope))
                if isinstance(one, ast.YieldFrom)
                else NONE
                if one.value is None
                else asked.expression(one.value, scope)
                for one in flow.yielded.values()
            )
        )
    kinds = [NONE if one.value is None else asked.expression(one.value, scope) for one in flow.returned.values()]
    if flow.falls_through:
        kinds.append(NONE)
    return union(kinds)


def fixture_value(asked: Questions, scope: Scope) -> Type:
    """The value that a pytest fixture passes to its tests: what it returns or yields."""
    kind = returned(asked, Function(scope.node, scope))  # type: ignore[arg-type]
    return asked.element(kind) if flow_of(scope).yielded else kind


# Classes


def _constructed(asked: Questions, cls: Class, origin: Origin, node: ast.Call, scope: Scope) -> Type:
    """The instance that a class creates, with what its constructor is passed."""
    made = _by_new(asked, cls, origin)
    if made is not None:
        return made
    instance = Instance(cls, origin)
    container = asked.container_kind(instance)
    if container is not None and isinstance(cls, KnownClass):
        element = containers.constructed_element(asked, container, node, scope)
        return instance if element == NEVER else Instance(cls, origin, ((ELEMENT, element),))
    slots = {
        slot: kind
        for slot, kind in _constructor_slots(asked, cls, node, scope).items()
        if parameters.worth_keeping(kind)
    }
    return Instance(cls, origin, tuple(slots.items()))


def _by_new(asked: Questions, cls: Class, origin: Origin) -> Type | None:
    """What a ``__new__`` in the source, or a metaclass with its own ``__call__``, returns instead of an instance."""
    for one in asked.hierarchy.order(cls):
        if not isinstance(one, SourceClass):
            continue
        for keyword in one.node.keywords:
            if keyword.arg == "metaclass" and one.scope.parent is not None:
                for meta in alternatives(asked.expression(keyword.value, one.scope.parent)):
                    if isinstance(meta, ClassObject) and _defines(asked, meta.cls, "__call__"):
                        return UNKNOWN
        if bodies.first_method(one, "__new__") is not None:
            kind = returned(asked, asked.attribute(ClassObject(one), "__new__"))
            made = substitute(kind, {notation.SELF: ClassObject(cls, origin)})
            return None if _is_plain_new(asked, kind) else made
    return None


def _is_plain_new(asked: Questions, kind: Type) -> bool:
    """Whether a ``__new__`` returns an instance of its own class, as far as its result shows."""
    return all(one == notation.SELF or isinstance(one, Result) for one in alternatives(kind))


def _defines(asked: Questions, cls: Class, name: str) -> bool:
    return any(isinstance(one, SourceClass) and name in flow_of(one.scope).exit for one in asked.hierarchy.order(cls))


def _constructor_slots(asked: Questions, cls: Class, node: ast.Call, scope: Scope) -> dict[Slot, Type]:
    for one in asked.hierarchy.order(cls):
        if one is None:
            return {}
        if isinstance(one, KnownClass):
            if one.entry.parameters is not None:
                given = asked.passed(node, scope, list(one.entry.parameters))
                return {Slot(one.dotted, name): kind for name, kind in given.items()}
            continue
        inner = bodies.first_method(one, "__init__")
        if inner is not None:
            return asked.slots_for(inner.node, inner, node, scope, bound=True)  # type: ignore[arg-type]
    return {}
