"""The door for flake8.

flake8 imports this module on every run, in every project, so nothing heavy is imported before a file mentions
`forward`: no libcst, no inference.
"""

from __future__ import annotations

import os
from contextlib import suppress
from typing import TYPE_CHECKING, ClassVar

from flake8_forward_call import __version__

if TYPE_CHECKING:
    import ast
    from argparse import Namespace
    from collections.abc import Iterator, Sequence

    from flake8.options.manager import OptionManager  # type: ignore[import-untyped, unused-ignore]

    from flake8_forward_call.configuration.options import Option
    from flake8_forward_call.findings.finding import Finding

# Parts of what gives the module inside a wrapper.
_INSIDE = ("module", "unwrap_model", "extract_model")

# The process that stores its results at its end.
_keeper = 0


class Plugin:
    """The checker. flake8 creates one for each file."""

    name = "flake8-forward-call"
    version = __version__
    _options: ClassVar[Namespace | None] = None  # The options of the run. Without them the caller selects, not flake8.

    def __init__(self, tree: ast.AST, filename: str, lines: Sequence[str]) -> None:
        # The parameter `tree` tells flake8 to run this plugin once per file. The analysis also needs type comments,
        # which flake8 does not parse, so it reads the lines itself.
        self._filename = filename
        self._lines = lines

    @classmethod
    def add_options(cls, manager: OptionManager) -> None:
        """Add the options of the table that flake8 gets from this plugin."""
        from flake8_forward_call.configuration.options import OPTIONS

        for option in OPTIONS:
            if option.is_of_plugin:
                _add(manager, option)

    @classmethod
    def parse_options(cls, options: Namespace) -> None:
        """Set the options for the run. Raises flake8's ExecutionError for invalid values."""
        from flake8.exceptions import ExecutionError  # type: ignore[import-untyped, unused-ignore]

        from flake8_forward_call.configuration.flake8 import UnusableError, settle
        from flake8_forward_call.terminal.printing import one_line

        try:
            settle(options)
        except UnusableError as error:
            raise ExecutionError(one_line(str(error))) from None
        # Keep the object itself, because flake8's Python API changes it later.
        cls._options = options

    def run(self) -> Iterator[tuple[int, int, str, type[Plugin]]]:
        """Yield for each finding: row (1-based), column (0-based), code with message. Never raises."""
        if not any("forward" in line or "__call__" in line for line in self._lines) and not self._may_call_inside():
            return
        for finding in self._findings():
            if self._is_asked_for(finding.code):
                yield finding.start.row, finding.start.column - 1, f"{finding.code} {finding.message}", Plugin

    def _may_call_inside(self) -> bool:
        """Whether the file may have what FWD006 reports, and flake8 was asked for that."""
        if not any(name in line for line in self._lines for name in _INSIDE):
            return False
        return self._is_asked_for("FWD006")

    def _is_asked_for(self, code: str) -> bool:
        """Whether flake8 gets the findings of a rule. It then decides itself which ones to report.

        flake8 has a list of codes that are off by default. But any ``ignore`` replaces that list, and a ``select`` with
        a prefix of the code, such as ``F``, overrides it. So the plugin withholds findings that were not requested.
        """
        from flake8_forward_call.findings.selection import may_select
        from flake8_forward_call.rules import BY_CODE

        options = self._options
        if options is None or BY_CODE[code].default:
            return True
        return any(may_select(one, code) for one in (*(options.select or ()), *(options.extend_select or ())))

    def _findings(self) -> list[Finding]:
        from flake8_forward_call.analysis import analyse
        from flake8_forward_call.collector import spared
        from flake8_forward_call.sources.source import Source

        _keep_at_the_end()
        source = Source(self._filename, "".join(self._lines))
        if self._is_stdin:
            from flake8_forward_call.inference import session

            session.hold(source.path, source.text)
        with spared():
            return analyse(source, self._is_asked_for)

    @property
    def _is_stdin(self) -> bool:
        options = self._options
        return options is not None and "-" in options.filenames and self._filename == options.stdin_display_name


def _keep_at_the_end() -> None:
    """Store the results when this process ends. flake8 does not tell a plugin when that is."""
    global _keeper  # noqa: PLW0603
    if _keeper == os.getpid():  # A process that was forked from this one has its own end.
        return
    _keeper = os.getpid()
    with suppress(ImportError):  # Some systems have no multiprocessing, and flake8 works without it.
        from multiprocessing.util import Finalize  # The processes of flake8 only run these functions at their end.

        Finalize(None, _keep, exitpriority=0)


def _keep() -> None:
    from flake8_forward_call.checking import keep

    with suppress(Exception):  # Nothing is lost but time.
        keep()


def _add(manager: OptionManager, option: Option) -> None:
    """Add an option of the table, also to flake8's configuration files if it is allowed there."""
    from flake8_forward_call.configuration.options import Kind

    if option.kind is Kind.SWITCH:
        manager.add_option(option.in_flake8, action="store_true", parse_from_config=True, help=option.flag_help)
        return
    is_list = option.kind is not Kind.PATH
    manager.add_option(
        option.in_flake8,
        metavar=option.metavar,
        # A checked repository has its own configuration, which must not decide where files are written.
        parse_from_config=not option.is_confined,
        comma_separated_list=is_list,
        normalize_paths=option.kind in (Kind.PATH, Kind.FOLDERS),
        help=option.help,
    )
