"""Who calls the instances of a class: ``x(...)`` for its ``__call__``, or for the ``forward`` of a module.

No name leads to such calls. But code that calls an instance names its class, a base or a subclass of it, or what makes
one. So only files that do are read, and there each call of something that is such an instance counts.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator
from itertools import islice

from flake8_forward_call.inference.answers import Found
from flake8_forward_call.inference.definitions import SourceClass, is_foreign
from flake8_forward_call.inference.questions import Questions
from flake8_forward_call.inference.syntax.file import File
from flake8_forward_call.inference.syntax.flow import flow_of
from flake8_forward_call.inference.syntax.references import Called
from flake8_forward_call.inference.syntax.scopes import Scope, root_of
from flake8_forward_call.inference.types import Instance, Origin, Slot, Type, alternatives
from flake8_forward_call.inference.usage import relaying

# At most so many files are read for one class, and so many calls of values looked at in them.
MAX_FILES = 20
MAX_CALLS = 500


def instance_calls(
    asked: Questions, cls: SourceClass, method: str, counts: Callable[[ast.Call], bool]
) -> Iterator[Found]:
    """Yield the calls of a class's instances in the files that name it, one of its bases or its subclasses.

    ``method`` is what such a call has to run: the class's ``__call__``, or its ``forward``. ``counts`` tells of which
    calls the callee is worth to be looked at.

    There may always be more: an instance may be passed on to code that does not name its class. A call is not certain
    if it is also one of something else, because its arguments may be for that.
    """
    for scope, call in islice(_calls_in(_files(asked, cls)), MAX_CALLS):
        match call.func:
            case ast.Attribute(value=callee, attr="__call__"):
                pass
            case callee:
                pass
        pairs = [(callee, [call]), *((one, relaying.calls(asked, one, call, scope)) for one in _arguments(call))]
        for one, made in pairs:
            calls = [*filter(counts, made)]
            kinds = alternatives(asked.resolved(asked.expression(one, scope))) if calls else ()
            if any(_may_run(asked, cls, method, kind) for kind in kinds):
                for each in calls:
                    yield Found(Called(one, scope, each), is_bound=True, is_certain=len(kinds) == 1)


def _arguments(call: ast.Call) -> list[ast.expr]:
    return [*call.args, *(one.value for one in call.keywords)]


def _calls_in(files: Iterable[File]) -> Iterator[tuple[Scope, ast.Call]]:
    for file in files:
        for scope in root_of(file).inward():
            yield from ((scope, call) for call in scope.calls)


def _files(asked: Questions, cls: SourceClass) -> Iterable[File]:
    bases = [one for one in asked.hierarchy.order(cls) if isinstance(one, SourceClass) and not is_foreign(one)]
    found: dict[File, None] = {}
    for one in dict.fromkeys([*bases, *asked.hierarchy.project_subclasses(cls)]):
        files = asked.files_mentioning(one.node.name, one.scope.file, MAX_FILES)
        found.update(dict.fromkeys(files or (one.scope.file,)))
    return islice(found, MAX_FILES)


def _may_run(asked: Questions, cls: SourceClass, method: str, kind: Type) -> bool:
    """Whether calling a value may run the ``__call__`` of a class, or its ``forward`` with the same arguments."""
    match kind:
        case Instance(cls=SourceClass() as other, origin=origin):
            pass
        case Slot(bound=Instance(cls=SourceClass() as other)):
            origin = Origin.DECLARED
        case _:
            return False
    if asked.hierarchy.derives(other, cls):
        # The first class that has it may be one that overrides it.
        order = [one for one in asked.hierarchy.order(other) if isinstance(one, SourceClass)]
        if method != "__call__" and any("__call__" in flow_of(one.scope).exit for one in order):
            return False
        return next((one for one in order if method in flow_of(one.scope).exit), None) is cls
    return origin is not Origin.CONSTRUCTED and asked.hierarchy.derives(cls, other)
