"""``forward-call server``."""

from __future__ import annotations

from pathlib import Path

import click

from flake8_forward_call.commands.examples import epilog
from flake8_forward_call.commands.options import file_options, inference_options, rule_options
from flake8_forward_call.server.client import log
from flake8_forward_call.terminal.printing import as_json, near
from flake8_forward_call.terminal.trouble import Status, Trouble, reason


@click.command(epilog=epilog("server"))
@rule_options
@file_options
@inference_options
@click.option(
    "--log-level",
    type=click.Choice(log.LEVELS),
    default=log.DEFAULT_LEVEL,
    show_default=True,
    help="What is logged.",
)
@click.option(
    "--log-file",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Log to the end of FILE instead of standard error.",
)
@click.option(
    "--settings-schema", is_flag=True, help="Print the JSON schema of the settings that an editor can send, and exit."
)
@click.option("--stdio", is_flag=True, expose_value=False, help="Use standard input and output (always the case).")
def server(*, log_level: str, log_file: Path | None, settings_schema: bool) -> Status:
    """Serve an editor over the Language Server Protocol.

    Standard input and output belong to the editor; errors go to standard error.
    """
    if settings_schema:
        from flake8_forward_call.server.settings import schema

        click.echo(as_json(schema()))
        return Status.CLEAN
    try:
        from flake8_forward_call.server.app import Server
    except ImportError as error:
        Trouble().error(
            f"the server needs pygls 2, which cannot be imported ({error}): "
            "python -m pip install 'flake8-forward-call[lsp]'"
        )
        return Status.FAILED
    try:
        log.begin(log_level, log_file)
    except OSError as error:
        raise click.BadParameter(f"{near(str(log_file))}: {reason(error)}", param_hint="--log-file") from None
    # The protocol requires 1 if the client exits without a shutdown request.
    return Status.CLEAN if Server().serve() else Status.FINDINGS
