"""libcst: where `.forward` is called or passed to a call, and the source text around it.

Receivers are judged on Python's own tree, which is ten times cheaper to build than libcst's. libcst's tree knows the
whitespace, comments and parentheses around the name. So the names are collected from both trees and paired.
"""

from __future__ import annotations

import ast
import re
import unicodedata
from bisect import bisect_left
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, TypeAlias

import libcst as cst
from libcst.metadata import MetadataWrapper, PositionProvider

from flake8_forward_call.findings.finding import Edit, Place
from flake8_forward_call.sources.source import Source, SourceError
from flake8_forward_call.sources.trees import same_tree
from flake8_forward_call.stack import with_room
from flake8_forward_call.terminal.printing import one_line
from flake8_forward_call.visiting.candidates import Candidate, candidates
from flake8_forward_call.visiting.limits import Limits
from flake8_forward_call.visiting.oneline import is_plain, on_one_line
from flake8_forward_call.visiting.parts import Part, parts_of

# The text between a receiver and the dot, the dot and the name, the name and the parenthesis. Each character can only
# be matched in one way, because otherwise a long gap takes forever.
_GAP = r"(?:[ \t\f\r\n\\]|#[^\r\n]*(?=[\r\n]))*"
_RECEIVER_TO_NAME = re.compile(rf"(?:{_GAP}\))*(?P<before>{_GAP})\.(?P<between>{_GAP})")
_NAME_TO_PARENTHESIS = re.compile(rf"(?P<after>{_GAP})[()]")
_NOTHING = re.compile("(?P<after>)")

# libcst says in the message where it stopped. The line in its attributes is that of the statement.
_PARSER_MESSAGE = re.compile(
    r"(?:parser|tokenizer) error: (?:error at (?P<row>\d+):(?P<column>\d+): )?(?P<reason>.*)", re.S
)

# Older versions of libcst do not know t-strings and cannot parse them.
_TEMPLATED: Any = getattr(cst, "TemplatedStringExpression", ())

Gap: TypeAlias = cst.BaseParenthesizableWhitespace

# Nodes that contain no expression, which are most of a tree.
_LEAVES: frozenset[type[cst.CSTNode]] = frozenset(
    {
        cst.AssignEqual,
        cst.Asynchronous,
        cst.Break,
        cst.Colon,
        cst.Comma,
        cst.Comment,
        cst.Continue,
        cst.Dot,
        cst.Ellipsis,
        cst.EmptyLine,
        cst.Float,
        cst.FormattedStringText,
        cst.Global,
        cst.Imaginary,
        cst.Import,
        cst.ImportFrom,
        cst.Integer,
        cst.LeftCurlyBrace,
        cst.LeftParen,
        cst.LeftSquareBracket,
        cst.Name,
        cst.Newline,
        cst.Nonlocal,
        cst.ParenthesizedWhitespace,
        cst.Pass,
        cst.RightCurlyBrace,
        cst.RightParen,
        cst.RightSquareBracket,
        cst.Semicolon,
        cst.SimpleString,
        cst.SimpleWhitespace,
        cst.TrailingWhitespace,
    }
)


@dataclass(frozen=True, slots=True, eq=False)
class Site:
    """One ``receiver.forward`` that is called or passed to a call.

    ``node`` is the attribute in libcst's tree or, if it is called, the call; ``candidate`` is the same in Python's own
    tree; ``receiver`` is its text on one line; ``start`` and ``end`` enclose the name ``forward``; ``edit`` is the
    rewrite to ``receiver(...)`` or to ``receiver``.

    ``edit`` is None if the program shows its own source, ``f"{x.forward(y)=}"``, because a rewrite would change the
    output; if the receiver is itself an attribute ``forward``, because the result would be a site again; and if the
    attribute is an argument with a comment in it. If libcst has not parsed this part of the file, ``node`` and
    ``edit`` are None.
    """

    node: cst.Call | cst.Attribute | None
    candidate: Candidate
    receiver: str
    start: Place
    end: Place
    edit: Edit | None


@dataclass(frozen=True, slots=True, eq=False)
class Located:
    """A part of a file: its lines as a separate source, their tree, and the sites with locations in that source."""

    source: Source
    rows_above: int
    module: cst.Module
    sites: list[Site]


@with_room
def find_sites(source: Source) -> list[Site]:
    """Every attribute ``forward`` in the file that is called or is an argument, in text order.

    ``super().forward`` is left out: it is how a subclass extends its parent. Raises SourceError.
    """
    found = []
    for site in sites_of(source):
        if isinstance(site, SourceError):
            raise site
        found.append(site)
    return found


def locate(source: Source, rows: Collection[int] | None = None) -> Iterator[Located]:
    """Yield the parts of the file with their sites: all parts with a site, or only those with one of the rows.

    Raises SourceError.
    """
    limits = Limits(source)
    ordered = None if rows is None else sorted(rows)
    for part in parts_of(source):
        if ordered is not None:
            index = bisect_left(ordered, part.first_row)
            if index == len(ordered) or ordered[index] > part.last_row:
                continue
        if not limits.allow(part.statements):
            raise SourceError("is nested too deeply for libcst", Place(part.first_row, 1))
        yield _located(part, source)


def sites_of(source: Source, wanted: Collection[ast.Attribute] | None = None) -> Iterator[Site | SourceError]:
    """Yield the sites of all parts that contain one of the attributes, or of all parts if there is no such argument.

    For a part that cannot be parsed, yield the error. In a part that is too large for libcst, sites have no edit.
    """
    limits = Limits(source)
    for part in parts_of(source):
        if wanted is not None and not any(one.attribute in wanted for one in part.candidates):
            continue
        try:
            if not limits.allow(part.statements):
                yield from [_unread(source, one) for one in part.candidates]
            else:
                located = _located(part, source)
                yield from (lowered(site, located.rows_above) for site in located.sites)
        except SourceError as error:
            yield error


def _unread(source: Source, candidate: Candidate) -> Site:
    """The site of a candidate from Python's tree alone, without an edit. Raises SourceError if that has no location."""
    receiver, name = candidate.attribute.value, candidate.attribute
    end = source.place_of_node(name.end_lineno, name.end_col_offset)
    start = Place(end.row, end.column - len("forward"))
    if candidate.in_string or start.column < 1 or source.text[source.offset(start) : source.offset(end)] != "forward":
        raise SourceError("it is nested too deeply for libcst", source.place_of_node(name.lineno, name.col_offset))
    first = source.offset(source.place_of_node(receiver.lineno, receiver.col_offset))
    last = source.offset(source.place_of_node(receiver.end_lineno, receiver.end_col_offset))
    text = source.text[first:last]
    return Site(None, candidate, one_line(text if is_plain(text) else ast.unparse(receiver)), start, end, None)


def lowered(site: Site, rows: int) -> Site:
    """The site of a part as a site of the file, which has this number of rows above the part."""
    edit = site.edit and Edit(_below(site.edit.start, rows), _below(site.edit.end, rows), site.edit.content)
    return replace(site, start=_below(site.start, rows), end=_below(site.end, rows), edit=edit)


def _below(place: Place, rows: int) -> Place:
    return Place(place.row + rows, place.column)


def _located(part: Part, source: Source) -> Located:
    """Parse a part with libcst. Raises SourceError."""
    excerpt, above = part.excerpt(source)
    try:
        module, sites = _paired(excerpt)
    except RecursionError:
        raise SourceError("it is nested too deeply for libcst") from None
    except SourceError as error:
        raise SourceError(error.reason, _below(error.place, above), attempt=error.attempt) from None
    if len(sites) != len(part.candidates):
        raise SourceError("a part of it parses differently than the whole", Place(part.first_row, 1))
    pairs = zip(sites, part.candidates, strict=True)
    return Located(excerpt, above, module, [replace(site, candidate=candidate) for site, candidate in pairs])


def _paired(source: Source) -> tuple[cst.Module, list[Site]]:
    """The tree of a source and its sites. Raises SourceError and RecursionError."""
    found = candidates(source.tree, source.forward_rows)
    module = _parse(source)
    collector = _Collector()
    module.visit(collector)
    if len(collector.found) != len(found):
        raise SourceError("libcst and Python see different uses of forward() in it")
    # Up to Python 3.11, positions in an f-string are wrong. libcst's positions are right, but take long to compute.
    in_string = any(candidate.in_string for candidate in found)
    positions = _Positions(source, module if in_string else None)
    pairs = zip(found, collector.found, strict=True)
    return module, [
        _site(source, module, candidate, node, positions, echoed=node in collector.echoed) for candidate, node in pairs
    ]


def _parse(source: Source) -> cst.Module:
    try:
        return cst.parse_module(source.text)
    except cst.ParserSyntaxError as error:
        found = _PARSER_MESSAGE.match(error.message)
        reason = " ".join((found["reason"] if found else error.message).split())
        row, column = error.raw_line, error.raw_column + 1
        if found and found["row"]:
            row, column = int(found["row"]), int(found["column"])
        place = Place(max(1, min(row, len(source.lines))), max(1, column))
        raise SourceError(f"libcst cannot parse it: {reason}", place) from None


class _Collector(cst.CSTVisitor):
    """The nodes of sites in the order of their names, and which of them the program echoes.

    The methods for all nodes are overridden, not those for single node types: on a long file this halves the time.
    """

    def __init__(self) -> None:
        super().__init__()
        self.found: list[cst.Call | cst.Attribute] = []
        self.echoed: set[cst.Call | cst.Attribute] = set()
        self._by_attribute: dict[cst.CSTNode, cst.Call | cst.Attribute] = {}

    def on_visit(self, node: cst.CSTNode) -> bool:
        if type(node) in _LEAVES:
            return False
        if isinstance(node, cst.Call):
            if _is_forward(node.func):
                self._by_attribute[node.func] = node
            for argument in node.args:
                if not argument.star and _is_forward(argument.value):
                    self._by_attribute[argument.value] = cst.ensure_type(argument.value, cst.Attribute)
        echoed = _echoed_expression(node)
        if echoed is not None:
            inner = _Collector()
            echoed.visit(inner)
            self.echoed.update(inner.found)
        return True

    def on_leave(self, original_node: cst.CSTNode) -> None:
        if type(original_node) is cst.Attribute and original_node in self._by_attribute:
            self.found.append(self._by_attribute[original_node])

    def on_visit_attribute(self, node: cst.CSTNode, attribute: str) -> None:
        pass

    def on_leave_attribute(self, original_node: cst.CSTNode, attribute: str) -> None:
        pass


def _echoed_expression(node: cst.CSTNode) -> cst.BaseExpression | None:
    """The expression whose source the program can see: in ``f"{x=}"``, and in any braces of a t-string."""
    if isinstance(node, _TEMPLATED) or (isinstance(node, cst.FormattedStringExpression) and node.equal is not None):
        expression: cst.BaseExpression = node.expression
        return expression
    return None


def _is_forward(node: cst.BaseExpression) -> bool:
    """Whether an expression is an attribute ``forward`` of anything but ``super()``."""
    if not isinstance(node, cst.Attribute) or not _reads_forward(node.attr.value):
        return False
    callee = node.value.func if isinstance(node.value, cst.Call) else None
    return not (isinstance(callee, cst.Name) and callee.value == "super")


def _reads_forward(name: str) -> bool:
    """Whether Python reads the name as ``forward``. It normalises non-ASCII names; libcst does not."""
    return name == "forward" or (not name.isascii() and unicodedata.normalize("NFKC", name) == "forward")


class _Positions:
    """Where the nodes of a pair end, as an index in the text: by libcst if the module is given, else by Python."""

    def __init__(self, source: Source, module: cst.Module | None) -> None:
        self._source = source
        self._ranges = None
        if module is not None:
            self._ranges = MetadataWrapper(module, unsafe_skip_copy=True).resolve(PositionProvider)
            # libcst loses form feeds at the start of a line, and counts columns without them.
            pairs = zip(source.lines, Source(source.path, module.code).lines, strict=False)
            self._lost = [_form_feeds(line) - _form_feeds(given_back) for line, given_back in pairs]

    def end(self, node: ast.expr, twin: cst.CSTNode) -> int:
        """The index after the last character of an expression; ``twin`` is the same node in libcst's tree."""
        if self._ranges is not None:
            end = self._ranges[twin].end
            return self._source.offset(Place(end.line, end.column + 1 + self._lost[end.line - 1]))
        return self._source.offset(self._source.place_of_node(node.end_lineno, node.end_col_offset))


def _form_feeds(line: str) -> int:
    """The number of form feeds at the start of a line."""
    return len(line) - len(line.lstrip("\f"))


def _site(
    source: Source,
    module: cst.Module,
    candidate: Candidate,
    node: cst.Call | cst.Attribute,
    positions: _Positions,
    *,
    echoed: bool,
) -> Site:
    """The site of one pair. Raises SourceError if the two nodes differ or are not at the expected location."""
    attribute, receiver = attribute_of(node), candidate.attribute.value
    receiver_end = positions.end(receiver, attribute.value)
    name_end = positions.end(candidate.attribute, attribute.attr)
    name_start = name_end - len(attribute.attr.value)
    head = _RECEIVER_TO_NAME.fullmatch(source.text, receiver_end, name_start)
    tail = (_NOTHING if candidate.is_handed else _NAME_TO_PARENTHESIS).match(source.text, name_end)
    code = module.code_for_node(attribute.value)
    if (
        head is None
        or tail is None
        or source.text[name_start:name_end] != attribute.attr.value
        or not _same_expression(code, receiver)
        or not all(
            _squeezed(module.code_for_node(one)) == _squeezed(gap)
            for one, gap in zip(gap_nodes(node), (head["before"], head["between"], tail["after"]), strict=True)
        )
    ):
        raise SourceError("libcst and Python disagree about a use of forward() in it", source.place(name_start))
    kept = echoed or (isinstance(receiver, ast.Attribute) and receiver.attr == "forward")
    # In a call, libcst can keep a comment after the callee; in an argument it cannot.
    kept |= candidate.is_handed and "#" in head["before"] + head["between"]
    return Site(
        node,
        candidate,
        on_one_line(module, attribute.value, code),
        source.place(name_start),
        source.place(name_end),
        None if kept else _deletion(source, head, tail),
    )


def attribute_of(node: cst.Call | cst.Attribute) -> cst.Attribute:
    """The attribute ``x.forward`` of a site's node."""
    return cst.ensure_type(node.func, cst.Attribute) if isinstance(node, cst.Call) else node


def gap_nodes(node: cst.Call | cst.Attribute) -> tuple[Gap, Gap, Gap]:
    """The gaps that a rewrite removes: before the dot, after it, and between the name and the parenthesis."""
    attribute = attribute_of(node)
    after: Gap = cst.SimpleWhitespace("")
    if isinstance(node, cst.Call):
        after = attribute.rpar[0].whitespace_before if attribute.rpar else node.whitespace_after_func
    return attribute.dot.whitespace_before, attribute.dot.whitespace_after, after


def _same_expression(code: str, node: ast.expr) -> bool:
    """Whether a text parses as the given expression."""
    parsed = _read(code)
    return parsed is not None and same_tree(parsed, node)


@lru_cache(maxsize=256)  # A file calls a few receivers many times.
def _read(code: str) -> ast.expr | None:
    """The expression in a text; None if it is not an expression."""
    try:
        # The line break allows the text to end in a comment; the parentheses allow line breaks in it.
        parsed = Source("", f"({code}\n)").tree.body[0]
    except SourceError:
        return None
    return parsed.value if isinstance(parsed, ast.Expr) else None


def _squeezed(text: str) -> str:
    """The text without whitespace: for a single node, libcst loses form feeds and adds an indent."""
    return "".join(text.split())


def _deletion(source: Source, head: re.Match[str], tail: re.Match[str]) -> Edit:
    """The rewrite of one call: it removes ``.forward`` and every gap without a comment.

    If there is a comment between receiver and dot, the text before and after ``.forward`` is kept, because it is laid
    out by hand. A comment between dot and name is kept, with its gap.
    """
    start, end, content = head.start("before"), tail.end("after"), ""
    commented = "#" in head["before"]
    if commented:
        start = head.end("before")
    if commented or "#" in tail["after"]:
        end = tail.start("after")
    if "#" in head["between"]:
        content = head["between"]
    return Edit(source.place(start), source.place(end), content)
