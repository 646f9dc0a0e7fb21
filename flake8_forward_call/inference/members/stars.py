"""``from module import *`` after a binding: from there on, the name is the module's, if the module has it."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

from flake8_forward_call.inference.members.exports import exports
from flake8_forward_call.inference.questions import Questions
from flake8_forward_call.inference.syntax.bindings import AnyBinding
from flake8_forward_call.inference.syntax.scopes import Scope
from flake8_forward_call.inference.syntax.states import untested
from flake8_forward_call.inference.types import NEVER, Type


def hiding(
    asked: Questions, bindings: Sequence[AnyBinding], name: str, scope: Scope, use: ast.Name | None
) -> Iterator[Type]:
    """Yield the types that star imports after a name's bindings in a scope give it, up to its use, if one is given."""
    last = max((getattr(one.node, "lineno", 0) for one in untested(tuple(bindings))), default=0)
    for star in scope.stars:
        if star.lineno <= last or (use is not None and star.lineno > use.lineno):
            continue
        full = scope.file.absolute(star.module or "", star.level)
        source = None if full is None or not asked.project.mentions(full, name) else asked.project.file(full)
        if source is not None and source is not scope.file and exports(source, name):
            found = asked.global_of(source, name)
            if found is not None and found != NEVER:
                yield found
