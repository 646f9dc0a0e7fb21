"""The uses of ``forward`` in a file by location, collected once for all lookups."""

from __future__ import annotations

import ast
from weakref import WeakKeyDictionary

from flake8_forward_call.findings.finding import Place
from flake8_forward_call.sources.source import Source
from flake8_forward_call.visiting.candidates import Candidate, candidates


class Uses:
    """The candidates of one tree. This does not keep the tree or its text alive."""

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
        """The candidate whose name ``forward`` ends at a location, as in a finding.

        Candidates in f-strings are left out, because up to Python 3.11 they have no location.
        """
        return self._by_end.get(end)

    def starting_at(self, start: Place, source: Source) -> Candidate | None:
        """The candidate whose name starts at a location. It may be in an f-string.

        This uses libcst, which takes longer than everything else here, but only in files with such an f-string and
        only once. Raises SourceError.
        """
        if self._by_start is None:
            from flake8_forward_call.visiting.visitor import find_sites

            sites = find_sites(source)
            self._by_start = {site.start: self._by_node[_position(site.candidate)] for site in reversed(sites)}
        return self._by_start.get(start)


_USES: WeakKeyDictionary[ast.Module, Uses] = WeakKeyDictionary()


def uses_in(source: Source, tree: ast.Module) -> Uses:
    """The uses in a tree of the source, or of another source with the same text."""
    found = _USES.get(tree)
    if found is None:
        found = _USES[tree] = Uses(source, tree)
    return found


def _position(candidate: Candidate) -> tuple[int, int, int | None, int | None]:
    one = candidate.attribute
    return one.lineno, one.col_offset, one.end_lineno, one.end_col_offset
