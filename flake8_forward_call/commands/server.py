"""``forward-call server``."""

from __future__ import annotations

import logging
import sys

import click

from flake8_forward_call.commands.examples import epilog
from flake8_forward_call.commands.options import file_options, inference_options, rule_options
from flake8_forward_call.terminal.printing import source_line
from flake8_forward_call.terminal.trouble import Status, Trouble


class _Formatter(logging.Formatter):
    """Makes each line of a record printable, because records contain file names and exception messages."""

    def format(self, record: logging.LogRecord) -> str:
        """The text of the record, with its traceback if it has one."""
        return "\n".join(map(source_line, super().format(record).split("\n")))


@click.command(epilog=epilog("server"))
@rule_options
@file_options
@inference_options
@click.option("--stdio", is_flag=True, expose_value=False, help="Use standard input and output (always the case).")
def server() -> Status:
    """Serve an editor over the Language Server Protocol.

    Standard input and output belong to the editor; errors go to standard error.
    """
    try:
        from flake8_forward_call.server.app import Server
    except ImportError as error:
        Trouble().error(
            f"the server needs pygls 2, which cannot be imported ({error}): "
            "python -m pip install 'flake8-forward-call[lsp]'"
        )
        return Status.FAILED
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Formatter("%(levelname)s %(name)s: %(message)s"))
    logging.basicConfig(handlers=[handler], level=logging.WARNING)
    # It logs whole texts and tracebacks for each unexpected message. The server logs what matters itself.
    logging.getLogger("pygls").setLevel(logging.CRITICAL)
    # The protocol requires 1 if the client exits without a shutdown request.
    return Status.CLEAN if Server().serve() else Status.FINDINGS
