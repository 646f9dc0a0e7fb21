"""Values that are stored in a global by other code than its own bindings."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from flake8_forward_call.inference.answers import Swap, Variable
from flake8_forward_call.inference.project.searching import storing
from flake8_forward_call.inference.questions import Questions
from flake8_forward_call.inference.statements.stores import Store, stores_of
from flake8_forward_call.inference.swapping import between, steps, values
from flake8_forward_call.inference.swapping.holders import Holder
from flake8_forward_call.inference.syntax.bindings import Assigned, Binding, Imported, Outer
from flake8_forward_call.inference.syntax.file import File
from flake8_forward_call.inference.syntax.flow import flow_of
from flake8_forward_call.inference.syntax.references import last_name
from flake8_forward_call.inference.syntax.scopes import scopes_of
from flake8_forward_call.inference.syntax.states import untested
from flake8_forward_call.inference.types import Namespace, alternatives

# The most files that are read for one name. If more may store it, only those that also mention its module are read.
MAX_FILES = 30
# The same for stores that do not write out the name. They are rare, and cost more.
MAX_DYNAMIC_FILES = 10

# The last names of expressions that give a Python module.
_PYTHON_MODULES = frozenset({"import_module", "__import__", "modules"})


def store_in(asked: Questions, held: Holder, variable: Variable) -> Swap | None:
    """Where something other than a module is stored in a variable, in a way that inference ignores."""
    if held.proof:
        swaps = [one.scope for one in _written(variable) if steps.is_other(asked, asked.binding(one), held.steps)]
        call = between.leading_to(asked, held, swaps)
        return None if call is None else Swap(call, held.scope)
    if variable.scope.parent is not None:
        return None
    file = variable.scope.file
    first = min(
        (getattr(one.node, "lineno", 0) for one in flow_of(variable.scope).bound.get(variable.name, ())), default=0
    )
    for store in _stores(asked, variable):
        is_earlier = store.scope is variable.scope and store.at.lineno < first
        if not is_earlier and _is_into(asked, store, file) and values.is_other(asked, store, held.steps):
            return values.swap_by(asked, store, held.steps)
    return _dynamic(asked, held, variable)


def _dynamic(asked: Questions, held: Holder, variable: Variable) -> Swap | None:
    """Where something certainly not a module is stored in globals under a name that is not written out."""
    home = variable.scope.file
    beside = home.name.rpartition(".")[2]
    files = (asked.files_mentioning("setattr", home, MAX_DYNAMIC_FILES, beside) if beside else None) or (home,)
    for file in files:
        for store in stores_of(file).dynamic:
            if not _may_be_python_module(store):
                continue
            is_named = store.key is not None and asked.may_be_name(store.key, store.scope, variable.name)
            if (
                is_named
                and _is_into(asked, store, home)
                and values.is_other(asked, store, held.steps, for_certain=True)
            ):
                return Swap(store.at, store.scope)
    return None


def _written(variable: Variable) -> Iterator[Binding]:
    """Yield the bindings that nested functions give a variable of a scope around them."""
    for nested in scopes_of(variable.scope.file).outer_writers.get(variable.name, ()):
        if nested is not variable.scope and variable.scope in nested.outward():
            for one in untested(tuple(flow_of(nested).bound.get(variable.name, ()))):
                if not isinstance(one, Outer):
                    yield one


def _stores(asked: Questions, variable: Variable) -> Iterator[Store]:
    home, word = variable.scope.file, storing(variable.name)
    files = asked.files_mentioning(word, home, MAX_FILES)
    if files is None:
        files = asked.files_mentioning(word, home, MAX_FILES, home.name.rpartition(".")[2])
    for file in files or (home,):
        yield from stores_of(file).named.get(variable.name, ())


def _may_be_python_module(store: Store) -> bool:
    """Whether a store may be into a Python module, as a check before anything is evaluated."""
    match store.owner:
        case ast.Name(id=name):
            outer = next((one for one in store.scope.outward() if name in flow_of(one).bound), None)
            bound = () if outer is None else flow_of(outer).bound[name]
            return any(
                isinstance(one, Imported) or (isinstance(one, Assigned) and last_name(one.value) in _PYTHON_MODULES)
                for one in bound
            )
        case ast.Attribute():
            return False
        case _:
            return True


def _is_into(asked: Questions, store: Store, file: File) -> bool:
    """Whether a store is into the globals of a file."""
    if store.dotted is not None:
        return asked.project.file(store.dotted) is file
    if store.owner is None:
        return store.scope.file is file
    match store.owner:
        case ast.Subscript(value=ast.Attribute(attr="modules"), slice=ast.Name(id="__name__")):
            return store.scope.file is file
        case ast.Subscript(value=ast.Attribute(attr="modules"), slice=ast.Constant(value=str(name))):
            return asked.project.file(name) is file
        case _:
            kinds = alternatives(asked.resolved(asked.expression(store.owner, store.scope)))
            return any(isinstance(one, Namespace) and asked.project.file(one.name) is file for one in kinds)
