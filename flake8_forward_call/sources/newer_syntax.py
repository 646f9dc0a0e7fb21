"""Whether a text that Python rejects is written for a newer Python than the one that runs this.

Python's own message would call the text wrong. libcst's parser does not depend on the Python that runs it, and knows
the syntax of later versions: a text that it accepts, and that contains such syntax, is most likely valid.
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
    """A form of syntax: its name, and the first Python that has it."""

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

# Nodes that always mean one form. Older releases of libcst lack the last ones.
_NODES = {
    "TryStar": _GROUP,
    "TypeParameters": _PARAMETERS,
    "TypeAlias": _ALIAS,
    "TemplatedString": _TEMPLATE,
    "LazyImport": _LAZY,
}

# Starts of lines that always mean one form, for a text that libcst does not parse either.
_LINES = (
    (re.compile(r"\s*type\s+[^\W\d]\w*\s*(?:\[|=(?!=))"), _ALIAS),
    (re.compile(r"\s*(?:class|(?:async\s+)?def)\s+[^\W\d]\w*\s*\["), _PARAMETERS),
    (re.compile(r"\s*except\s*\*"), _GROUP),
)


# For each of these, libcst's parser uses a level of the machine's stack, and crashes the process when that is full.
_NESTING = re.compile(r"[(\[{~+\-.*/%@<>|&^]|\b(?:not|lambda|else|elif|await|and|or|for|in|is)\b|[\"']")

# In a text that Python rejects, all of them may be nested. Without a large stack, there is room for a thousand.
MAX_NESTING = 2 * LEVELS
_MAX_NESTING_WITHOUT = 800

# A chain of a thousand calls takes libcst's parser three seconds.
_MAX_IN_LINE = 1_000


@with_room
def newer_form(text: str, line: str, running: Version) -> Form | None:
    """The form in a rejected text that the ``running`` Python lacks; None if none is found.

    Of several, it is the one that needs the newest Python. ``line`` is the line at which Python rejected the text.
    """
    import libcst as cst

    try:
        module = None if _may_be_deep(text) else cst.parse_module(text)
    except Exception:  # What it raises for an invalid text is not known.
        module = None
    told = (form for pattern, form in _LINES if pattern.match(line)) if module is None else _forms(module)
    newer = [form for form in told if form.since > running]
    return max(newer, key=lambda form: form.since, default=None)


def _may_be_deep(text: str) -> bool:
    """Whether a text could be nested too deeply for libcst's parser, or contain a chain that takes it minutes."""
    if not has_room():
        return _has_more(text, _MAX_NESTING_WITHOUT)
    return _has_more(text, MAX_NESTING) or any(_has_more(line, _MAX_IN_LINE) for line in text.splitlines())


def _has_more(text: str, number: int) -> bool:
    """Whether a text has more than ``number`` places that may open a level."""
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
    """The form of a node whose kind also exists in older Pythons; None if it is not a newer form."""
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
    """Yield the expressions in braces in an f-string, and those in their format specifications."""
    import libcst as cst

    for child in node.children:
        if isinstance(child, cst.FormattedStringExpression):
            yield child
            yield from _expressions(child)


def _inside(braces: cst.FormattedStringExpression, module: cst.Module) -> str:
    """The code in a pair of braces, without conversion and format specification."""
    parts = (braces.whitespace_before_expression, braces.expression, braces.whitespace_after_expression)
    return "".join(map(module.code_for_node, parts))


def _is_exception(element: cst.BaseElement) -> bool:
    """Whether an element of an except clause is the name of a class; in Python 2 the last one named the exception."""
    import libcst as cst

    value = element.value
    return isinstance(value, cst.Attribute) or (isinstance(value, cst.Name) and value.value[:1].isupper())
