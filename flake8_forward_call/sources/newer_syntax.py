"""Whether a text that Python refuses is written for a newer Python than the one that runs this.

Python's own message for that blames the text. libcst's parser is the same whichever Python runs it, and knows the forms
of later ones: a text that it takes, and that holds such a form, is most likely right.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, TypeAlias

from flake8_forward_call.stack import LEVELS, has_room, with_room

if TYPE_CHECKING:
    import libcst as cst

Version: TypeAlias = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Form:
    """A form of syntax, by what it is called, and the first Python that has it."""

    name: str
    since: Version


_UNPACKING = Form("unpacking in a subscript or an annotation", (3, 11))
_GROUP = Form("except* clause", (3, 11))
_FSTRING = Form("f-string with its own quotes, backslashes or line breaks inside its braces", (3, 12))
_PARAMETERS = Form("type parameter list", (3, 12))
_ALIAS = Form("type statement", (3, 12))
_DEFAULT = Form("default of a type parameter", (3, 13))
_BARE = Form("except clause with several types and no parentheses", (3, 14))
_TEMPLATE = Form("t-string", (3, 14))
_LAZY = Form("lazy import", (3, 15))

# By the node that is never anything else; older releases of libcst lack the last ones.
_NODES = {
    "TryStar": _GROUP,
    "TypeParameters": _PARAMETERS,
    "TypeAlias": _ALIAS,
    "TemplatedString": _TEMPLATE,
    "LazyImport": _LAZY,
}

# How a line begins that can be nothing else, for a text that is wrong further down as well.
_LINES = (
    (re.compile(r"\s*type\s+[^\W\d]\w*\s*(?:\[|=(?!=))"), _ALIAS),
    (re.compile(r"\s*(?:class|(?:async\s+)?def)\s+[^\W\d]\w*\s*\["), _PARAMETERS),
    (re.compile(r"\s*except\s*\*"), _GROUP),
)


# libcst's parser goes down a level of the machine's stack for each of these, and ends the process where that is full.
_NESTING = re.compile(r"[(\[{~+\-.*/%@<>|&^]|\b(?:not|lambda|else|elif|await|and|or|for|in|is)\b|[\"']")

# A text that Python refuses may have them all in one place. Without a large stack there is room for a thousand.
MAX_NESTING = 2 * LEVELS
_MAX_NESTING_WITHOUT = 800

# A chain of a thousand calls takes libcst's parser three seconds.
_MAX_IN_LINE = 1_000


@with_room
def newer_form(text: str, line: str, running: Version) -> Form | None:
    """The form in a text that Python refuses which the ``running`` Python lacks, None if there is none to be seen.

    Of several it is the one that takes the newest Python. ``line`` is that on which Python refused the text.
    """
    import libcst as cst

    try:
        module = None if _may_be_deep(text) else cst.parse_module(text)
    except Exception:  # What it makes of a text that is wrong is not known.
        module = None
    told = (form for pattern, form in _LINES if pattern.match(line)) if module is None else _forms(module)
    newer = [form for form in told if form.since > running]
    return max(newer, key=lambda form: form.since, default=None)


def _may_be_deep(text: str) -> bool:
    """Whether a text could be nested deeper than libcst's parser can go, or hold a chain that takes it minutes."""
    if not has_room():
        return _has_more(text, _MAX_NESTING_WITHOUT)
    return _has_more(text, MAX_NESTING) or any(_has_more(line, _MAX_IN_LINE) for line in text.splitlines())


def _has_more(text: str, number: int) -> bool:
    """Whether a text has more than so many places that may open a level."""
    return next(islice(_NESTING.finditer(text), number, None), None) is not None


def _forms(module: cst.Module) -> Iterator[Form]:
    waiting: list[cst.CSTNode] = [module]
    while waiting:
        node = waiting.pop()
        form = _NODES.get(type(node).__name__) or _form(node, module)
        if form is not None:
            yield form
        waiting += node.children


def _form(node: cst.CSTNode, module: cst.Module) -> Form | None:
    """The form of a node that is of a kind which older Pythons have as well."""
    import libcst as cst

    match node:
        case cst.TypeParam(default=cst.BaseExpression()):
            return _DEFAULT
        case cst.Index(star="*") | cst.Annotation(annotation=cst.StarredElement()):
            return _UNPACKING
        case cst.ExceptHandler(type=cst.Tuple(lpar=[]) as types) if all(map(_is_exception, types.elements)):
            return _BARE
        case cst.FormattedString():
            signs = (node.quote, "\\", *(() if len(node.quote) == 3 else "\n"))
            codes = [_inside(one, module) for one in _expressions(node)]
            return _FSTRING if any(sign in code for code in codes for sign in signs) else None
        case _:
            return None


def _expressions(node: cst.CSTNode) -> Iterator[cst.FormattedStringExpression]:
    """What stands in braces in an f-string, and in the braces of its formats."""
    import libcst as cst

    for child in node.children:
        if isinstance(child, cst.FormattedStringExpression):
            yield child
            yield from _expressions(child)


def _inside(braces: cst.FormattedStringExpression, module: cst.Module) -> str:
    """The code in a pair of braces, without conversion and format."""
    parts = (braces.whitespace_before_expression, braces.expression, braces.whitespace_after_expression)
    return "".join(map(module.code_for_node, parts))


def _is_exception(element: cst.BaseElement) -> bool:
    """Whether an element of an except clause is the name of a class; in Python 2 the last one named the exception."""
    import libcst as cst

    value = element.value
    return isinstance(value, cst.Attribute) or (isinstance(value, cst.Name) and value.value[:1].isupper())
