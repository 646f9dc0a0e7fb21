"""Pairs each use of ``forward()`` in Python's tree with the same in libcst's tree, and proves that it is the same."""

from __future__ import annotations

import ast
import re
from functools import lru_cache

import libcst as cst
from libcst.metadata import MetadataWrapper, PositionProvider

from flake8_forward_call.findings.finding import Edit, Place
from flake8_forward_call.sources.source import Source, SourceError
from flake8_forward_call.sources.trees import same_tree
from flake8_forward_call.visiting.candidates import Candidate, candidates
from flake8_forward_call.visiting.collecting import Collector
from flake8_forward_call.visiting.oneline import on_one_line
from flake8_forward_call.visiting.sites import Site, attribute_of, gap_nodes

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


def paired(source: Source) -> tuple[cst.Module, list[Site]]:
    """The tree of a source and its sites. Raises SourceError and RecursionError."""
    found = candidates(source.tree, source.forward_rows)
    module = _parse(source)
    collector = Collector()
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
