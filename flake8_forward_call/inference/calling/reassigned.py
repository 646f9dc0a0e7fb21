"""Whether ``forward`` is replaced on instances, so that ``Module.__call__`` runs other code than the class shows.

That code may call a method that calls ``self.forward``. Then the hooks have already run for the outer call.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field

from flake8_forward_call.inference.answers import Member
from flake8_forward_call.inference.calling import own_forward
from flake8_forward_call.inference.classes.bodies import method_in
from flake8_forward_call.inference.definitions import SourceClass, is_foreign
from flake8_forward_call.inference.project.searching import storing
from flake8_forward_call.inference.questions import Questions
from flake8_forward_call.inference.statements.stores import Store, stores_of
from flake8_forward_call.inference.syntax.bindings import Assigned
from flake8_forward_call.inference.syntax.file import File
from flake8_forward_call.inference.syntax.flow import flow_of
from flake8_forward_call.inference.syntax.references import references_of
from flake8_forward_call.inference.syntax.scopes import Scope, scopes_of
from flake8_forward_call.inference.types import Function, Instance, Partial, Slot, Type, Unknown, alternatives
from flake8_forward_call.inference.verdicts.verdict import Sameness

# If more files than this replace `forward` of something, only those of the class and its relatives are read.
MAX_FILES = 30


def is_reassigned(asked: Questions, receiver: ast.expr, scope: Scope) -> SourceClass | None:
    """The class of the receiver ``self`` if its ``forward`` is replaced, perhaps by what leads to the call; or None.

    Raises OutOfBudget.
    """
    method = own_forward.method_around(scope)
    if method is None or not own_forward.is_self(receiver, scope, method):
        return None
    assert method.enclosing_class is not None
    cls = asked.source_class(method.enclosing_class)
    member = Member(cls, "forward", False)
    for file in _files(asked, cls):
        for store in stores_of(file).named.get("forward", ()):
            if store.value is not None and _leads_to(asked, store, member, method):
                return cls
    return None


def runs_as_forward(receiver: ast.expr, scope: Scope) -> Sameness:
    """DIFFERENT if the call is in a function that is bound to a module as its ``forward``, and calls that again.

    ``net.forward = MethodType(step, net)``, where ``def step(self, x)`` calls ``self.forward``. PERHAPS if the function
    is also called by its own name, SAME if the file does not bind it.
    """
    if not isinstance(receiver, ast.Name):
        return Sameness.SAME
    function = next((one for one in scope.outward() if receiver.id in flow_of(one).bound), None)
    name = "" if function is None else getattr(function.node, "name", "")
    if function is None or not name or function.is_class or function.enclosing_class is not None:
        return Sameness.SAME
    around = function.parent
    if around is None or function.positional[:1] != [receiver.id]:
        return Sameness.SAME
    stored = (one for one in stores_of(scope.file).named.get("forward", ()) if around in one.scope.outward())
    if not any(_is_bound_by(one, name) for one in stored):
        return Sameness.SAME
    uses = references_of(scope.file).called.get(name, ())
    is_called = any(isinstance(one.callee, ast.Name) and around in one.scope.outward() for one in uses)
    return Sameness.PERHAPS if is_called else Sameness.DIFFERENT


def _is_bound_by(store: Store, name: str) -> bool:
    """Whether what is stored is a function with its first argument given, by ``__get__``, MethodType or a wrapper."""
    if not isinstance(store.value, ast.Call):
        return False
    return any(isinstance(one, ast.Name) and one.id == name for one in ast.walk(store.value))


def _files(asked: Questions, cls: SourceClass) -> Iterator[File]:
    kin = (*asked.hierarchy.order(cls), *asked.hierarchy.project_subclasses(cls))
    own = [one.scope.file for one in kin if isinstance(one, SourceClass) and not is_foreign(one)]
    found = asked.files_mentioning(storing("forward"), cls.scope.file, MAX_FILES) or ()
    yield from dict.fromkeys((*own, *found))


def _leads_to(asked: Questions, store: Store, member: Member, method: Scope) -> bool:
    """Whether what is stored may run the method, on an instance of the class.

    Something that was not read may, but only if it is certain that the owner is related to the class.
    """
    into = asked.is_stored_into(store, member)
    if into is False and not any(map(_may_be_any_module, asked.owners_of_store(store))):
        return False
    assert store.value is not None
    parts = _Parts(asked, member.cls, "" if store.owner is None else ast.dump(store.owner))
    parts.read(store.value, store.scope)
    if not parts.is_read and into:
        return True
    names = {name for one in parts.functions for name in _names(one)}
    return own_forward.leads_to(asked, member.cls, sorted(names - {"forward"}), method)


def _may_be_any_module(owner: Type) -> bool:
    """Whether the class of an owner is another package's, such as ``nn.Module``, and so says little about it."""
    bound = owner.bound if isinstance(owner, Slot) else owner
    return any(isinstance(one, Instance) and is_foreign(one.cls) for one in alternatives(bound))


def _names(function: Scope) -> Iterator[str]:
    """Yield the name of a function, and those of all attributes that it uses."""
    yield getattr(function.node, "name", "")
    yield from (node.attr for node in ast.walk(function.node) if isinstance(node, ast.Attribute))


@dataclass(slots=True)
class _Parts:
    """The functions of the project that a value consists of, and whether all of it was read.

    It is stored in an instance of ``cls``, or in the class, which the code calls ``owner``.
    """

    asked: Questions
    cls: SourceClass
    owner: str
    functions: list[Scope] = field(default_factory=list)
    is_read: bool = True
    seen: set[int] = field(default_factory=set)

    def read(self, node: ast.expr, scope: Scope) -> None:
        """Add what an expression consists of: a function, or what a wrapper gets."""
        if id(node) in self.seen:
            return
        self.seen.add(id(node))
        match node:
            case ast.Lambda():
                self.functions.append(scopes_of(scope.file).opened[id(node)])
            case ast.Attribute(attr="forward") | ast.Constant():
                pass
            case ast.Attribute(value=owner, attr=name) if ast.dump(owner) == self.owner and self._has(name):
                pass
            case ast.Name() if values := self._assigned(node, scope):
                for value, where in values:
                    self.read(value, where)
            case ast.Name() | ast.Attribute():
                self._add(self.asked.resolved(self.asked.expression(node, scope)))
            case ast.Call():
                for one in (node.func, *node.args, *(keyword.value for keyword in node.keywords)):
                    self.read(one, scope)
            case ast.IfExp(body=first, orelse=second):
                self.read(first, scope)
                self.read(second, scope)
            case _:
                self.is_read = False

    def _assigned(self, name: ast.Name, scope: Scope) -> list[tuple[ast.expr, Scope]]:
        """The values of a name, if all of them are assigned to it."""
        bindings = list(self.asked.bound(name, scope))
        values = [(one.value, one.scope) for one in bindings if isinstance(one, Assigned) and not one.path]
        return values if len(values) == len(bindings) else []

    def _has(self, name: str) -> bool:
        """Add the method that the class or a subclass has under a name. Returns whether there is one."""
        kin = (self.cls, *self.asked.hierarchy.project_subclasses(self.cls))
        found = dict.fromkeys(filter(None, (method_in(self.asked.hierarchy.order(one), name) for one in kin)))
        self.functions += found
        return bool(found)

    def _add(self, kind: Type) -> None:
        for one in alternatives(kind):
            match one:
                case Function(scope=inner):
                    self.functions.append(inner)
                case Partial(callee):
                    self._add(callee)
                case Unknown() | Slot(bound=Unknown()):
                    self.is_read = False
