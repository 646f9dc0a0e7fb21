"""The command line of a run, for the reports that show it."""

from __future__ import annotations

import shlex

import click

# The key under which a run stores its arguments as given.
_ARGUMENTS = f"{__name__}.arguments"


class OptionalValue(click.Option):
    """An option whose value may be left out, and then is empty. A value is only what follows ``=``, as with ruff."""

    def get_help_record(self, ctx: click.Context) -> tuple[str, str] | None:
        """The name and the help, with the value in brackets."""
        return f"{self.opts[0]}[={self.metavar}]", self.help or ""


class RecordedCommand(click.Command):
    """A command that records its arguments."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Store the arguments before click parses them."""
        ctx.meta[_ARGUMENTS] = tuple(args)
        names = {name for one in self.params if isinstance(one, OptionalValue) for name in one.opts}
        end = args.index("--") if "--" in args else len(args)
        args = [f"{one}=" if number < end and one in names else one for number, one in enumerate(args)]
        return super().parse_args(ctx, args)


def arguments(context: click.Context) -> tuple[str, ...]:
    """The arguments of the command as they were typed."""
    given: tuple[str, ...] = context.meta[_ARGUMENTS]
    return given


def command_line(context: click.Context) -> str:
    """The command as a shell would read it."""
    return shlex.join(["forward-call", context.info_name or "", *arguments(context)])
