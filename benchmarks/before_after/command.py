"""What the commands that run the test suites of packages share: their arguments, the work on each suite, tables."""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TypeVar

from before_after.packages import Suite, SuiteError

# Outside this repository, because a package in it would count as a part of this project.
WORK = Path(tempfile.gettempdir()) / "forward-call-suites"

_Result = TypeVar("_Result")


def parser_for(description: str | None) -> argparse.ArgumentParser:
    """A parser with the arguments of each such command: names of packages, --all, --work and --smoke."""
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="NAME", help="packages of the table; all of them by default")
    parser.add_argument("--all", action="store_true", help="every package of the table")
    parser.add_argument("--work", type=Path, default=WORK, help="where to unpack and install (default: %(default)s)")
    parser.add_argument("--smoke", action="store_true", help="only see whether the benchmark itself works")
    return parser


def chosen(parser: argparse.ArgumentParser, options: argparse.Namespace, names: Sequence[str]) -> list[str]:
    """The names that the user has chosen, in the order of the table. Ends the program if one is not in it."""
    if unknown := sorted({name: None for name in options.names if name not in names}):
        parser.error(f"not in the table: {', '.join(unknown)}")
    return [name for name in names if options.all or not options.names or name in options.names]


def each(suites: Iterable[Suite], measure: Callable[[Suite], Iterable[_Result]]) -> tuple[list[_Result], bool]:
    """The results of each suite, and whether one could not be run; the others are run anyway."""
    results: list[_Result] = []
    failed = False
    for suite in suites:
        try:
            results.extend(measure(suite))
        except SuiteError as error:
            print(f"{suite.requirement}: {error}", file=sys.stderr)
            failed = True
    return results, failed


def table(headings: Sequence[str], rows: Iterable[Sequence[str]], *, words: int = 1) -> Iterator[str]:
    """Yield the lines of a Markdown table. The first columns, as many as ``words`` says, are not numbers."""
    alignment = ["---" if column < words else "---:" for column in range(len(headings))]
    for row in (headings, alignment, *rows):
        yield f"| {' | '.join(row)} |"
