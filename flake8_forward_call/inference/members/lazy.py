"""Names that a module creates on request: by PEP 562's ``__getattr__``, or by an object that replaces the module.

There are three forms: a table that maps submodules to names or names to submodules (``lazy_loader.attach``,
``_LazyModule``), a function that imports the requested name, and an object put in ``sys.modules``. An entry of a table
only counts if the module that it names has the name.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache

from flake8_forward_call.inference.questions import Questions
from flake8_forward_call.inference.syntax.bindings import Defined
from flake8_forward_call.inference.syntax.file import File
from flake8_forward_call.inference.syntax.flow import flow_of
from flake8_forward_call.inference.syntax.scopes import Scope, root_of, scopes_of
from flake8_forward_call.inference.types import NEVER, UNKNOWN, ClassObject, Instance, Namespace, Type, each, union

# The tables of the last modules asked are kept. No chain of imports goes through more modules than this.
_KEPT = 256


def member(asked: Questions, file: File, name: str) -> Type | None:
    """The value of a name that the module does not bind itself; None if nothing is known about it."""
    makers = flow_of(root_of(file)).bound.get("__getattr__", ())
    stand_ins = [node.value for node in root_of(file).item_stores if isinstance(node, ast.Assign) and _replaces(node)]
    if not makers and not stand_ins:
        return None
    inner = asked.project.imported(file, name, 1) if file.is_package else None
    if inner is not None and asked.project.file(inner) is not None:
        return None  # A submodule: it exists, whatever the function does with other names.
    found = asked.once(("lazy", file, name), lambda: _made(asked, file, name, makers, stand_ins))
    return None if found in (UNKNOWN, NEVER) else found


def _made(asked: Questions, file: File, name: str, makers: Iterable[object], stand_ins: list[ast.expr]) -> Type:
    for module, attribute in _places(file).get(name, ()):
        found = _at(asked, file, module, attribute)
        if found is not None:
            return found
    for maker in makers:
        if isinstance(maker, Defined) and isinstance(maker.definition, ast.FunctionDef):
            found = _asked(asked, scopes_of(file).opened[id(maker.definition)], maker.definition, name)
            if found != UNKNOWN:
                return found
    return union(_of_stand_in(asked, file, one, name) for one in stand_ins)


def _of_stand_in(asked: Questions, file: File, value: ast.expr, name: str) -> Type:
    """The attribute of an object that replaces a module, according to the class of the object."""
    if not isinstance(value, ast.Call):
        return _of_each(asked, asked.expression(value, root_of(file)), name)
    return each(
        asked.expression(value.func, root_of(file)),
        lambda one: asked.attribute(Instance(one.cls, one.origin), name) if isinstance(one, ClassObject) else UNKNOWN,
    )


def _of_each(asked: Questions, owner: Type, name: str) -> Type:
    return each(owner, lambda one: asked.attribute(one, name))


def _replaces(node: ast.Assign) -> bool:
    """Whether the statement is ``sys.modules[__name__] = ...``."""
    return any(
        isinstance(target, ast.Subscript)
        and isinstance(target.slice, ast.Name)
        and target.slice.id == "__name__"
        and ast.unparse(target.value).endswith("modules")
        for target in node.targets
    )


# Tables


@lru_cache(maxsize=_KEPT)
def _places(file: File) -> dict[str, list[tuple[str, str]]]:
    """Where the tables of a module say that each name is: in which module, and under which name there."""
    found: dict[str, list[tuple[str, str]]] = {}
    for key, value in _pairs(file.tree.body):
        texts = _texts(value)
        for text in texts:
            found.setdefault(text, []).append((key, text))
        if len(texts) == 2 and isinstance(value, (ast.Tuple, ast.List)):
            found.setdefault(key, []).append((texts[0], texts[1]))
        if isinstance(value, ast.Constant) and isinstance(value.value, str):
            module, separator, name = value.value.replace(":", ".").rpartition(".")
            places = [(value.value, key), *([(module or ".", name)] if separator else [])]
            found.setdefault(key, []).extend(places)
    return found


def _pairs(body: Sequence[ast.stmt]) -> Iterator[tuple[str, ast.expr]]:
    """Yield the entries of the dictionaries in a module's own statements, including entries added later."""
    todo: list[ast.AST] = list(body)
    while todo:
        node = todo.pop()
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef() | ast.Lambda():
                continue
            case ast.Dict(keys=keys, values=values):
                for key, value in zip(keys, values, strict=True):
                    if isinstance(key, ast.Constant) and isinstance(key.value, str):
                        yield key.value, value
            case ast.Assign(targets=[ast.Subscript(slice=ast.Constant(value=str(key)))], value=value):
                yield key, value
            case ast.AugAssign(target=ast.Subscript(slice=ast.Constant(value=str(key))), value=value):
                yield key, value
            case ast.Call(
                func=ast.Attribute(
                    value=ast.Subscript(slice=ast.Constant(value=str(key))), attr="append" | "extend" | "update"
                ),
                args=[value],
            ):
                yield key, value if _texts(value) else ast.List([value], ast.Load())
        todo += ast.iter_child_nodes(node)


def _texts(node: ast.expr) -> list[str]:
    if isinstance(node, (ast.List, ast.Tuple, ast.Set)):
        return [one.value for one in node.elts if isinstance(one, ast.Constant) and isinstance(one.value, str)]
    return []


def _at(asked: Questions, file: File, module: str, name: str) -> Type | None:
    """The value of a name in a module, which is given as in a table: with dots, from the package, or in full."""
    inner = module.lstrip(".")
    level = len(module) - len(inner)
    fulls = [asked.project.imported(file, inner, one) for one in ([level] if level else [1, 0])]
    for full in fulls:
        source = None if full is None else asked.project.file(full)
        if full is None or (source is file and not level):
            continue
        found = asked.member(full, name)
        if found not in (UNKNOWN, NEVER) and not (
            isinstance(found, Namespace) and asked.project.file(found.name) is None
        ):
            return found
    return None


# Functions


def _asked(asked: Questions, scope: Scope, function: ast.FunctionDef, name: str) -> Type:
    """What a module's ``__getattr__`` returns for a name."""
    if not function.args.args:
        return UNKNOWN
    parameter = function.args.args[0].arg
    returned: list[ast.expr] = []
    _follow(function.body, parameter, name, returned)
    return union(_value(asked, one, parameter, name, scope) for one in returned) if returned else UNKNOWN


def _follow(body: Sequence[ast.stmt], parameter: str, name: str, returned: list[ast.expr]) -> bool:
    """Collect what is returned if the parameter has that value; whether the statements that follow are reached."""
    for node in body:
        goes_on = True
        match node:
            case ast.Return(value=value):
                returned += [] if value is None else [value]
                return False
            case ast.Raise():
                return False
            case ast.If(test=test, body=inner, orelse=orelse):
                holds = _holds(test, parameter, name)
                ways = [inner] if holds else [orelse] if holds is False else [inner, orelse]
                ends = [not _follow(way, parameter, name, returned) for way in ways]
                goes_on = not all(ends)
            case ast.Try(body=inner) | ast.With(body=inner):
                goes_on = _follow(inner, parameter, name, returned)
        if not goes_on:
            return False
    return True


def _holds(test: ast.expr, parameter: str, name: str) -> bool | None:
    """Whether a test of the parameter is true for a value; None if that is not known."""
    match test:
        case ast.Compare(left=ast.Name(id=tested), ops=[ast.Eq()], comparators=[ast.Constant(value=value)]):
            return value == name if tested == parameter else None
        case ast.Compare(
            left=ast.Name(id=tested), ops=[ast.In()], comparators=[ast.List() | ast.Tuple() | ast.Set() as values]
        ):
            return name in _texts(values) if tested == parameter else None
        case ast.BoolOp(op=ast.Or(), values=values):
            answers = [_holds(one, parameter, name) for one in values]
            return True if True in answers else None if None in answers else False
        case ast.Call(func=ast.Attribute(value=ast.Name(id=tested), attr="startswith"), args=[ast.Constant(str(text))]):
            return name.startswith(text) if tested == parameter else None
        case _:
            return None


def _value(asked: Questions, node: ast.expr, parameter: str, name: str, scope: Scope) -> Type:
    match node:
        case ast.Call(func=ast.Name(id="getattr"), args=[owner, ast.Name(id=key), *_]) if key == parameter:
            return _of_each(asked, asked.expression(owner, scope), name)
        case ast.Subscript(value=ast.Call(func=ast.Name(id="globals")), slice=ast.Name(id=key)) if key == parameter:
            return union(asked.binding(one) for one in flow_of(scope).bound.get(name, ())) or UNKNOWN
        case _:
            return asked.expression(node, scope)


# A module by its name as a string


def imported_module(asked: Questions, node: ast.Call, scope: Scope) -> Type:
    """What ``importlib.import_module`` returns, if the name is written in the call."""
    arguments = [*node.args, *(one.value for one in node.keywords if one.arg == "package")]
    texts = [_text(one, scope) for one in arguments[:2]]
    if not texts or not texts[0]:
        return UNKNOWN
    inner = texts[0].lstrip(".")
    level = len(texts[0]) - len(inner)
    if not level:
        return asked.namespace(inner)
    package = (texts[1] if len(texts) > 1 else None) or ""
    parts = package.split(".")
    if not package or level > len(parts):
        return UNKNOWN
    return asked.namespace(".".join([*parts[: len(parts) - level + 1], *filter(None, [inner])]))


def _text(node: ast.expr, scope: Scope) -> str | None:
    """The string that an expression of literals and the module's own name evaluates to; None for any other."""
    file = scope.file
    match node:
        case ast.Constant(value=str(text)):
            return text
        case ast.Name(id="__name__"):
            return file.name or None
        case ast.Name(id="__package__"):
            return file.name if file.is_package else file.name.rpartition(".")[0] or None
        case ast.FormattedValue(value=value, conversion=-1, format_spec=None):
            return _text(value, scope)
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            return _joined([left, right], scope)
        case ast.JoinedStr(values=values):
            return _joined(values, scope)
        case _:
            return None


def _joined(nodes: Sequence[ast.expr], scope: Scope) -> str | None:
    texts = [_text(one, scope) for one in nodes]
    return None if None in texts else "".join(text for text in texts if text is not None)
