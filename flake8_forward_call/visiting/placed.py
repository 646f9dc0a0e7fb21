"""The uses of ``forward`` in a file by their locations, collected once for everyone who asks for one of them."""

from __future__ import annotations

import ast
from weakref import WeakKeyDictionary

from flake8_forward_call.findings.finding import Place
from flake8_forward_call.sources.source import Source
from flake8_forward_call.visiting.candidates import Candidate, candidates


class Uses:
    """The candidates of one tree. It keeps neither the tree nor its text alive."""

    def __init__(self, source: Source, tree: ast.Module) -> None:
        found = candidates(tree, source.forward_rows)
        self._by_end = {
            source.place_of_node(one.attribute.end_lineno, one.attribute.end_col_offset): one
            for one in reversed(found)
            if not one.in_string
        }
        self._by_node = {_position(one): one for one in reversed(found)}
        self._by_start: dict[Place, Candidate] | None = None if any(one.in_string for one in found) else {}

    def ending_at(self, end: Place) -> Candidate | None:
        """The candidate whose name ends there. Those in f-strings are left out: up to Python 3.11, they have no place.

        The place is that of the end of the name ``forward``, as a finding has it.
        """
        return self._by_end.get(end)

    def starting_at(self, start: Place, source: Source) -> Candidate | None:
        """The candidate whose name starts there, which may be in an f-string.

        libcst is asked, which takes longer than everything else here, but only in files with such an f-string and only
        once. Raises SourceError.
        """
        if self._by_start is None:
            from flake8_forward_call.visiting.visitor import find_sites

            sites = find_sites(source)
            self._by_start = {site.start: self._by_node[_position(site.candidate)] for site in reversed(sites)}
        return self._by_start.get(start)


_USES: WeakKeyDictionary[ast.Module, Uses] = WeakKeyDictionary()


def uses_in(source: Source, tree: ast.Module) -> Uses:
    """The uses in a tree, which is that of the source or one of the same text."""
    found = _USES.get(tree)
    if found is None:
        found = _USES[tree] = Uses(source, tree)
    return found


def _position(candidate: Candidate) -> tuple[int, int, int | None, int | None]:
    one = candidate.attribute
    return one.lineno, one.col_offset, one.end_lineno, one.end_col_offset
