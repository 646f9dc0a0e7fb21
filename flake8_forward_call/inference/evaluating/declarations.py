"""What an annotation declares."""

from __future__ import annotations

import ast
import builtins

from flake8_forward_call.inference.catalogue.look_alikes import is_look_alike
from flake8_forward_call.inference.definitions import Class, KnownClass
from flake8_forward_call.inference.questions import Questions
from flake8_forward_call.inference.syntax.bindings import (
    Aliased,
    Annotated,
    AnyBinding,
    Assigned,
    Imported,
    TypeParameter,
)
from flake8_forward_call.inference.syntax.flow import flow_of
from flake8_forward_call.inference.syntax.scopes import Scope, root_of
from flake8_forward_call.inference.types import (
    NONE,
    PLAIN,
    UNKNOWN,
    Awaitable,
    Builtin,
    ClassObject,
    Instance,
    KnownFunction,
    Managed,
    Many,
    Mapping,
    Namespace,
    NoneValue,
    Origin,
    Slot,
    Tuple,
    Type,
    alternatives,
    slots_in,
    substitute,
    union,
)

# A class name that occurs in more files than this is too common to search for.
MAX_FILES = 40

_MANY = frozenset(
    [
        "list",
        "set",
        "frozenset",
        "deque",
        "List",
        "Set",
        "FrozenSet",
        "Deque",
        "Sequence",
        "MutableSequence",
        "Iterable",
        "Iterator",
        "Collection",
        "Container",
        "Reversible",
        "AbstractSet",
        "MutableSet",
        "AsyncIterable",
        "AsyncIterator",
        "Generator",
        "AsyncGenerator",
    ]
)
_MAPPING = frozenset(
    ["dict", "Dict", "Mapping", "MutableMapping", "OrderedDict", "DefaultDict", "defaultdict", "ChainMap", "Counter"]
)
_TRANSPARENT = frozenset(["Annotated", "ClassVar", "Final", "Required", "NotRequired", "ReadOnly", "InitVar"])
_AWAITABLE = frozenset(["Awaitable", "Coroutine"])
_MANAGED = frozenset(["ContextManager", "AsyncContextManager", "AbstractContextManager", "AbstractAsyncContextManager"])
_PLAIN_BUILTINS = frozenset(["int", "float", "complex", "bool", "str", "bytes", "bytearray", "slice", "range"])
_ANYTHING = frozenset(["Any", "object", "Callable", "callable", "type", "Type"])
_TYPING = frozenset({"typing", "typing_extensions", "collections", "abc", "contextlib", "dataclasses", "builtins"})


def declared(asked: Questions, node: ast.expr, scope: Scope) -> Type:
    """The type that an annotation declares; UNKNOWN if it says nothing (``Any``, a class that was not read)."""
    return asked.once(("declared", id(node)), lambda: _declared(asked, node, scope))


def says_nothing(asked: Questions, node: ast.expr, scope: Scope) -> bool:
    """Whether an annotation allows any object, or anything that can be called: ``Any``, ``Optional[Callable]``."""
    match node:
        case ast.Constant(value=None):
            return True
        case ast.Constant(value=str(text)):
            inner = _read(asked, text, scope)
            return inner is not None and says_nothing(asked, inner, scope)
        case ast.BinOp(left=left, op=ast.BitOr(), right=right):
            return says_nothing(asked, left, scope) and says_nothing(asked, right, scope)
        case ast.Subscript(value=value, slice=inner):
            form = _form_name(asked, value, scope)
            arguments = inner.elts if isinstance(inner, ast.Tuple) else [inner]
            if form in ("Optional", "Union"):
                return all(says_nothing(asked, one, scope) for one in arguments)
            return form == "Callable"
        case ast.Name() | ast.Attribute():
            return _form_name(asked, node, scope) in _ANYTHING
        case _:
            return False


class _Comments(dict[tuple[str, int], "ast.expr | None"]):
    """Annotations written as strings, parsed."""


def comment(asked: Questions, text: str, scope: Scope) -> Type:
    """What a ``# type:`` comment declares."""
    node = _read(asked, text, scope)
    return UNKNOWN if node is None else declared(asked, node, scope)


def _read(asked: Questions, text: str, scope: Scope) -> ast.expr | None:
    """The annotation in a string; None if it does not parse."""
    key = (text, id(scope))
    if key not in asked.notes(_Comments):
        asked.notes(_Comments)[key] = _parsed(text)
    return asked.notes(_Comments)[key]


def _parsed(text: str) -> ast.expr | None:
    try:
        return ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _declared(asked: Questions, node: ast.expr, scope: Scope) -> Type:
    match node:
        case ast.Constant(value=None):
            return NONE
        case ast.Constant(value=str(text)):
            return comment(asked, text, scope)
        case ast.BinOp(left=left, op=ast.BitOr(), right=right):
            return union([declared(asked, left, scope), declared(asked, right, scope)])
        case ast.Subscript(value=value, slice=inner):
            arguments = list(inner.elts) if isinstance(inner, ast.Tuple) else [inner]
            return _form(asked, value, arguments, scope)
        case ast.Starred(value=value):
            return declared(asked, value, scope)
        case ast.Name() | ast.Attribute():
            return _named(asked, node, scope)
        case _:
            return UNKNOWN


def _named(asked: Questions, node: ast.Name | ast.Attribute, scope: Scope) -> Type:
    reaching = _reaching(node, scope) if isinstance(node, ast.Name) else ()
    if isinstance(node, ast.Name) and not reaching and (only := _only_class(asked, node.id, scope)) is not None:
        return Instance(only, Origin.DECLARED)
    if all(isinstance(one, Imported) for one in reaching):
        reaching = _elsewhere(asked, node, scope)
    aliased = [_alias(asked, one) for one in reaching]
    if aliased and all(one is not None for one in aliased):
        return union(one for one in aliased if one is not None)
    return union(_of_class(asked, one) for one in alternatives(asked.expression(node, scope)))


def _elsewhere(asked: Questions, node: ast.Name | ast.Attribute, scope: Scope) -> tuple[AnyBinding, ...]:
    """The bindings of a name in the file that it is imported from."""
    found = asked.named_global(node, scope)
    return () if found is None else tuple(flow_of(root_of(found[0])).bound.get(found[1], ()))


def _only_class(asked: Questions, name: str, scope: Scope) -> Class | None:
    """The only class of the project with a name that its own file does not bind; None if there are several or none.

    Such a name is in an annotation that is never evaluated, and a reader would search for it in the same way.
    """
    if hasattr(builtins, name) or root_of(scope.file).stars:
        return None
    found = []
    for file in asked.files_mentioning(name, scope.file, MAX_FILES, f"class {name}") or ():
        found += [one for one in root_of(file).children if one.is_class and getattr(one.node, "name", "") == name]
    return asked.source_class(found[0]) if len(found) == 1 else None


def _reaching(node: ast.Name, scope: Scope) -> tuple[AnyBinding, ...]:
    """The bindings of a name in an annotation: at its location, or, if it is evaluated late, at the end of a scope."""
    reached = flow_of(scope).uses.get(id(node))
    if reached is not None:
        return reached
    for outer in scope.outward():
        if outer.is_class and outer is not scope:
            if any(one.name == node.id for one in getattr(outer.node, "type_params", ())):
                return flow_of(outer).exit.get(node.id, ())
            continue
        found = flow_of(outer).exit.get(node.id) or tuple(flow_of(outer).bound.get(node.id, ()))
        if found:
            return found
    return ()


def _alias(asked: Questions, binding: AnyBinding) -> Type | None:
    """What a type alias or type variable stands for; None if the binding is neither."""
    match binding:
        case Aliased(value=value, scope=scope) | Annotated(value=ast.expr() as value, scope=scope):
            return declared(asked, value, scope)
        case Assigned(value=ast.Call() as value, path=(), scope=scope):
            return _type_variable(asked, value, scope)
        case Assigned(value=ast.Subscript() | ast.BinOp() | ast.Constant() as value, path=(), scope=scope):
            return declared(asked, value, scope)
        case TypeParameter():
            return asked.binding(binding)
        case _:
            return None


def _type_variable(asked: Questions, call: ast.Call, scope: Scope) -> Type | None:
    """The slot of ``TypeVar("T", bound=X)``, or the type ``X`` of ``NewType("N", X)``; None for other calls."""
    form = _form_name(asked, call.func, scope)
    if form == "NewType" and len(call.args) == 2:
        return declared(asked, call.args[1], scope)
    if form != "TypeVar" or not call.args or not isinstance(call.args[0], ast.Constant):
        return None
    bounds = [keyword.value for keyword in call.keywords if keyword.arg == "bound"] or call.args[1:]
    bound = union(declared(asked, one, scope) for one in bounds) if bounds else UNKNOWN
    return Slot("TypeVar", str(call.args[0].value), bound)


def _of_class(asked: Questions, kind: Type) -> Type:
    """The type of an instance of the class that an annotation names."""
    match kind:
        case ClassObject(cls):
            return Instance(cls, Origin.DECLARED)
        case Slot(owner="TypeVar"):
            return kind
        case NoneValue():
            return NONE
        case Builtin(name) if name in _PLAIN_BUILTINS:
            return PLAIN
        case Builtin("type") | Builtin("object"):
            return UNKNOWN
        case Builtin(name) | Namespace(name):
            last = name.rpartition(".")[2]
            if isinstance(kind, Builtin) or _is_of_typing(name):
                if last in _MANY or last in ("tuple", "Tuple"):
                    return Many(UNKNOWN)
                if last in _MAPPING:
                    return Mapping(UNKNOWN, UNKNOWN)
                if last == "Self":
                    return Slot("Self", "Self")
            return PLAIN if is_look_alike(name) else UNKNOWN
        case _:
            return UNKNOWN


def _form_name(asked: Questions, node: ast.expr, scope: Scope) -> str | None:
    """The bare name of a typing form: ``Optional`` for ``typing.Optional`` under any alias."""
    match asked.expression(node, scope):
        case Builtin(name):
            return name
        case Namespace(name) if _is_of_typing(name):
            return name.rpartition(".")[2]
        case _:
            return None


def _is_of_typing(dotted: str) -> bool:
    """Whether a name is from ``typing``, another module with its forms, or an unread stand-in like ``acme.typing``."""
    module = dotted.rpartition(".")[0]
    return dotted.partition(".")[0] in _TYPING or module.endswith(".typing")


def _form(asked: Questions, value: ast.expr, arguments: list[ast.expr], scope: Scope) -> Type:
    form = _form_name(asked, value, scope)
    if form is None:
        return _generic(asked, value, arguments, scope)
    if form == "Literal":
        return PLAIN
    if form in ("tuple", "Tuple"):
        return _tuple(asked, arguments, scope)
    if form in ("type", "Type"):
        return union(_class_of(one) for one in alternatives(declared(asked, arguments[0], scope)))
    if form == "Callable" and len(arguments) == 2:
        return _callable(asked, declared(asked, arguments[1], scope))
    if form in ("TypeGuard", "TypeIs", "Callable"):
        return UNKNOWN
    kinds = [declared(asked, one, scope) for one in arguments]
    if form == "Optional":
        return union([*kinds, NONE])
    if form == "Union":
        return union(kinds)
    if form in _TRANSPARENT and kinds:
        return kinds[0]
    if form in _MANY and kinds:
        return Many(kinds[0])
    if form in _MAPPING and len(kinds) == 2:
        return Mapping(kinds[0], kinds[1])
    if form in _AWAITABLE and kinds:
        return Awaitable(kinds[-1])
    if form in _MANAGED and kinds:
        return Managed(kinds[0])
    return UNKNOWN


def _callable(asked: Questions, made: Type) -> Type:
    """Something that gives modules when it is called, of whatever class; UNKNOWN for what gives anything else."""
    if not all(map(asked.hierarchy.is_module, alternatives(made))):
        return UNKNOWN
    opaque = [Instance(one.cls, Origin.OPAQUE) for one in alternatives(made) if isinstance(one, Instance)]
    return KnownFunction("typing.Callable", (), union(opaque)) if opaque else UNKNOWN


def _tuple(asked: Questions, arguments: list[ast.expr], scope: Scope) -> Type:
    if len(arguments) == 2 and isinstance(arguments[1], ast.Constant) and arguments[1].value is ...:
        return Many(declared(asked, arguments[0], scope))
    return Tuple(tuple(declared(asked, one, scope) for one in arguments))


def _class_of(kind: Type) -> Type:
    match kind:
        case Instance(cls):
            return ClassObject(cls, Origin.DECLARED)
        case Slot(owner="TypeVar", name=name, bound=bound):
            return Slot("type[TypeVar]", name, union(_class_of(one) for one in alternatives(bound)))
        case _:
            return UNKNOWN


def _generic(asked: Questions, value: ast.expr, arguments: list[ast.expr], scope: Scope) -> Type:
    """The type of a class in the source with type arguments, ``Wrapper[Net]``, or of a generic alias."""
    kind = declared(asked, value, scope)
    slots = list(dict.fromkeys(slots_in(kind)))
    if slots:
        given = dict(zip(slots, (declared(asked, one, scope) for one in arguments), strict=False))
        return substitute(kind, given)
    if isinstance(kind, Instance):
        names = type_variables(asked, kind.cls)
        pairs = zip(names, (declared(asked, one, scope) for one in arguments), strict=False)
        return Instance(kind.cls, kind.origin, tuple(pairs))
    return kind


def type_variables(asked: Questions, cls: Class) -> list[Slot]:
    """The type variables of a class, in the order that its bases name them."""
    if isinstance(cls, KnownClass):
        return []
    node, scope = cls.node, cls.scope
    assert scope.parent is not None
    own = [Slot("TypeVar", one.name) for one in getattr(node, "type_params", ())]
    for base in node.bases:
        if isinstance(base, ast.Subscript):
            inner = list(base.slice.elts) if isinstance(base.slice, ast.Tuple) else [base.slice]
            own += [one for node in inner for one in [declared(asked, node, scope.parent)] if isinstance(one, Slot)]
    return list(dict.fromkeys(own))
