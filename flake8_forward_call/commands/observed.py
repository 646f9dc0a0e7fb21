"""The option ``--observed``: what earlier runs of the program have shown, next to what its source says."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from flake8_forward_call.commands.completing import files
from flake8_forward_call.observing.joining import OBSERVED, NothingHereError, Observed
from flake8_forward_call.report.rewrites import count
from flake8_forward_call.terminal.printing import near, shown
from flake8_forward_call.terminal.trouble import Trouble

_Command = TypeVar("_Command", bound=Callable[..., Any])

_ISSUES = "https://github.com/flake8-forward-call/flake8-forward-call/issues"


def _observed(context: click.Context, _option: click.Parameter, given: tuple[str, ...]) -> None:
    """Use these records until the run is over. Raises BadParameter."""
    if not given:
        return
    from flake8_forward_call.observing.record import Record, RecordError
    from flake8_forward_call.observing.storing import read_all

    record = Record()
    for name in given:
        try:
            record.add(read_all(name))
        except RecordError as error:
            raise click.BadParameter(f"{near(name)} {error}") from None
    try:
        observed = Observed.of(record, (Path.cwd(), *(Path(name).absolute().parent for name in given)))
    except NothingHereError as error:
        raise click.BadParameter(f"{', '.join(map(near, given))}: {error}") from None
    before = OBSERVED.set(observed)
    context.call_on_close(lambda: OBSERVED.reset(before))


def observed_option(command: _Command) -> _Command:
    """Give a command the option."""
    return click.option(
        "--observed",
        metavar="FILE",
        multiple=True,
        expose_value=False,
        callback=_observed,
        shell_complete=files,
        help="Also use what runs of the program have shown: a record of 'pytest --forward-call' or of "
        "'python -m flake8_forward_call.observe'.",
    )(command)


def tell(trouble: Trouble) -> None:
    """Print what is wrong with the records, or with the inference: stale lines and contradictions."""
    observed = OBSERVED.get()
    if observed is None:
        return
    if observed.stale:
        calls = sum(observed.stale.values())
        where = count(len(observed.stale), "file")
        trouble.warn(
            f"--observed: {count(calls, 'observed call')} in {where} not used, because the lines have changed since; "
            "observe the program again"
        )
    for where, contradiction in observed.contradictions.items():
        trouble.warn(f"{shown(where)}: contradiction: {contradiction}; please report it at {_ISSUES}")
