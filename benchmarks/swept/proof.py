"""Whether a rewritten file is the same except for the rewritten uses of forward(), by the standard library only.

No code here comes from the tool, whose own proof could share a bug with its rewrite.
"""

from __future__ import annotations

import ast
import re
import sys
import tokenize
import warnings
from collections import Counter
from collections.abc import Collection, Iterator
from itertools import pairwise
from tokenize import TokenInfo

from swept.texts import Place, attributes, decoded, end_of, line_ends, lines_of, tokens_of

_BOM = b"\xef\xbb\xbf"
_FINAL_END = re.compile(r"(\r\n|\r|\n)?\Z")

# Before Python 3.12, positions inside an f-string are not those in the file, and an f-string is one token.
_STRINGS_ARE_OPAQUE = sys.version_info < (3, 12)


def parsed(data: bytes | str) -> ast.Module:
    """Python's tree. Raises what ``ast.parse`` raises."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return ast.parse(data)


def uses_of_forward(tree: ast.AST) -> list[ast.Attribute]:
    """The attributes ``forward`` that are called or are arguments of calls, except those of ``super()``."""
    return [
        used
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        for used in (node.func, *node.args, *(keyword.value for keyword in node.keywords if keyword.arg is not None))
        if isinstance(used, ast.Attribute) and used.attr == "forward" and not _is_super(used.value)
    ]


def faults(old: bytes, new: bytes, ends: Collection[Place]) -> Iterator[str]:
    """Yield what is wrong with a file's new bytes, if the names ``forward`` that end at these places had to go."""
    text, encoding = decoded(old)
    try:
        after, encoding_after = decoded(new)
        tree = parsed(new)
    except (SyntaxError, ValueError) as error:
        yield f"the result does not parse: {error}"
        return
    if (encoding, old.startswith(_BOM)) != (encoding_after, new.startswith(_BOM)):
        yield "another encoding or byte-order mark"
    if Counter(line_ends(after)) - Counter(line_ends(text)):
        yield "a line end that was not there"
    if _FINAL_END.findall(text)[0] != _FINAL_END.findall(after)[0]:
        yield "another end of the file"
    yield from _tree_faults(parsed(old), tree, text, ends)
    yield from _text_faults(text, after, ends)


def _is_super(node: ast.expr) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "super"


def _tree_faults(old: ast.Module, new: ast.Module, text: str, ends: Collection[Place]) -> Iterator[str]:
    """Walk both trees in parallel, and skip each attribute that should go."""
    lines, droppable = lines_of(text), {id(used) for used in uses_of_forward(old)}
    gone, in_strings = set(), 0
    stack: list[tuple[object, object, bool]] = [(old, new, False)]
    while stack:
        before, after, in_string = stack.pop()
        in_string |= isinstance(before, ast.JoinedStr)
        if id(before) in droppable and isinstance(before, ast.Attribute):
            if in_string and _STRINGS_ARE_OPAQUE:
                if not (isinstance(after, ast.Attribute) and after.attr == "forward"):
                    in_strings += 1
                    before = before.value
            elif (end := _end(before, lines)) in ends:
                gone.add(end)
                before = before.value
        if type(before) is not type(after):
            yield f"another tree: {type(before).__name__} became {type(after).__name__}"
            return
        if isinstance(before, list) and isinstance(after, list):
            if len(before) != len(after):
                yield "another tree: a list is longer or shorter"
                return
            stack.extend((one, other, in_string) for one, other in zip(before, after, strict=True))
        elif isinstance(before, ast.AST):
            for field in before._fields:
                stack.append((getattr(before, field, None), getattr(after, field, None), in_string))
        elif repr(before) != repr(after):
            yield f"another tree: {before!r} became {after!r}"
            return
    if len(gone) + in_strings != len(set(ends)):
        yield f"{len(gone) + in_strings} uses of forward() went, where {len(set(ends))} should"


def _end(node: ast.Attribute, lines: list[str]) -> Place:
    row, column = node.end_lineno or 0, node.end_col_offset or 0
    return row, len(lines[row - 1].encode()[:column].decode()) + 1


def _text_faults(text: str, after: str, ends: Collection[Place]) -> Iterator[str]:
    """Check that all tokens and comments are there in order, and that lines without a rewrite are unchanged."""
    try:
        tokens, tokens_after = tokens_of(text), tokens_of(after)
    except (SyntaxError, tokenize.TokenError) as error:
        yield f"the tokens cannot be compared: {error}"
        return
    dropped, touched = _dropped(tokens, ends)
    kept = [token for index, token in enumerate(tokens) if index not in dropped]
    mine, its = (
        [(one.type, one.string) for one in some if one.type != tokenize.NL and one.string != ""]
        for some in (kept, tokens_after)
    )
    if [string for kind, string in mine if kind == tokenize.COMMENT] != [
        string for kind, string in its if kind == tokenize.COMMENT
    ]:
        yield "other comments"
    if len(mine) != len(its) or not all(_is_same_token(*pair) for pair in zip(mine, its, strict=True)):
        yield "other tokens"
    yield from _line_faults(text, after, touched)


def _line_faults(text: str, after: str, touched: Collection[int]) -> Iterator[str]:
    """Check that all lines except those on these rows are unchanged and in order."""
    position, block, row = 0, "", 0
    for row, line in enumerate([*lines_of(text), ""], 1):
        if row not in touched:
            block += line
            continue
        found = after.find(block, position)
        if found < 0 or (found > 0 and position == 0 and 1 not in touched):
            yield f"a line above row {row} changed, though none of its calls was to be rewritten"
            return
        position, block = found + len(block), ""
    if not after.endswith(block, position):
        yield f"a line above row {row} changed, though none of its calls was to be rewritten"


def _dropped(tokens: list[TokenInfo], ends: Collection[Place]) -> tuple[set[int], set[int]]:
    """The indexes of the dots and names that go, and the rows on which the text around them may change."""
    dropped: set[int] = set()
    touched: set[int] = set()
    silent = {tokenize.NL, tokenize.COMMENT}
    loud = [index for index, token in enumerate(tokens) if token.type not in silent]
    before = {follower: index for index, follower in pairwise(loud)}
    for dot, name, follower in attributes(tokens):
        if end_of(tokens[name]) in ends:
            dropped |= {dot, name}
            touched |= set(range(tokens[before[dot]].end[0], tokens[follower].start[0] + 1))
    if _STRINGS_ARE_OPAQUE:
        rows = {row for row, _ in ends}
        for token in tokens:
            inside = set(range(token.start[0], token.end[0] + 1)) if token.type == tokenize.STRING else set()
            touched |= inside if inside & rows else set()
    return dropped, touched


def _is_same_token(old: tuple[int, str], new: tuple[int, str]) -> bool:
    if old == new:
        return True
    if not _STRINGS_ARE_OPAQUE or {old[0], new[0]} != {tokenize.STRING}:
        return False
    return _without_forward(old[1]) == _without_forward(new[1])


def _without_forward(string: str) -> str:
    """An f-string without the name and without spaces, which is all that a rewrite inside it removes."""
    return re.sub(r"[\s\\]|\.[\s\\]*forward", "", string)
