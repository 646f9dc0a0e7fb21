"""The patterns of ``match``: what a pattern binds, and the `isinstance` test that it is equivalent to."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import partial

from flake8_forward_call.inference.syntax.bindings import Matched, Opaque
from flake8_forward_call.inference.syntax.expressions import Expressions
from flake8_forward_call.inference.syntax.scopes import Scope
from flake8_forward_call.inference.syntax.states import State
from flake8_forward_call.sources.trees import children


class Patterns(Expressions):
    """Walks through patterns as well."""

    def __init__(self, scope: Scope) -> None:
        super().__init__(scope)
        self._tests: dict[int, ast.expr] = {}

    def _pattern_test(self, subject: ast.expr, pattern: ast.pattern) -> ast.expr | None:
        """The `isinstance` test that is equivalent to a class pattern; None if there is none."""
        test = self._tests.get(id(pattern))
        classes = list(_pattern_classes(pattern))
        if test is None and classes:
            test = ast.Call(ast.Name("isinstance", ast.Load()), [subject, ast.Tuple(classes, ast.Load())], [])
            self._tests[id(pattern)] = ast.copy_location(test, pattern)
        return test

    def _captures(self, pattern: ast.pattern, subject: ast.expr, state: State, *, whole: bool) -> None:
        match pattern:
            case ast.MatchAs(pattern=inner, name=name):
                if inner is not None:
                    self._captures(inner, subject, state, whole=whole)
                if name is not None:
                    self._bind(
                        name, state, pattern, partial(Matched, pattern, self.scope, False, subject, inner, whole)
                    )
            case ast.MatchStar(name=name) | ast.MatchMapping(rest=name) if name is not None:
                self._bind(name, state, pattern, partial(Opaque, pattern, self.scope, False))
        for child in children(pattern):
            if isinstance(child, ast.pattern):
                if not isinstance(pattern, ast.MatchAs):
                    self._captures(child, subject, state, whole=whole and isinstance(pattern, ast.MatchOr))
            else:
                self._expression(child, state)


def catches_all(pattern: ast.pattern) -> bool:
    return isinstance(pattern, ast.MatchAs) and pattern.pattern is None


def _pattern_classes(pattern: ast.pattern | None) -> Iterator[ast.expr]:
    match pattern:
        case ast.MatchClass(cls=cls):
            yield cls
        case ast.MatchAs(pattern=inner):
            yield from _pattern_classes(inner)
        case ast.MatchOr(patterns=several) if all(isinstance(one, ast.MatchClass) for one in several):
            for one in several:
                yield from _pattern_classes(one)
