"""The command line of a run, for the reports that show it."""

from __future__ import annotations

import shlex

import click

# The key under which a run stores its arguments as given.
_ARGUMENTS = f"{__name__}.arguments"


class RecordedCommand(click.Command):
    """A command that records its arguments."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Store the arguments before click parses them."""
        ctx.meta[_ARGUMENTS] = tuple(args)
        return super().parse_args(ctx, args)


def command_line(context: click.Context) -> str:
    """The command as a shell would read it."""
    return shlex.join(["forward-call", context.info_name or "", *context.meta[_ARGUMENTS]])
