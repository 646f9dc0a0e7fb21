"""The calls in a file by the positions that bytecode has for them."""

from __future__ import annotations

import ast
import hashlib
import sys
from collections.abc import Iterator
from dataclasses import dataclass

from flake8_forward_call.findings.finding import Place
from flake8_forward_call.sources.source import Source, SourceError
from flake8_forward_call.visiting.candidates import Candidate, candidates

# Before that version, nodes within an f-string have no position of their own.
PLACES_STRINGS = sys.version_info >= (3, 12)


@dataclass(frozen=True, slots=True)
class Use:
    """One ``x.forward`` that is called, or passed to a call: the place of the name, and the code around it.

    ``receiver`` is the node of ``x``; ``line`` is a digest of the rows of the call.
    """

    place: Place
    is_passed: bool
    scope: str
    line: str
    receiver: ast.expr

    @property
    def is_on_class(self) -> bool:
        """Whether the receiver is a class or ``super()``, as its form shows."""
        return _is_class(self.receiver)


class Calls:
    """The calls of one text."""

    def __init__(self, text: str) -> None:
        self._source = Source("", text)
        self._uses: dict[int, list[Candidate]] = {}
        self._by_end: dict[tuple[int | None, int | None], ast.Call] = {}
        try:
            tree = self._source.tree
            found = [one for one in candidates(tree, self._source.forward_rows) if PLACES_STRINGS or not one.in_string]
        except (SourceError, RecursionError):  # Python ran it, so this is another text than that of the file.
            return
        for one in found:
            self._uses.setdefault(id(one.call), []).append(one)
        self._candidates = found
        for node in ast.walk(tree):
            if isinstance(node, ast.Call):
                self._by_end[node.end_lineno, node.end_col_offset] = node

    def ending_at(self, row: int | None, column: int | None) -> ast.Call | None:
        """The call that ends there; the column is in UTF-8 bytes, as everywhere in Python's own trees."""
        return self._by_end.get((row, column))

    def called(self, call: ast.Call) -> Use | None:
        """The use of ``forward`` that a call is; None if it calls something else."""
        return next((self.use(one) for one in self._uses.get(id(call), ()) if not one.is_handed), None)

    def passed(self, call: ast.Call) -> Use | None:
        """The use of ``forward`` that is an argument of a call, or of a call in it; None if none or several are."""
        found = [one for one in self._uses.get(id(call), ()) if one.is_handed]
        if not found:
            inner = (self._uses.get(id(node), ()) for node in ast.walk(call) if isinstance(node, ast.Call))
            found = [one for several in inner for one in several if one.is_handed]
        return self.use(found[0]) if len(found) == 1 else None

    def on_row(self, row: int) -> tuple[list[Use], bool]:
        """All uses whose name is on a row, and whether ``super().forward`` is called on it as well."""
        found = [self.use(one) for one in self._uses_in_order() if one.attribute.end_lineno == row]
        return found, any(self.is_super(call) and call.func.end_lineno == row for call in self._by_end.values())

    def is_super(self, call: ast.Call) -> bool:
        """Whether a call is ``super().forward(...)``, or that of the function of a class that its form shows."""
        func = call.func
        return isinstance(func, ast.Attribute) and func.attr == "forward" and _is_class(func.value)

    def _uses_in_order(self) -> Iterator[Candidate]:
        for several in self._uses.values():
            yield from several

    def use(self, one: Candidate) -> Use:
        """The record of a use."""
        return use_of(self._source, one)


def use_of(source: Source, one: Candidate) -> Use:
    """The use of ``forward`` that a candidate in a source is."""
    end = source.place_of_node(one.attribute.end_lineno, one.attribute.end_col_offset)
    place = Place(end.row, max(1, end.column - len("forward")))
    rows = source.lines[one.call.lineno - 1 : one.call.end_lineno]
    return Use(place, one.is_handed, source.outline.scope_at(place.row), digest("".join(rows)), one.attribute.value)


def _is_class(receiver: ast.expr) -> bool:
    match receiver:
        case ast.Call(func=ast.Name(id="super" | "type")) | ast.Attribute(attr="__class__"):
            return True
    return False


def digest(text: str) -> str:
    """A short text that is different for other lines; blanks at their beginnings and ends do not count."""
    stripped = "\n".join(line.strip() for line in text.splitlines())
    return hashlib.blake2b(stripped.encode(errors="surrogatepass"), digest_size=8).hexdigest()
