"""The door for pytest: ``pytest --forward-call`` records which calls bypass the hooks of modules.

pytest imports this module in every run of every project where the package is installed. So it imports nothing of this
package, and nothing of torch, without the option.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from flake8_forward_call.observing.observation import Observation

RECORD = "forward-call-observed.json"

# The key under which a worker of pytest-xdist gets the path of the record.
_INPUT = "forward_call_record"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options."""
    group = parser.getgroup("forward-call", "observing direct calls of a module's forward()")
    group.addoption(
        "--forward-call",
        action="store_true",
        help="Record direct calls of a PyTorch module's forward(), for 'forward-call check --observed'.",
    )
    group.addoption(
        "--forward-call-record",
        metavar="FILE",
        help=f"Where to write the record (default: {RECORD} in the root directory).",
    )
    group.addoption(
        "--forward-call-append", action="store_true", help="Add to the record of earlier runs instead of replacing it."
    )
    group.addoption(
        "--forward-call-fail",
        choices=("never", "skipped", "any"),
        default="never",
        help="Exit with 1 if a direct call skipped hooks, or at any direct call (default: never).",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Begin to observe, if the user asked for it."""
    if not config.getoption("forward_call"):
        for name, default in (("record", None), ("append", False), ("fail", "never")):
            if config.getoption(f"forward_call_{name}") != default:
                raise pytest.UsageError(f"--forward-call-{name} has no effect without --forward-call")
    else:
        config.pluginmanager.register(Observing(config), "forward-call-observing")


class Observing:
    """Observes one run of pytest, or one worker of pytest-xdist."""

    def __init__(self, config: pytest.Config) -> None:
        from flake8_forward_call.observing import storing
        from flake8_forward_call.observing.listening import ListeningError
        from flake8_forward_call.observing.observation import Observation

        given: dict[str, Any] | None = getattr(config, "workerinput", None)
        named = config.getoption("forward_call_record")
        path = Path(config.invocation_params.dir, named) if named else config.rootpath / RECORD
        self._path = str(path) if given is None else str(given.get(_INPUT, path))
        self._is_worker = given is not None
        self._fail: str = config.getoption("forward_call_fail")
        self._appends: bool = config.getoption("forward_call_append")
        self._is_written = False
        hindrance = None if self._is_worker else storing.hindrance(self._path, appends=self._appends)
        if hindrance is not None:
            raise pytest.UsageError(f"--forward-call: {self._path} cannot be written: {hindrance}")
        try:
            self._observation: Observation = Observation(str(config.rootpath), self._path, is_part=self._is_worker)
        except ListeningError as error:
            raise pytest.UsageError(f"--forward-call: {error}") from None

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: Any) -> None:
        """Tell a worker where the record is."""
        node.workerinput[_INPUT] = self._path

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        """Note which test runs."""
        from flake8_forward_call.observing.record import shortened

        self._observation.test(shortened(nodeid))

    def pytest_runtest_logfinish(self) -> None:
        """Note that no test runs."""
        self._observation.test(None)

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> None:
        """Write the record, and decide about the exit status."""
        from flake8_forward_call.observing import storing, summary

        record = self._observation.stop()
        if self._observation.is_part:  # A worker, or a process that a test has forked.
            return
        error = storing.finish(self._path, record, appends=self._appends)
        if error is not None:
            record.notes[error] = None
        self._is_written = error is None
        if exitstatus == pytest.ExitCode.OK and (error is not None or summary.fails(record, self._fail)):
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        """Print what was seen."""
        from flake8_forward_call.observing import summary

        record = self._observation.record
        terminalreporter.section("direct calls of forward()")
        terminalreporter.line(summary.headline(record))
        for line in summary.lines(record):
            terminalreporter.line(line)
        if self._is_written:
            terminalreporter.line(f"The record is in {self._path}.")

    def pytest_unconfigure(self) -> None:
        """Stop observing, also if the session never began."""
        self._observation.stop()
