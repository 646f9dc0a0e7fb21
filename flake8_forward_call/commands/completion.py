"""``forward-call completion``."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

from flake8_forward_call.commands.examples import epilog
from flake8_forward_call.terminal.trouble import Status

_SHELLS = ("bash", "zsh", "fish")


@click.command(epilog=epilog("completion"), short_help="Print a completion script for a shell.")
@click.argument("shell", type=click.Choice(_SHELLS))
@click.pass_context
def completion(context: click.Context, shell: str) -> Status:
    """Print a script that makes a shell complete commands, options, rule codes and formats."""
    kind = get_completion_class(shell)
    assert kind is not None, "click knows these"
    root = context.find_root()
    name = root.info_name or "forward-call"
    click.echo(kind(root.command, {}, name, f"_{name.replace('-', '_').upper()}_COMPLETE").source())
    return Status.CLEAN
