"""Generated programs: whatever the receivers, the layout and the place of the calls, the rewrite holds."""

from __future__ import annotations

import ast
import copy
import functools
import re
import warnings
from dataclasses import dataclass

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rewriting import fix, fixes

from flake8_forward_call.rewriter import rewrite
from flake8_forward_call.source import Source
from flake8_forward_call.visitor import find_sites


@dataclass(frozen=True)
class Piece:
    """A piece of a program and what it should become; how many calls of forward() it holds."""

    before: str
    after: str
    calls: int = 0

    def __add__(self, other: Piece | str) -> Piece:
        other = plain(other) if isinstance(other, str) else other
        return Piece(self.before + other.before, self.after + other.after, self.calls + other.calls)

    def __radd__(self, other: str) -> Piece:
        return plain(other) + self


def plain(text: str) -> Piece:
    """A piece that stays as it is."""
    return Piece(text, text)


BLANKS = ["", " ", "  ", "\t", "\f"]
ENDS = ["\n", "\r\n", "\r"]
COMMENTS = ["# c", "# é ).forward(", "#", "# noqa: FWD001"]
ATOMS = ["x", "self.net", "é", "forward.weight", "layers[0]", "forward_", "_1", "super().net"]
LITERALS = ["'é'", '"a  # .forward(b)"', "'''a\n  .forward(b)'''", "1.5", "b'' b''", "{}", "...", "r'\\d'"]


@functools.cache  # To build a strategy takes longer than to draw from it.
def gaps(context: str) -> st.SearchStrategy[str]:
    """What can stand between two tokens of a call: at the top level, in brackets, in the braces of an f-string."""
    if context == "braces":
        return st.sampled_from(["", " ", "  "])
    joined = st.builds("{} \\{}{}".format, st.sampled_from(["", " "]), st.sampled_from(ENDS), st.sampled_from(BLANKS))
    if context == "top":
        return st.one_of(st.sampled_from(BLANKS), joined)
    line = st.builds("{}{}{}".format, st.sampled_from(BLANKS), st.sampled_from(["", *COMMENTS]), st.sampled_from(ENDS))
    broken = st.builds("{}{}".format, st.lists(line, min_size=1, max_size=3).map("".join), st.sampled_from(BLANKS))
    return st.one_of(st.sampled_from(BLANKS), joined, broken)


@functools.cache
@st.composite
def calls(draw: st.DrawFn, context: str, depth: int) -> Piece:
    """A call of forward(), with the attribute in parentheses or not."""
    parenthesised = draw(st.booleans())
    inside = "brackets" if parenthesised and context == "top" else context
    receiver = draw(primaries(inside, depth - 1))
    before, between, after = (draw(gaps(inside)) for _ in range(3))
    removed = Piece(f"{before}.{between}forward{after}", rest(before, between, after), 1)
    arguments = draw(argument_lists(context, depth))
    if parenthesised:
        return "(" + receiver + removed + ")" + draw(gaps(context)) + arguments
    return receiver + removed + arguments


def rest(before: str, between: str, after: str) -> str:
    """What should be left of the three gaps of a call."""
    kept_between = between if "#" in between else ""
    if "#" in before:
        return before + kept_between + after
    return kept_between + (after if "#" in after else "")


@functools.cache
@st.composite
def argument_lists(draw: st.DrawFn, context: str, depth: int) -> Piece:
    inside = "brackets" if context == "top" else context
    arguments = draw(st.lists(expressions(inside, depth - 1), max_size=2))
    piece = "(" + plain(draw(gaps(inside)))
    for number, argument in enumerate(arguments):
        prefix = draw(st.sampled_from(["", f"k{number}=", "*"])) if number == len(arguments) - 1 else ""
        piece += prefix + argument + draw(gaps(inside)) + ("," if number < len(arguments) - 1 else "")
    return piece + ")"


@functools.cache
@st.composite
def primaries(draw: st.DrawFn, context: str, depth: int) -> Piece:
    """What a dot can follow."""
    if depth <= 0:
        literals = [] if context == "braces" else LITERALS
        atom = draw(st.sampled_from([*ATOMS, *literals]))
        return plain(atom)
    inside = "brackets" if context == "top" else context
    kind = draw(
        st.sampled_from(["atom", "call", "call", "other call", "attribute", "subscript", "parentheses", "list"])
    )
    if kind == "atom":
        return draw(primaries(context, 0))
    if kind == "call":
        return draw(calls(context, depth))
    if kind in {"parentheses", "list"}:
        opening, closing = "()" if kind == "parentheses" else "[]"
        return opening + plain(draw(gaps(inside))) + draw(expressions(inside, depth - 1)) + closing
    receiver = draw(primaries(context, depth - 1))
    if kind == "other call":
        return receiver + draw(argument_lists(context, depth))
    if kind == "attribute":
        return receiver + draw(gaps(context)) + " .weight"
    return receiver + "[" + draw(expressions(inside, depth - 1)) + "]"


@functools.cache
@st.composite
def expressions(draw: st.DrawFn, context: str, depth: int) -> Piece:
    """Anything that can be an argument."""
    if depth <= 0:
        return draw(primaries(context, 0))
    kinds = ["primary"] * 4 + ["sum", "not", "condition"]
    if context != "braces":  # A colon would end the expression there, and a quote the string on older Pythons.
        kinds += ["lambda", "dict", "f-string", "comprehension", "super"]
    kind = draw(st.sampled_from(kinds))
    first = draw(primaries(context, depth - 1))
    if kind == "primary":
        return first
    if kind == "sum":
        return first + draw(gaps(context)) + " + " + draw(primaries(context, depth - 1))
    if kind == "not":
        return "(not " + first + ")"
    if kind == "lambda":
        return "(lambda a=" + first + ": " + draw(primaries(context, depth - 1)) + ")"
    if kind == "dict":
        return "{" + first + ": " + draw(primaries("brackets", depth - 1)) + "}"
    if kind == "super":
        return "super().forward(" + first + ")"
    second = draw(primaries("braces" if kind == "f-string" else context, depth - 1))
    if kind == "condition":
        return "(" + first + " if " + second + " else 1)"
    if kind == "comprehension":
        return "[" + first + " for a in " + second + "]"
    third = draw(primaries("braces", depth - 1))
    quotes = draw(st.sampled_from(['"', '"""']))
    broken = draw(st.sampled_from(ENDS)) if quotes == '"""' else ""
    return f"f{quotes}é{{{{{broken} {{ " + second + "!r:>{" + third + f"}}}}{broken}.forward(x){quotes}"


STATEMENTS = [
    "y = {}",
    "{}",
    "{}; {}",
    "if {}:\n    {}\nelse:\n\t{}  # c",
    "@{}\ndef f(a={}, *b: {}) -> {}:\n  '''x.forward(y)'''\n  return {}",
    "class C({}):\n\n  y: {} = {}",
    "with {} as y, {}: pass",
    "for y in {}:\n  # x.forward(y)\n  yield {}",
    "match {}:\n  case [1] if {}: pass",
    "async def f():\n  return await {}",
    "assert {}, {}",
    "\f\n",
    "   # x.forward(y)\n",
]


@st.composite
def programs(draw: st.DrawFn) -> Piece:
    piece = plain("")
    for template in draw(st.lists(st.sampled_from(STATEMENTS), min_size=1, max_size=3)):
        for part in re.split(r"(\{\}|\n)", template):
            if part == "{}":
                piece += draw(expressions("top", 3))
            else:
                piece += draw(st.sampled_from(ENDS)) if part == "\n" else part
        piece += draw(st.sampled_from(ENDS))
    if draw(st.booleans()):
        piece += draw(expressions("top", 2))  # No line end after it.
    return piece


generated = settings(
    max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


class WithoutForward(ast.NodeTransformer):
    """The tree that the rewrite of every call should have."""

    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.generic_visit(node)
        if (
            isinstance(node.func, ast.Attribute)
            and node.func.attr == "forward"
            and ast.unparse(node.func.value) != "super()"
        ):
            node.func = node.func.value
        return node


@generated
@given(program=programs(), encoding=st.sampled_from(["utf-8", "utf-8-sig", "latin-1"]))
def test_rewrite_of_every_call(program: Piece, encoding: str) -> None:
    cookie = "# coding: latin-1\n" if encoding == "latin-1" else ""
    data = (cookie + program.before).encode(encoding)
    source = Source.from_bytes("net.py", data)
    assert source.encoding in {encoding, "iso-8859-1"}
    assert len(find_sites(source)) == program.calls

    text = rewrite(source, fixes(source))
    assert source.encode(text) == (cookie + program.after).encode(encoding)

    again = Source.from_bytes("net.py", source.encode(text))
    assert fixes(again) == []
    assert rewrite(again, []) == text
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert ast.dump(ast.parse(text)) == ast.dump(WithoutForward().visit(copy.deepcopy(ast.parse(source.text))))


@generated
@given(program=programs(), data=st.data())
def test_rewrite_of_some_calls(program: Piece, data: st.DataObject) -> None:
    source = Source("net.py", program.before)
    found = find_sites(source)
    starts = [source.offset(site.start) for site in found]
    assert starts == sorted(set(starts))
    for site, start in zip(found, starts, strict=True):
        assert source.text[start : source.offset(site.end)] == "forward"
        assert not {"\n", "\r"} & set(site.receiver)

    sites = [site for site in found if data.draw(st.booleans())]
    edits = [site.edit for site in sites if site.edit is not None]
    text = rewrite(source, [fix(edit) for edit in reversed(edits)])

    # Outside the edits every character is where it was, and within one nothing but `.forward` and blanks goes.
    pieces, done = [], 0
    for edit in edits:
        start, end = source.offset(edit.start), source.offset(edit.end)
        pieces += [source.text[done:start], edit.content]
        gone = "".join(source.text[start:end].replace(edit.content, "", 1).replace("\\", "").split())
        assert gone == ".forward"
        done = end
    assert text == "".join(pieces) + source.text[done:]
    assert len(find_sites(Source("net.py", text))) == program.calls - len(edits)
