"""The command line: its commands, each imported when it is needed, so that the others cost no time."""

from __future__ import annotations

from importlib import import_module

import click

from flake8_forward_call import __version__
from flake8_forward_call.commands.examples import epilog
from flake8_forward_call.commands.given.colour import colour_option
from flake8_forward_call.terminal import slips, terminal
from flake8_forward_call.terminal.trouble import Status

# Each is the command of that name in the module of that name.
_NAMES = ("check", "fix", "explain", "config", "scan", "clean", "server", "completion")


class Commands(click.Group):
    """The commands."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        return super().parse_args(ctx, slips.translated(args))

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if self.get_command(ctx, args[0]) is None and (args[0] == slips.STDIN or not args[0].startswith("-")):
            ctx.fail(slips.of_command(args[0], self.list_commands(ctx)))
        return super().resolve_command(ctx, args)

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(_NAMES)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _NAMES:
            return None
        command: click.Command = getattr(import_module(f"flake8_forward_call.commands.{cmd_name}"), cmd_name)
        return command

    def all_commands(self, ctx: click.Context) -> dict[str, click.Command]:
        """Every command by its name, those that users need most first. This imports all of them."""
        found = ((name, self.get_command(ctx, name)) for name in _NAMES)
        return {name: command for name, command in found if command is not None}


@click.group(
    cls=Commands,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog=epilog(""),
)
@click.version_option(__version__, "--version", "-V", prog_name="forward-call", message="%(prog)s %(version)s")
@colour_option
@click.pass_context
def group(ctx: click.Context) -> None:
    """Find direct calls of a PyTorch module's forward(), which bypass its hooks, and rewrite them.

    The exit status is 0 if nothing was found or everything was fixed, 1 if findings remain, 2 if something could not be
    done.
    """
    ctx.color = terminal.colours()
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help(), err=True)
        ctx.exit(Status.FAILED)
