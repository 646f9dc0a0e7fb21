"""Strategies for programs with forward() anywhere and in any layout, each with its expected rewrite."""

from __future__ import annotations

import functools
import re
import sys
from dataclasses import dataclass

from hypothesis import strategies as st


@dataclass(frozen=True)
class Piece:
    """A piece of a program and its expected rewrite; how many uses of forward() it has, and how many must stay."""

    before: str
    after: str
    uses: int = 0
    left: int = 0

    def __add__(self, other: Piece | str) -> Piece:
        other = plain(other) if isinstance(other, str) else other
        return Piece(
            self.before + other.before, self.after + other.after, self.uses + other.uses, self.left + other.left
        )

    def __radd__(self, other: str) -> Piece:
        return plain(other) + self


def plain(text: str) -> Piece:
    """A piece that does not change."""
    return Piece(text, text)


BLANKS = ["", " ", "  ", "\t", "\f", " \f\t"]
ENDS = ["\n", "\r\n", "\r"]
COMMENTS = ["# c", "# é ).forward(", "#", "# noqa: FWD001"]
ATOMS = ["x", "self.net", "é", "forward.weight", "layers[0]", "forward_", "_1", "super().net"]
LITERALS = ["'é'", '"a  # .forward(b)"', "'''a\n  .forward(b)'''", "1.5", "b'' b''", "{}", "...", "r'\\d'", '"" f""']
PREFIXES = ["not ", "-", "~ ", "await ", "await\t", "lambda: ", "lambda a, *b, k=1, **c: ", "yield ", "yield from "]
OPERATORS = [" + ", "**", " @ ", " if 1 else ", " and ", " not in ", " is not ", "<", " := ", " for é in ", ", *"]
OPERATORS += [" async for a, in ", " for a in b if ", " or\t"]

# Since Python 3.12, the braces of an f-string can contain anything, in any layout.
NEW_STRINGS = sys.version_info >= (3, 12)

# The contexts: "top", where a line break ends the statement; "brackets"; and the braces of an f-string, with the
# quotes that are allowed in them.
BRACES = "brackets" if NEW_STRINGS else "braces"


@functools.cache  # Building a strategy takes longer than drawing from it.
def gaps(context: str) -> st.SearchStrategy[str]:
    """Text that is allowed between two tokens."""
    if context.startswith("braces"):
        return st.sampled_from(["", " ", "  "])
    joined = st.builds("{} \\{}{}".format, st.sampled_from(["", " "]), st.sampled_from(ENDS), st.sampled_from(BLANKS))
    if context == "top":
        return st.one_of(st.sampled_from(BLANKS), joined)
    line = st.builds("{}{}{}".format, st.sampled_from(BLANKS), st.sampled_from(["", *COMMENTS]), st.sampled_from(ENDS))
    broken = st.builds("{}{}".format, st.lists(line, min_size=1, max_size=3).map("".join), st.sampled_from(BLANKS))
    return st.one_of(st.sampled_from(BLANKS), joined, broken)


def within(context: str) -> str:
    """The context between brackets inside another context."""
    return "brackets" if context == "top" else context


@functools.cache
@st.composite
def calls(draw: st.DrawFn, context: str, depth: int) -> Piece:
    """A call of forward(), with the attribute in parentheses or not."""
    parenthesised = draw(st.booleans())
    inside = within(context) if parenthesised else context
    receiver = draw(primaries(inside, depth - 1))
    before, between, after = (draw(gaps(inside)) for _ in range(3))
    removed = Piece(f"{before}.{between}forward{after}", rest(before, between, after), 1)
    arguments = draw(argument_lists(context, depth))
    if parenthesised:
        return "(" + receiver + removed + ")" + draw(gaps(context)) + arguments
    return receiver + removed + arguments


def rest(before: str, between: str, after: str) -> str:
    """The expected rest of the three gaps of a call."""
    kept_between = between if "#" in between else ""
    if "#" in before:
        return before + kept_between + after
    return kept_between + (after if "#" in after else "")


@functools.cache
@st.composite
def handed(draw: st.DrawFn, context: str, depth: int) -> Piece:
    """A bound method as an argument. It stays if it has a comment, which cannot be kept after the receiver."""
    receiver = draw(primaries(context, depth - 1))
    before, between = draw(gaps(context)), draw(gaps(context))
    name = f"{before}.{between}forward"
    piece = receiver + (Piece(name, name, 1, 1) if "#" in name else Piece(name, "", 1))
    return "(" + piece + draw(gaps(context)) + ")" if draw(st.booleans()) else piece


@functools.cache
@st.composite
def argument_lists(draw: st.DrawFn, context: str, depth: int) -> Piece:
    inside = within(context)
    some = st.one_of(expressions(inside, depth - 1), handed(inside, depth - 1))
    arguments = draw(st.lists(some, max_size=2))
    piece = "(" + plain(draw(gaps(inside)))
    for number, argument in enumerate(arguments):
        is_last = number == len(arguments) - 1
        prefix = draw(st.sampled_from(["", f"k{number}=", f"k{number} = "])) if is_last else ""
        piece += prefix + argument + draw(gaps(inside))
        piece += draw(st.sampled_from(["", ","])) if is_last else ","
    if arguments and piece.before.endswith(","):
        star = draw(st.sampled_from(["", "*", "**"]))
        piece += star + draw(primaries(inside, depth - 1)) + draw(gaps(inside)) if star else draw(gaps(inside))
    return piece + ")"


@functools.cache
@st.composite
def primaries(draw: st.DrawFn, context: str, depth: int) -> Piece:
    """An expression that can be followed by a dot."""
    if depth <= 0:
        literals = [] if context.startswith("braces") else LITERALS
        return plain(draw(st.sampled_from([*ATOMS, *literals])))
    inside = within(context)
    kinds = ["atom", "call", "call", "other call", "attribute", "subscript", "parentheses", "list", "operators"]
    if context != "braces":
        kinds.append("f-string")
    kind = draw(st.sampled_from(kinds))
    if kind == "atom":
        return draw(primaries(context, 0))
    if kind == "call":
        return draw(calls(context, depth))
    if kind == "f-string":
        return draw(f_strings(context, depth))
    if kind == "operators":
        return draw(bracketed(inside, depth))
    if kind in {"parentheses", "list"}:
        opening, closing = "()" if kind == "parentheses" else "[]"
        return opening + plain(draw(gaps(inside))) + draw(expressions(inside, depth - 1)) + closing
    receiver = draw(primaries(context, depth - 1))
    if kind == "other call":
        return receiver + draw(argument_lists(context, depth))
    if kind == "attribute":
        return receiver + draw(gaps(context)) + " .weight"
    colon = draw(st.sampled_from(["", ":", "::", ", 1:", ","]))
    return receiver + "[" + draw(expressions(inside, depth - 1)) + colon + draw(gaps(inside)) + "]"


@functools.cache
@st.composite
def bracketed(draw: st.DrawFn, context: str, depth: int) -> Piece:
    """An expression of one or two operands in parentheses."""
    first, second = draw(primaries(context, depth - 1)), draw(primaries(context, depth - 1))
    operators = [one for one in OPERATORS if ":" not in one or not context.startswith("braces")]
    operator, gap = draw(st.sampled_from(operators)), draw(gaps(context))
    if operator == " := ":
        first = plain("é")
    elif " in " in operator and "for" in operator:
        return "(" + first + gap + operator + second + draw(gaps(context)) + ")"
    elif operator == ", *":
        return "[*" + first + gap + operator + second + "]"
    prefixes = [one for one in PREFIXES if ":" not in one or not context.startswith("braces")]
    if draw(st.booleans()):
        return "(" + plain(draw(st.sampled_from(prefixes))) + first + gap + ")"
    return "(" + first + gap + operator + second + ")"


@functools.cache
@st.composite
def f_strings(draw: st.DrawFn, context: str, depth: int) -> Piece:
    """An f-string with at least two fields. There may be a field that shows its own source, and strings inside."""
    quote = context.removeprefix("braces")
    if quote in ("'", '"'):
        inside = "braces"
    else:
        quote = draw(st.sampled_from(["'", '"', "'''", '"""']))
        inside = BRACES if NEW_STRINGS else "braces" + ("'" if '"' in quote else '"')
    broken = draw(st.sampled_from(ENDS)) if len(quote) == 3 else ""
    first, width = draw(primaries(inside, depth - 1)), draw(primaries(inside, depth - 1))
    field = " { " + first + draw(st.sampled_from(["", "!r", ":>3", "!s:{w}"])) + "}"
    if draw(st.booleans()):
        shown = draw(primaries("braces", depth - 1))  # Strings inside make CPython 3.12 fail with a SystemError.
        field += Piece(f"{{ {shown.before} = }}", f"{{ {shown.before} = }}", shown.uses, shown.uses)
    field += "{x!r:>{" + width + "}}"
    prefix = draw(st.sampled_from(["f", "F", "rf", "'b' f"])) if not context.startswith("braces") else "f"
    return f"{prefix}{quote}é{{{{{broken}" + field + f"}}}}{broken}.forward(x){quote}"


@functools.cache
@st.composite
def expressions(draw: st.DrawFn, context: str, depth: int) -> Piece:
    """An expression that can be an argument."""
    if depth <= 0:
        return draw(primaries(context, 0))
    kinds = ["primary"] * 5 + ["sum", "condition", "comprehension", "super"]
    if not context.startswith("braces"):  # A colon would end the expression there.
        kinds += ["lambda", "dict"]
    kind = draw(st.sampled_from(kinds))
    first = draw(primaries(context, depth - 1))
    if kind == "primary":
        return first
    if kind == "super":
        return "super().forward(" + first + ")"
    if kind == "dict":
        return "{" + first + ": " + draw(primaries("brackets", depth - 1)) + ", **" + first + "}"
    second = draw(primaries(context, depth - 1))
    if kind == "sum":
        return first + draw(gaps(context)) + " + " + second
    if kind == "lambda":
        return "(lambda a=" + first + ": " + second + ")"
    if kind == "condition":
        return "(" + first + " if " + second + " else 1)"
    return "[" + first + " for a in " + second + "]"


STATEMENTS = [
    "y = {}",
    "{}  # noqa",
    "{}; {} ;",
    "\f{}",
    "if {}:\n    {}\nelse:\n\t{}  # noqa: FWD001, E501",
    "if {}: {}\nelif {}: {}",
    "@{}\n@a.b\ndef f(a={}, /, *b: {}, c={}, **d) -> {}:\n  '''x.forward(y)'''\n  global g\n  return {}",
    "@{}\nclass C({}, metaclass={}):\n\n  y: {} = {}\n\n  def f(self):\n    def g(a={}): nonlocal h; yield {}\n  \f\n",
    "with {} as y, {}: pass",
    "with ({} as y, {},):\n  pass",
    "for y in {}:\n  # x.forward(y)\n  yield {}\nelse: {}",
    "for ({}).y in {}: break",
    "while {}:\n \tcontinue",
    "match {}:\n  case [1] if {}: pass\n  case C(a=1) | {{'k': _}} | x.forward() if {}:\n    {}",
    "async def f():\n  async with {} as y:\n    async for z in {}: return await {}",
    "try: {}\nexcept {} as e: raise {} from {}\nfinally:\n  {}",
    "assert {}, {}",
    "del ({}).y, ({})[{}]",
    "({}).y += {}",
    "x[{}].y: {} = {}",
    "({}).y, *z = *{}, {}",
    "print({}, file={}, *{})",
    "if x:\n  '''\n x.forward(y)\n  ''' ; {}",
    "\f\n",
    "   # x.forward(y)\n",
    "import x.forward",
]
if NEW_STRINGS:
    STATEMENTS += ["type X[T: {}] = {}", "def f[T: {}](a: {}): {}", "try: pass\nexcept* {}: pass"]


@st.composite
def programs(draw: st.DrawFn) -> Piece:
    piece = plain("")
    for template in draw(st.lists(st.sampled_from(STATEMENTS), min_size=1, max_size=3)):
        for part in re.split(r"(\{\}|\n)", template):
            if part == "{}":
                piece += draw(expressions("top", 3))
            else:
                line_end = part == "\n"
                piece += draw(st.sampled_from(ENDS)) if line_end else part.replace("{{", "{").replace("}}", "}")
        piece += draw(st.sampled_from(ENDS))
    if draw(st.booleans()):
        piece += draw(expressions("top", 2))  # Without a final line break.
    return piece


# Possible starts of a file, and the resulting encodings.
HEADS = [
    ("", "utf-8", "utf-8"),
    ("", "utf-8-sig", "utf-8-sig"),
    ("# -*- coding: utf-8 -*-\n", "utf-8-sig", "utf-8-sig"),
    ("# coding: latin-1\n", "latin-1", "iso-8859-1"),
    ("#!/usr/bin/env python\r\n# vim: set fileencoding=cp1252 :\r\n", "cp1252", "cp1252"),
    ("\f# coding=mac-roman\n", "mac-roman", "mac-roman"),
    ("#!python\n\f # coding=iso8859-15\n", "iso8859-15", "iso8859-15"),
]
