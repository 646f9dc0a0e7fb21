"""``forward-call fix``."""

from __future__ import annotations

import click

from flake8_forward_call.commands.options import selection, shared_options
from flake8_forward_call.fixing import Fixing
from flake8_forward_call.inputs import read_inputs
from flake8_forward_call.trouble import Status, Trouble


@click.command()
@shared_options
@click.option("--diff", is_flag=True, help="Print what would change as a diff, and change nothing.")
@click.option("--unsafe-fixes", is_flag=True, help="Also rewrite calls that may mean something else afterwards.")
def fix(
    *,
    paths: tuple[str, ...],
    select: tuple[str, ...] | None,
    ignore: tuple[str, ...] | None,
    extend_select: tuple[str, ...] | None,
    output_format: str,
    stdin_filename: str,
    diff: bool,
    unsafe_fixes: bool,
) -> Status:
    """Rewrite x.forward(...) to x(...), where x is proven to be a module.

    PATH is a file or a directory, or '-' for standard input, the result of which goes to standard output; without
    one it is the current directory. What cannot be rewritten is reported as 'check' does.
    """
    if diff and output_format != "text":
        raise click.UsageError(f"--diff prints a diff, so it cannot go with --output-format {output_format}")
    trouble = Trouble()
    fixing = Fixing(
        selection=selection(select, ignore, extend_select),
        trouble=trouble,
        unsafe=unsafe_fixes,
        diff=diff,
        output_format=output_format,
    )
    try:
        for each in read_inputs(paths, stdin_filename, trouble):
            fixing.take(each)
    except KeyboardInterrupt:
        trouble.error(fixing.interrupted())
        return Status.FAILED
    fixing.finish()
    return trouble.status(findings=fixing.findings_remain)
