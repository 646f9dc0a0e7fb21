"""The type of ``value.name``."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

from flake8_forward_call.inference.catalogue import notation
from flake8_forward_call.inference.classes import bodies
from flake8_forward_call.inference.classes.bodies import assignments
from flake8_forward_call.inference.definitions import Class, KnownClass, SourceClass, is_foreign
from flake8_forward_call.inference.questions import Questions
from flake8_forward_call.inference.syntax.bindings import (
    Annotated,
    AnyBinding,
    Assigned,
    Binding,
    Defined,
    Narrowed,
    Parameter,
)
from flake8_forward_call.inference.syntax.flow import flow_of
from flake8_forward_call.inference.syntax.on_self import set_on_self
from flake8_forward_call.inference.syntax.states import untested
from flake8_forward_call.inference.types import (
    NEVER,
    PLAIN,
    UNKNOWN,
    Builtin,
    ClassObject,
    Function,
    Instance,
    KnownFunction,
    Many,
    Mapping,
    Method,
    Namespace,
    NoneValue,
    Origin,
    Result,
    Slot,
    Super,
    Tuple,
    Type,
    Union,
    Unknown,
    alternatives,
    each,
    is_left_open,
    is_open,
    substitute,
    union,
)
from flake8_forward_call.inference.verdicts.verdict import Standing

# `object.__new__`, which returns an instance of the class that it is passed.
_PLAIN_NEW = KnownFunction("object.__new__", ("cls",), Result(Slot("object.__new__", "cls")))


def attribute(asked: Questions, owner: Type, name: str) -> Type:
    """The type of ``owner.name``, UNKNOWN if nothing shows it."""
    match owner:
        case Instance(cls):
            return _of_instance(asked, owner, cls, name)
        case ClassObject(cls):
            found = _of_class(asked, owner, cls, name)
            return _PLAIN_NEW if name == "__new__" and found == UNKNOWN and _has_plain_new(asked, cls) else found
        case Super(cls, inner):
            found = _found(asked, asked.hierarchy.order(cls)[1:], inner, name)
            return _PLAIN_NEW if name == "__new__" and found == UNKNOWN else found
        case Builtin("object") if name == "__new__":
            return _PLAIN_NEW
        case Namespace(dotted):
            return asked.member(dotted, name)
        case Slot(bound=bound) if bound != UNKNOWN:
            return each(bound, lambda one: _rebound(attribute(asked, one, name), owner))
        case Slot() | Result() if is_left_open(owner):
            return each(asked.of_callers(owner), lambda one: attribute(asked, one, name))
        case Many() | Mapping() | Tuple():
            return Method(owner, name)
        case _:
            return UNKNOWN


def _rebound(kind: Type, owner: Slot) -> Type:
    """The attribute of a slot's bound, with methods bound to the slot itself: ``self.to(...)`` is still ``self``."""
    match kind:
        case Union(several):
            return union(_rebound(one, owner) for one in several)
        case Function(node, scope, Instance() | Slot()):
            return Function(node, scope, owner)
        case Function(node, scope, ClassObject()) if isinstance(owner.bound, ClassObject):
            return Function(node, scope, owner)
        case KnownFunction(name, given, returns, Instance() | Slot()):
            return KnownFunction(name, given, returns, owner)
        case _:
            return kind


def _of_instance(asked: Questions, owner: Instance, cls: Class, name: str) -> Type:
    if name == "__class__":
        return ClassObject(cls, Origin.DECLARED if owner.origin is not Origin.CONSTRUCTED else owner.origin)
    if asked.is_container(owner) and name in ("values", "items", "keys", "pop", "__getitem__"):
        return Method(owner, name)
    found = _found(asked, asked.hierarchy.order(cls), owner, name)
    if isinstance(cls, KnownClass) or is_foreign(cls):
        return found
    if all(isinstance(one, (Unknown, NoneValue)) or is_left_open(one) for one in alternatives(found)):
        found = asked.set_elsewhere(owner, cls, name, found)
    if found == UNKNOWN and asked.hierarchy.standing(cls) is Standing.NOT_MODULE:
        return _computed(asked, owner, cls, name)
    if owner.origin is Origin.CONSTRUCTED or found == UNKNOWN:
        return found
    return union([found, *_of_subclasses(asked, owner, cls, name), *asked.implementations(owner, name)])


def _computed(asked: Questions, owner: Instance, cls: SourceClass, name: str) -> Type:
    """What the ``__getattr__`` of a class returns for an attribute that nothing sets; UNKNOWN if it has none."""
    if name.startswith("__"):
        return UNKNOWN
    method = _found(asked, asked.hierarchy.order(cls), owner, "__getattr__")
    kind = UNKNOWN if method == UNKNOWN else asked.returned(method)
    return UNKNOWN if kind == NEVER else kind


def _of_subclasses(asked: Questions, owner: Instance | ClassObject, cls: SourceClass, name: str) -> Iterator[Type]:
    """Yield the types that subclasses in the class's file give the name, unless an annotation declares its type."""
    if not _is_promised(asked, cls, name):
        for below in asked.hierarchy.subclasses_in(cls, cls.scope.file):
            for one in asked.hierarchy.order(below):
                if one is cls:
                    break
                kind = None if one is None else own_member(asked, one, owner, name)
                if kind is not None:
                    yield kind
                    break


def _is_promised(asked: Questions, cls: SourceClass, name: str) -> bool:
    for one in asked.hierarchy.order(cls):
        if not isinstance(one, SourceClass):
            return True
        bindings = [*flow_of(one.scope).exit.get(name, ()), *assignments(one, name)]
        if bindings:
            return any(_promises(asked, binding) for binding in bindings)
    return True


def _promises(asked: Questions, binding: AnyBinding) -> bool:
    match binding:
        case Annotated():
            return True
        case Defined(
            definition=ast.FunctionDef(returns=ast.expr() as node) | ast.AsyncFunctionDef(returns=ast.expr() as node),
            scope=scope,
        ):
            return not asked.says_nothing(node, scope)
        case _:
            return False


def _of_class(asked: Questions, owner: ClassObject, cls: Class, name: str) -> Type:
    found = _found(asked, asked.hierarchy.order(cls), owner, name)
    if found == UNKNOWN and isinstance(cls, SourceClass) and not is_foreign(cls):
        found = asked.set_on_class(cls, name)
    if owner.origin is Origin.CONSTRUCTED or not isinstance(cls, SourceClass) or is_foreign(cls) or found == UNKNOWN:
        return found
    return union([found, *_of_subclasses(asked, owner, cls, name), *asked.implementations(owner, name)])


def _has_plain_new(asked: Questions, cls: Class) -> bool:
    """Whether all bases of a class are known, and those that are not read are torch's, which have no ``__new__``."""
    order = asked.hierarchy.order(cls)
    return all(isinstance(one, SourceClass) or (one is not None and one.dotted.startswith("torch.")) for one in order)


def _found(asked: Questions, order: tuple[Class | None, ...], owner: Type, name: str) -> Type:
    for one in order:
        kind = None if one is None else own_member(asked, one, owner, name)
        if kind is not None:
            return kind
    return UNKNOWN


def own_member(asked: Questions, cls: Class, owner: Type, name: str) -> Type | None:
    """The type that the class itself gives the name; None if it gives none."""
    if isinstance(cls, KnownClass):
        return _known(asked, cls, owner, name)
    kind = asked.once(("member", cls, name), lambda: _member(asked, cls, name) or _ABSENT)
    if kind == _ABSENT:
        return None
    slots = dict(owner.slots) if isinstance(owner, Instance) else {}
    return asked.filled_in(union(_bound(asked, one, cls, owner) for one in alternatives(kind)), slots)


# Means "the class says nothing" among the stored types.
_ABSENT = Slot("attributes", "absent")


def _known(asked: Questions, cls: KnownClass, owner: Type, name: str) -> Type | None:
    slots = dict(owner.slots) if isinstance(owner, Instance) else {}
    text = cls.entry.attributes.get(name)
    if text is not None:
        kind = notation.read(text, cls.dotted, asked.global_name)
        found = substitute(kind, {**slots, notation.SELF: owner})
        return _at_least(asked, found, kind.bound) if isinstance(kind, Slot) and kind.bound != UNKNOWN else found
    method = cls.entry.methods.get(name)
    if method is None:
        return None
    given, returns = method
    full = f"{cls.dotted}.{name}"
    if "Self()" in returns:
        owner = _as_class(owner)
    return KnownFunction(full, given, substitute(notation.read(returns, full, asked.global_name), slots), owner)


def _at_least(asked: Questions, kind: Type, bound: Type) -> Type:
    """What a wrapper wraps: the bound in place of each alternative that neither source nor callers show."""
    found: list[Type] = []
    for one in alternatives(kind):
        if isinstance(one, Slot) and one.bound == UNKNOWN:
            passed = asked.of_callers(one) if is_open(one) else UNKNOWN
            found.append(Slot(one.owner, one.name, bound, one.tests) if UNKNOWN in alternatives(passed) else one)
        else:
            found.append(bound if one == UNKNOWN else one)
    return union(found)


def _member(asked: Questions, cls: SourceClass, name: str) -> Type | None:
    """The declared type of a name in a class, else the union of everything that is assigned to it."""
    in_body = [_getter(cls, one) for one in flow_of(cls.scope).exit.get(name, ()) if isinstance(one, Binding)]
    in_methods = list(_as_weak_as_others(list(assignments(cls, name))))
    at_end = set_on_self(cls.scope).at_end(name) if in_methods and not in_body else ()
    if not in_body and not in_methods:
        return None
    for binding in (*in_body, *in_methods):
        if isinstance(binding, Annotated):
            declared = asked.declared(binding.annotation, binding.scope)
            if any(one != UNKNOWN and not isinstance(one, NoneValue) for one in alternatives(declared)):
                return union([_with_stores(asked, cls, name, declared, declared=True), *asked.stand_ins(cls, name)])
    kind = _with_stores(asked, cls, name, asked.bindings(at_end or [*in_body, *in_methods]), declared=False)
    is_field = any(isinstance(one, Annotated) for one in in_body)
    if is_field and (kind == UNKNOWN or any(map(asked.hierarchy.is_module, alternatives(kind)))):
        kind = union([kind, *asked.passed_to_field(cls, name)])  # The annotation says nothing.
    kind = union([kind, *asked.stand_ins(cls, name)])
    stub = asked.counterpart(cls.scope) if kind == UNKNOWN else None
    return kind if stub is None or not stub.is_class else _member(asked, asked.source_class(stub), name) or kind


def _as_weak_as_others(bindings: Sequence[Binding]) -> Iterator[Binding]:
    """Yield the bindings without those to a tested parameter, if another one sets a parameter that nobody tests.

    Then callers may pass there what the test does not let through.
    """
    tested = [_is_tested(one) for one in bindings]
    for one, is_tested in zip(bindings, tested, strict=True):
        if not (is_tested and False in tested):
            yield one


def _is_tested(binding: Binding) -> bool | None:
    """Whether what is bound is a parameter that has passed an ``isinstance`` test; None if it is no bare parameter."""
    if not isinstance(binding, Assigned) or binding.path or not isinstance(binding.value, ast.Name):
        return None
    reached = flow_of(binding.scope).uses.get(id(binding.value), ())
    plain = list(untested(reached))
    if not plain or not all(isinstance(one, Parameter) and one.argument.annotation is None for one in plain):
        return None
    return all(isinstance(one, Narrowed) and one.positive and one.test.kind == "isinstance" for one in reached)


def _getter(cls: SourceClass, binding: Binding) -> Binding:
    """The definition of the property itself if the binding is its setter or deleter, else the binding."""
    if isinstance(binding, Defined):
        for node in binding.definition.decorator_list:
            if isinstance(node, ast.Attribute) and node.attr in ("setter", "deleter"):
                for one in flow_of(cls.scope).uses.get(id(node.value), ()):
                    if isinstance(one, Binding):
                        return _getter(cls, one)
    return binding


def _with_stores(asked: Questions, cls: SourceClass, name: str, kind: Type, *, declared: bool) -> Type:
    if not any(asked.can_be_filled(one, declared=declared) for one in alternatives(kind)):
        return kind
    put = [one for scope, receiver in bodies.methods(cls) for one in asked.stored_in(f"{receiver}.{name}", scope)]
    return asked.refilled(kind, put)


def _bound(asked: Questions, kind: Type, cls: SourceClass, owner: Type) -> Type:
    """A member as accessed through its owner: methods bound, properties evaluated."""
    if not isinstance(kind, Function) or kind.owner is not None or isinstance(kind.node, ast.Lambda):
        return kind
    if kind.scope.parent is not cls.scope:
        return kind
    marks = {asked.dotted(node, kind.scope.parent) for node in kind.node.decorator_list}
    if "staticmethod" in marks:
        return kind
    if "classmethod" in marks:
        return Function(kind.node, kind.scope, _as_class(owner))
    if marks & _PROPERTIES or any(mark is not None and mark.endswith("property") for mark in marks):
        return PLAIN if isinstance(owner, ClassObject) else asked.returned(Function(kind.node, kind.scope, owner))
    return kind if isinstance(owner, ClassObject) else Function(kind.node, kind.scope, owner)


_PROPERTIES = frozenset({"property", "functools.cached_property"})


def _as_class(owner: Type) -> Type:
    match owner:
        case Instance(cls, origin):
            return ClassObject(cls, origin)
        case Slot(bound=bound):
            return _as_class(bound)
        case _:
            return owner
