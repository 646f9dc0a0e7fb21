"""The door for the command line."""

from __future__ import annotations

import atexit
import gc
import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from flake8_forward_call import __version__
from flake8_forward_call.terminal.printing import one_line
from flake8_forward_call.terminal.trouble import Status, reason

if TYPE_CHECKING:
    import click

# Nearly all allocations here are trees, which are not garbage. With Python's default threshold, the collector takes a
# quarter of the time, and with a tenth of this one a tenth of it. Trees that were freed before are not walked at all.
_ALLOCATIONS = 1_000_000


def main(args: Sequence[str] | None = None) -> int:
    """Run the command and return its exit status. If ``args`` is None, the arguments of the process are used."""
    for stream in (sys.stdout, sys.stderr):
        _print_anything(stream)
    if (hindrance := _hindrance()) is not None:
        _say(hindrance)
        return Status.FAILED
    if (text := _quick_answer(sys.argv[1:] if args is None else args)) is not None:
        return _print(text)
    import click

    from flake8_forward_call.configuration.files import ConfigError
    from flake8_forward_call.group import group

    if args is None:
        # The process ends after this. Otherwise Python would search everything known about a large project for cycles
        # once more, which takes as long as the work itself.
        atexit.register(gc.freeze)
    thresholds = gc.get_threshold()
    gc.set_threshold(_ALLOCATIONS, *thresholds[1:])
    try:
        status = group.main(list(args) if args is not None else None, prog_name="forward-call", standalone_mode=False)
        return int(status or Status.CLEAN)
    except click.UsageError as error:
        _complain(error)
    except ConfigError as error:
        _say(str(error))
    except click.Abort:
        _say("Interrupted.")
    except SystemExit as end:
        # click exits like this after a completion, and with 1 if the reader closed the pipe.
        return Status.FAILED if end.code else Status.CLEAN
    except OSError as error:
        _say(f"cannot print: {reason(error)}")
    finally:
        gc.set_threshold(*thresholds)
    return Status.FAILED


def _quick_answer(args: Sequence[str]) -> str | None:
    """What some commands print, without importing click, which takes four times as long as Python's own start."""
    match args:
        case ["--version" | "-V"]:
            return f"forward-call {__version__}"
        case ["explain", code]:
            from flake8_forward_call.rules import BY_CODE

            rule = BY_CODE.get(code.upper())
            return None if rule is None else rule.document.rstrip()
        case _:
            return None


def _print(text: str) -> int:
    try:
        print(text, flush=True)
    except BrokenPipeError:  # As with click: the reader has seen enough.
        sys.stdout = open(os.devnull, "w")  # noqa: PTH123, SIM115
        return Status.FAILED
    except OSError as error:
        _say(f"cannot print: {reason(error)}")
        return Status.FAILED
    return Status.CLEAN


def _hindrance() -> str | None:
    """The reason why no command can work here, or None."""
    if sys.stdout is None:  # The caller closed it. The output of `fix -` would be lost.
        return "cannot print: standard output is closed"
    try:
        os.getcwd()  # noqa: PTH109
    except OSError as error:
        return f"the current directory is gone: {reason(error)}"
    return None


def _say(text: str) -> None:
    import click

    with suppress(OSError):  # There is nowhere left to report it.
        click.echo(f"forward-call: {one_line(text)}", err=True)


def _complain(error: click.UsageError) -> None:
    import click

    from flake8_forward_call.terminal import slips

    told = slips.of_option(error) if isinstance(error, click.NoSuchOption) else error.format_message()
    message = " ".join(told.split()).rstrip(".")
    where = error.ctx.command_path if error.ctx else "forward-call"
    _say(f"{message[:1].lower()}{message[1:]} (see '{where} --help')")


def _print_anything(stream: Any) -> None:
    """Escape characters of paths and programs that the terminal's encoding does not have."""
    if hasattr(stream, "reconfigure"):
        stream.reconfigure(errors="backslashreplace")
