"""What the project attaches to the hooks of a receiver, which a direct call of ``forward`` skips."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from flake8_forward_call.inference.engine import Answers, unjoined
from flake8_forward_call.inference.hooks import attaching
from flake8_forward_call.inference.hooks.attaching import Attacher, Reach
from flake8_forward_call.inference.hooks.identity import Holding
from flake8_forward_call.inference.questions import Questions
from flake8_forward_call.inference.syntax.bindings import Imported, Iterated
from flake8_forward_call.inference.syntax.file import File
from flake8_forward_call.inference.syntax.scopes import Scope, root_of, scopes_of
from flake8_forward_call.inference.types import ClassObject, Function, KnownFunction, Namespace, Type, alternatives
from flake8_forward_call.inference.verdicts.verdict import Attachment

# If more files than this mention one kind of hook, the project is about hooks, and only the nearest are searched.
MAX_FILES = 30


@dataclass(frozen=True, slots=True)
class Attaching:
    """Hooks that a call attaches to the target, to modules below it, or only to the ``chosen`` ones of all these."""

    call: ast.Call
    scope: Scope
    name: str
    attacher: Attacher
    target: Holding
    chosen: Holding | None = None

    @property
    def told(self) -> Attachment:
        return Attachment(self.name, self.scope.file.path, self.call.lineno, self.attacher.effect)

    def reaches(self, holding: Holding) -> bool:
        """Whether the module can have the hooks."""
        reach = self.attacher.reach
        if reach is not Reach.BELOW and holding.may_be(self.target):
            return self.chosen is None or holding.fits(self.chosen)
        if reach is Reach.ITSELF or not any(one.may_be(self.target) for one in holding.above):
            return False
        return self.chosen is None or holding.fits(self.chosen)


_ATTACHING: Answers[Sequence[Attaching]] = unjoined(())


def attachments(asked: Questions, receiver: ast.expr, scope: Scope) -> tuple[Attachment, ...]:
    """Everything that the project attaches to the hooks of a receiver, the nearest first.

    Raises OutOfBudget.
    """
    holding = Holding(asked, receiver, scope)
    found = [*_while_made(asked, receiver, scope), *_afterwards(asked, holding)]
    return tuple(dict.fromkeys(found))


def _while_made(asked: Questions, receiver: ast.expr, scope: Scope) -> Iterator[Attachment]:
    """Yield what is attached while the receiver is created: ``weight_norm(nn.Conv1d(8, 8, 3))``, ``LazyLinear``."""
    todo, seen = [(receiver, scope)], set[int]()
    while todo:
        for node, where in asked.origins(*todo.pop()):
            if not isinstance(node, ast.Call) or id(node) in seen:
                continue
            seen.add(id(node))
            for one in _by_function(asked, node, where):
                if one.attacher.reach is not Reach.BELOW:
                    yield one.told
                    todo.append((one.target.node, where))
            for kind in alternatives(asked.expression(node.func, where)):
                if isinstance(kind, ClassObject) and asked.hierarchy.derives_from(kind.cls, attaching.LAZY_CLASS):
                    name = kind.cls.dotted.rpartition(".")[2]
                    yield Attachment(name, where.file.path, node.lineno, attaching.LAZY_EFFECT)


def _afterwards(asked: Questions, holding: Holding) -> Iterator[Attachment]:
    """Yield what is attached once the module exists, anywhere in the project."""
    files = dict.fromkeys(
        [holding.scope.file, *(cls.scope.file for one in (holding, *holding.above) for cls in one.own)]
    )
    for word, beside in attaching.FAR.items():
        files.update(dict.fromkeys(asked.files_mentioning(word, holding.scope.file, MAX_FILES, beside) or ()))
    for file in files:
        for one in _attached_in(asked, file):
            if one.reaches(holding) and not _comes_later(one, holding) and not _is_of_another(asked, one):
                yield one.told


def _attached_in(asked: Questions, file: File) -> Sequence[Attaching]:
    """Everything that a file attaches to modules, in source order; computed once for all receivers."""

    def search() -> Sequence[Attaching]:
        calls = sorted(_attaching_calls(file), key=lambda one: (one[0].lineno, one[0].col_offset))
        return [
            one for call, scope in calls for one in (*_by_function(asked, call, scope), *_by_method(asked, call, scope))
        ]

    return asked.engine.once(("attached in", file), search, _ATTACHING)


def _attaching_calls(file: File) -> Iterator[tuple[ast.Call, Scope]]:
    """Yield the calls that may attach something, by the names of their callees."""
    names = {known for name in attaching.NAMES for known in (name, *scopes_of(file).renamed.get(name, ()))}
    for scope in root_of(file).inward():
        for call in scope.calls:
            match call.func:
                case ast.Name(id=name) | ast.Attribute(attr=name) if name in names:
                    yield call, scope


def _by_function(asked: Questions, call: ast.Call, scope: Scope) -> Iterator[Attaching]:
    """Yield what calls such as ``weight_norm(module)`` attach."""
    if not _is_imported(asked, call.func, scope):
        return
    names = dict.fromkeys(_full_name(kind) for kind in alternatives(asked.expression(call.func, scope)))
    found = {attaching.function(name) for name in names}
    if len(found) != 1 or None in found:
        return  # One name may mean a function that attaches or, if that is not available, one that does not.
    (attacher,) = found
    assert attacher is not None
    name = next(iter(names)).rpartition(".")[2]
    for target in _targets(call, attacher):
        yield Attaching(call, scope, name, attacher, Holding(asked, target, scope))


def _full_name(kind: Type) -> str:
    match kind:
        case KnownFunction(name=name) | Namespace(name):
            return name
        case Function(ast.FunctionDef(name=name), inner):
            return f"{inner.file.name}.{name}"
        case _:
            return ""


def _targets(call: ast.Call, attacher: Attacher) -> Iterator[ast.expr]:
    """Yield the modules that a call is passed: one, several in a list, or each with the name of a parameter."""
    given = next((one.value for one in call.keywords if one.arg == attacher.parameter), None)
    if given is None and len(call.args) > attacher.index:
        given = call.args[attacher.index]
    several: Iterable[ast.expr | None] = given.elts if isinstance(given, (ast.List, ast.Tuple)) else [given]
    for one in several:
        target = one.elts[0] if isinstance(one, ast.Tuple) and one.elts else one
        if target is not None and not isinstance(target, ast.Starred):
            yield target


def _by_method(asked: Questions, call: ast.Call, scope: Scope) -> Iterator[Attaching]:
    """Yield what calls such as ``module.register_forward_hook(hook)`` attach."""
    if not isinstance(call.func, ast.Attribute):
        return
    name, target = call.func.attr, call.func.value
    attacher = attaching.method(name)
    if attacher is None:
        return
    given = Holding(asked, target, scope)
    whole = whole_tree(asked, target, scope)
    if whole is None:
        yield Attaching(call, scope, name, attacher, given)
    else:
        yield Attaching(call, scope, name, replace(attacher, reach=Reach.TREE), Holding(asked, *whole), given)


def _is_imported(asked: Questions, node: ast.expr, scope: Scope) -> bool:
    """Whether it is an imported name, or a member of one: only these can be functions of a package."""
    while isinstance(node, ast.Attribute):
        node = node.value
    return isinstance(node, ast.Name) and any(isinstance(one, Imported) for one in asked.bound(node, scope))


def _is_of_another(asked: Questions, one: Attaching) -> bool:
    """Whether the called method is not that of ``torch.nn.Module``, but another one of the same name."""
    if attaching.method(one.name) is None:
        return False
    kinds = alternatives(asked.expression(one.call.func, one.scope))
    return any(isinstance(kind, (Function, KnownFunction)) and not _is_of_torch(kind) for kind in kinds)


def _is_of_torch(kind: Type) -> bool:
    return _full_name(kind).startswith("torch.")


def whole_tree(asked: Questions, node: ast.expr, scope: Scope) -> tuple[ast.expr, Scope] | None:
    """The module whose submodules a loop's variable iterates over: ``net`` in ``for m in net.modules()``."""
    if isinstance(node, ast.Name):
        for binding in asked.bound(node, scope):
            match binding:
                case Iterated(iterable=ast.Call(func=ast.Attribute(value=whole, attr="modules" | "named_modules"))):
                    return whole, binding.scope
    return None


def _comes_later(one: Attaching, holding: Holding) -> bool:
    """Whether the hooks are attached later in the same function, and no loop repeats the call after that."""
    row = holding.node.lineno
    if one.scope is not holding.scope or one.call.lineno <= row:
        return False
    loops = (node for node in ast.walk(one.scope.node) if isinstance(node, (ast.For, ast.While, ast.AsyncFor)))
    return not any(loop.lineno <= row and one.call.lineno <= (loop.end_lineno or 0) for loop in loops)
