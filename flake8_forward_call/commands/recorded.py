"""How a command was called, for the reports that say so."""

from __future__ import annotations

import shlex

import click

# Under this key a run keeps its arguments as they were given.
_ARGUMENTS = f"{__name__}.arguments"


class RecordedCommand(click.Command):
    """A command that can tell how it was called."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Keep the arguments before click takes them apart."""
        ctx.meta[_ARGUMENTS] = tuple(args)
        return super().parse_args(ctx, args)


def command_line(context: click.Context) -> str:
    """The command as a shell would read it."""
    return shlex.join(["forward-call", context.info_name or "", *context.meta[_ARGUMENTS]])
