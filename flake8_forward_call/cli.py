"""The door for the command line."""

from __future__ import annotations

import atexit
import gc
import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import click

from flake8_forward_call import __version__
from flake8_forward_call.commands.check import check
from flake8_forward_call.commands.completion import completion
from flake8_forward_call.commands.config import config
from flake8_forward_call.commands.examples import epilog
from flake8_forward_call.commands.explain import explain
from flake8_forward_call.commands.fix import fix
from flake8_forward_call.commands.server import server
from flake8_forward_call.configuration.files import ConfigError
from flake8_forward_call.files.inputs import STDIN
from flake8_forward_call.terminal import slips, terminal
from flake8_forward_call.terminal.printing import one_line
from flake8_forward_call.terminal.trouble import Status, reason

# Nearly all allocations here are trees, which are not garbage. With Python's default threshold, the collector takes a
# quarter of the time.
_ALLOCATIONS = 100_000


class _Commands(click.Group):
    """The commands."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        return super().parse_args(ctx, slips.translated(args))

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if self.get_command(ctx, args[0]) is None and (args[0] == STDIN or not args[0].startswith("-")):
            ctx.fail(slips.of_command(args[0], self.list_commands(ctx)))
        return super().resolve_command(ctx, args)


@click.group(
    cls=_Commands,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog=epilog(""),
)
@click.version_option(__version__, "--version", "-V", prog_name="forward-call", message="%(prog)s %(version)s")
@click.pass_context
def _group(ctx: click.Context) -> None:
    """Find direct calls of a PyTorch module's forward(), which bypass its hooks, and rewrite them.

    The exit status is 0 if nothing was found or everything was fixed, 1 if findings remain, 2 if something could not be
    done.
    """
    ctx.color = terminal.colours()
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help(), err=True)
        ctx.exit(Status.FAILED)


for _command in (check, fix, explain, config, server, completion):
    _group.add_command(_command)


def main(args: Sequence[str] | None = None) -> int:
    """Run the command and return its exit status. If ``args`` is None, the arguments of the process are used."""
    for stream in (sys.stdout, sys.stderr):
        _print_anything(stream)
    if (hindrance := _hindrance()) is not None:
        _say(hindrance)
        return Status.FAILED
    if args is None:
        # The process ends after this. Otherwise Python would search everything known about a large project for cycles
        # once more, which takes as long as the work itself.
        atexit.register(gc.freeze)
    thresholds = gc.get_threshold()
    gc.set_threshold(_ALLOCATIONS, *thresholds[1:])
    try:
        status = _group.main(list(args) if args is not None else None, prog_name="forward-call", standalone_mode=False)
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
    with suppress(OSError):  # There is nowhere left to report it.
        click.echo(f"forward-call: {one_line(text)}", err=True)


def _complain(error: click.UsageError) -> None:
    told = slips.of_option(error) if isinstance(error, click.NoSuchOption) else error.format_message()
    message = " ".join(told.split()).rstrip(".")
    where = error.ctx.command_path if error.ctx else "forward-call"
    _say(f"{message[:1].lower()}{message[1:]} (see '{where} --help')")


def _print_anything(stream: Any) -> None:
    """Escape characters of paths and programs that the terminal's encoding does not have."""
    if hasattr(stream, "reconfigure"):
        stream.reconfigure(errors="backslashreplace")
