"""libcst: `x.forward(...)` to `x(...)`, `f(x.forward)` to `f(x)`, and the proof that nothing else changed.

The edits are made in the text, because libcst does not reproduce every file byte for byte (it loses form feeds). They
are then proved right twice: by comparing Python's trees, and by deriving the result again from libcst's tree.
"""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterable, Sequence

import libcst as cst

from flake8_forward_call.findings.finding import Edit, Fix
from flake8_forward_call.sources import edits as edits_of_text
from flake8_forward_call.sources.source import Source, SourceError
from flake8_forward_call.sources.trees import same_tree
from flake8_forward_call.stack import with_room
from flake8_forward_call.visiting.sites import Gap, Located, Site, attribute_of, gap_nodes, lowered
from flake8_forward_call.visiting.visitor import locate


class RewriteError(Exception):
    """A rewrite that cannot be proved right; the text is the reason, on one line."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@with_room
def rewrite(source: Source, fixes: Sequence[Fix]) -> str:
    """The file's new text, with all the fixes made at once. Raises RewriteError.

    The fixes must be those of ``visitor.find_sites`` for this source. Calls may be nested in one another.
    """
    edits = sorted((edit for fix in fixes for edit in fix.edits), key=lambda edit: (edit.start, edit.end))
    if not edits:
        return source.text
    try:
        named = _named(locate(source, {edit.start.row for edit in edits}), edits)
        text = edited(source, edits)
        _check_encoding(source, text)
        _check_tree(source, text, {site.candidate.attribute for _, sites in named for site in sites})
        for part, sites in named:
            _check_derivation(part, sites)
    except SourceError as error:
        raise RewriteError(str(error)) from None
    return text


def _named(parts: Iterable[Located], edits: Sequence[Edit]) -> list[tuple[Located, list[Site]]]:
    """The sites that the edits rewrite, grouped by the part of the file that contains them. Raises RewriteError."""
    wanted, found = set(edits), []
    for part in parts:
        sites = [site for site in part.sites if lowered(site, part.rows_above).edit in wanted]
        wanted.difference_update(lowered(site, part.rows_above).edit for site in sites)
        if sites:
            found.append((part, sites))
    if wanted:
        raise RewriteError(f"the edit at {min(edit.start for edit in wanted)} rewrites no use of forward()")
    return found


def edited(source: Source, edits: Iterable[Edit]) -> str:
    """The text with the edits made. Raises RewriteError if two of them overlap; proves nothing else."""
    try:
        return edits_of_text.edited(source, edits)
    except SourceError as error:
        raise RewriteError(error.reason) from None


def _check_encoding(source: Source, text: str) -> None:
    """Raise RewriteError unless the new text survives encoding and decoding."""
    try:
        kept = source.encode(text).decode(source.encoding) == text
    except (LookupError, UnicodeError):
        kept = False
    if not kept:
        raise RewriteError(f"the rewritten text cannot be encoded as {source.encoding}")


def _check_tree(source: Source, text: str, named: Collection[ast.Attribute]) -> None:
    """Raise RewriteError unless the new text parses to the same tree, except for the named attributes."""
    try:
        tree = Source(source.path, text, source.encoding).tree
    except SourceError as error:
        error.what = "the rewritten text"
        raise RewriteError(str(error)) from None
    if not same_tree(source.tree, tree, unwrapped=named):
        raise RewriteError("the rewritten text has a different syntax tree than the file")


def _check_derivation(part: Located, named: Sequence[Site]) -> None:
    """Raise RewriteError unless libcst's tree gives the same text, if libcst reproduces the old text at all."""
    try:
        if part.module.code != part.source.text:
            return
        text = edited(part.source, [site.edit for site in named if site.edit is not None])
        if part.module.visit(_Derivation({site.node for site in named})).code != text:
            raise RewriteError("libcst produces a different text")
    except (RecursionError, cst.CSTValidationError) as error:
        raise RewriteError(f"libcst cannot produce the rewritten text: {' '.join(str(error).split())}") from None


class _Derivation(cst.CSTTransformer):
    """Removes ``.forward`` from the named nodes. It changes updated nodes, so that nested rewrites are kept."""

    def __init__(self, named: Collection[cst.Call | cst.Attribute | None]) -> None:
        super().__init__()
        self._named = named

    def leave_Call(self, original_node: cst.Call, updated_node: cst.Call) -> cst.Call:  # noqa: N802
        return _without_forward(updated_node) if original_node in self._named else updated_node

    def leave_Attribute(  # noqa: N802
        self, original_node: cst.Attribute, updated_node: cst.Attribute
    ) -> cst.BaseExpression:
        return _unwrapped(updated_node, updated_node.rpar) if original_node in self._named else updated_node


def _without_forward(call: cst.Call) -> cst.Call:
    """The call of the receiver itself, keeping the comments around ``.forward`` and the parentheses around it."""
    attribute = attribute_of(call)
    before, between, after = gap_nodes(call)
    if _has_comment(before):
        kept = _joined(before, _joined(_comments_only(between), after))
    else:
        kept = _joined(_comments_only(between), _comments_only(after))
    rpar = list(attribute.rpar)
    if not rpar:
        return call.with_changes(func=attribute.value, whitespace_after_func=kept)
    rpar[0] = rpar[0].with_changes(whitespace_before=kept)
    return call.with_changes(func=_unwrapped(attribute, rpar))


def _unwrapped(attribute: cst.Attribute, rpar: Sequence[cst.RightParen]) -> cst.BaseExpression:
    """The receiver of an attribute, in its own parentheses and in those of the attribute."""
    receiver = attribute.value
    return receiver.with_changes(lpar=[*attribute.lpar, *receiver.lpar], rpar=[*receiver.rpar, *rpar])


def _has_comment(gap: Gap) -> bool:
    return isinstance(gap, cst.ParenthesizedWhitespace) and (
        gap.first_line.comment is not None or any(line.comment is not None for line in gap.empty_lines)
    )


def _comments_only(gap: Gap) -> Gap:
    """The gap if it contains a comment, else an empty one."""
    return gap if _has_comment(gap) else cst.SimpleWhitespace("")


def _joined(left: Gap, right: Gap) -> Gap:
    """Two consecutive gaps as one."""
    if isinstance(left, cst.SimpleWhitespace):
        if isinstance(right, cst.SimpleWhitespace):
            return cst.SimpleWhitespace(left.value + right.value)
        right = cst.ensure_type(right, cst.ParenthesizedWhitespace)
        blanks = cst.SimpleWhitespace(left.value + right.first_line.whitespace.value)
        return right.with_changes(first_line=right.first_line.with_changes(whitespace=blanks))
    left = cst.ensure_type(left, cst.ParenthesizedWhitespace)
    if isinstance(right, cst.SimpleWhitespace):
        return left.with_changes(last_line=cst.SimpleWhitespace(left.last_line.value + right.value))
    right = cst.ensure_type(right, cst.ParenthesizedWhitespace)
    seam = cst.EmptyLine(
        indent=left.indent,
        whitespace=cst.SimpleWhitespace(left.last_line.value + right.first_line.whitespace.value),
        comment=right.first_line.comment,
        newline=right.first_line.newline,
    )
    return right.with_changes(first_line=left.first_line, empty_lines=[*left.empty_lines, seam, *right.empty_lines])
