"""``from module import *`` after a binding: from there on, the name is the module's, if the module has it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from flake8_forward_call.inference.syntax.states import untested
from flake8_forward_call.inference.types import NEVER, Type

if TYPE_CHECKING:
    import ast
    from collections.abc import Iterator

    from flake8_forward_call.inference.evaluating.evaluate import Evaluator
    from flake8_forward_call.inference.syntax.bindings import AnyBinding
    from flake8_forward_call.inference.syntax.scopes import Scope


def hiding(
    ev: Evaluator, bindings: Sequence[AnyBinding], name: str, scope: Scope, use: ast.Name | None
) -> Iterator[Type]:
    """Yield the types that star imports after a name's bindings in a scope give it, up to its use, if one is given."""
    last = max((getattr(one.node, "lineno", 0) for one in untested(tuple(bindings))), default=0)
    for star in scope.stars:
        if star.lineno <= last or (use is not None and star.lineno > use.lineno):
            continue
        full = scope.file.absolute(star.module or "", star.level)
        source = None if full is None or not ev.project.mentions(full, name) else ev.project.file(full)
        if source is not None and source is not scope.file and source.exports(name):
            found = ev.global_of(source, name)
            if found is not None and found != NEVER:
                yield found
