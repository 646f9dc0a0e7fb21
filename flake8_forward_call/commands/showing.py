"""``check --show-files``: which files would be checked."""

from __future__ import annotations

from collections.abc import Sequence

import click

from flake8_forward_call.files.discovery import find_files
from flake8_forward_call.files.inputs import STDIN
from flake8_forward_call.files.skipping import Skipped
from flake8_forward_call.terminal import terminal
from flake8_forward_call.terminal.interrupts import ends_raised
from flake8_forward_call.terminal.printing import shown
from flake8_forward_call.terminal.trouble import Status, Trouble

show_files_option = click.option(
    "--show-files", is_flag=True, help="List the files that would be checked, one per line, without checking them."
)

# Options about findings. --show-files has none.
_OF_FINDINGS = (
    "statistics",
    "output_file",
    "diff_base",
    "baseline",
    "write_baseline",
    "add_noqa",
    "report_unused_noqa",
    "ignore_noqa",
    "watch",
)


def show_files(context: click.Context, paths: Sequence[str], trouble: Trouble) -> Status:
    """List the files under the paths that would be checked. Raises UsageError if other options conflict with this."""
    if STDIN in paths:
        raise click.UsageError("--show-files lists files, so it cannot be used with standard input")
    for name in _OF_FINDINGS:
        if context.params[name] not in (None, False):
            raise click.UsageError(f"--show-files checks no file, so it cannot be used with --{name.replace('_', '-')}")
    skipped = Skipped()
    try:
        with ends_raised():
            for name in find_files(paths, trouble, skipped):
                terminal.echo(shown(name))
    except KeyboardInterrupt:
        trouble.error("Interrupted: not all files are listed.")
    else:
        skipped.tell_if_all(trouble)
        skipped.tell(trouble)
    return trouble.status(findings=False)
