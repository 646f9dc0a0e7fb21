"""``forward-call fix``."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from flake8_forward_call.checking import keep
from flake8_forward_call.commands.examples import epilog
from flake8_forward_call.commands.given.recorded import RecordedCommand, command_line
from flake8_forward_call.commands.options import (
    fixing_options,
    ignore_noqa_option,
    observed_option,
    paths_or_default,
    shared_options,
)
from flake8_forward_call.configuration.selecting import selection_of
from flake8_forward_call.configuration.settings import settings_of
from flake8_forward_call.files.inputs import STDIN, read_inputs
from flake8_forward_call.findings.selection import without_noqa
from flake8_forward_call.fixing.fixing import Fixing
from flake8_forward_call.fixing.interactive import Asking
from flake8_forward_call.fixing.typing_calls import TypingCalls
from flake8_forward_call.jobs.counting import wanted
from flake8_forward_call.jobs.doing import done
from flake8_forward_call.report import summary as summaries
from flake8_forward_call.report.formats import FORMATS
from flake8_forward_call.terminal import terminal
from flake8_forward_call.terminal.interrupts import ends_raised
from flake8_forward_call.terminal.progress import Progress
from flake8_forward_call.terminal.telling import Telling, loudness_options
from flake8_forward_call.terminal.trouble import Status, Trouble, reason


@click.command(cls=RecordedCommand, epilog=epilog("fix"), short_help="Rewrite x.forward(...) to x(...).")
@shared_options
@click.option(
    "--diff",
    is_flag=True,
    help="Print the changes as a diff instead of making them; exits with 1 if there are any.",
)
@fixing_options
@observed_option
@click.option("--interactive", "-i", is_flag=True, help="Show each rewrite with its evidence and ask before making it.")
@click.option(
    "--summary",
    type=click.Choice(list(summaries.RENDERERS)),
    help="Print a summary for a pull-request description; everything else goes to stderr.",
)
@ignore_noqa_option
@click.option(
    "--typed-call",
    is_flag=True,
    help="For classes whose calls were rewritten, add a __call__ with the types of forward, for type checkers.",
)
@click.option(
    "--exit-non-zero-on-fix", is_flag=True, help="Exit with 1 if a call was rewritten, even if no findings remain."
)
@loudness_options
@click.pass_context
def fix(
    context: click.Context,
    *,
    paths: tuple[str, ...],
    stdin_filename: str,
    diff: bool,
    interactive: bool,
    summary: str | None,
    ignore_noqa: bool,
    typed_call: bool,
    exit_non_zero_on_fix: bool,
    quiet: bool,
    verbose: bool,
) -> Status:
    """Rewrite x.forward(...) to x(...) if x is proven to be a module.

    PATH is a file or a directory, or '-' to read standard input and write the result to standard output. The default
    is 'paths' in the settings, or the current directory. Findings without a fix are reported as by 'check'.
    """
    paths, settings = paths_or_default(context, paths), settings_of(Path.cwd())
    output_format = settings.output_format
    conflict = _conflict(STDIN in paths, output_format, diff=diff, interactive=interactive, summary=summary is not None)
    if conflict is not None:
        raise click.UsageError(conflict)
    if typed_call and STDIN in paths:
        raise click.UsageError("--typed-call may change several files, so it cannot be used with standard input")
    trouble = Trouble(is_quiet=quiet)
    telling = Telling(trouble, is_quiet=quiet, is_verbose=verbose)
    fixing = Fixing(
        selects=without_noqa(selection_of) if ignore_noqa else selection_of,
        trouble=trouble,
        unsafe=settings.unsafe_fixes,
        is_only=settings.fix_only,
        is_dry=diff,
        asking=Asking(err=summary is not None) if interactive else None,
        typing=TypingCalls(trouble) if typed_call else None,
        is_summed_up=summary is not None,
        output_format=output_format,
    )
    # If standard output is a pipe, a pager may be drawing on the same screen.
    is_shown = not (quiet or interactive) and terminal.is_terminal(sys.stdout)
    try:
        with ends_raised(), Progress(is_wanted=is_shown) as progress:
            inputs = telling.seen(
                read_inputs(
                    paths, stdin_filename, trouble, telling.skipped, lambda names: progress.expect(sorted(names))
                )
            )
            if interactive or typed_call:  # Answers, and the classes of calls, are needed while a file is in hand.
                for each in inputs:
                    fixing.take(each)
                    progress.advance()
                    if fixing.has_quit:
                        break
            else:
                for each, proposal in done(inputs, fixing.proposing, wanted(settings), progress, trouble):
                    fixing.put(each, proposal)
    except KeyboardInterrupt:
        trouble.error(f"Interrupted: {fixing.state()}")
        return Status.FAILED
    except OSError as error:
        trouble.error(f"cannot print: {reason(error)}: {fixing.state()}")
        return Status.FAILED
    keep()
    telling.skipped.tell_if_all(trouble)
    fixing.finish()
    telling.end()
    if summary is not None:
        command = command_line(context)
        run = summaries.Run(
            fixing.made, fixing.remaining, command, dry=diff, undone=trouble.errors, evidence=fixing.evidence
        )
        click.echo(summaries.RENDERERS[summary](run), nl=False)
    has_fixed = exit_non_zero_on_fix and bool(fixing.made)
    return trouble.status(findings=fixing.findings_remain or has_fixed)


def _conflict(is_stdin: bool, output_format: str, *, diff: bool, interactive: bool, summary: bool) -> str | None:
    """Why options cannot be used together; None if they can."""
    is_for_people = FORMATS[output_format].is_for_people
    if diff and not is_for_people:
        return f"--diff prints a diff, so it cannot be used with --output-format {output_format}"
    if interactive and diff:
        return "--diff changes nothing, so --interactive would have nothing to ask"
    if interactive and not is_for_people:
        return f"--interactive asks a person, so it cannot be used with --output-format {output_format}"
    if interactive and is_stdin:
        return "--interactive reads the answers from standard input, so the program cannot come from there"
    if summary and is_stdin and not diff:
        return "--summary goes to standard output, and so does the result of '-'"
    return None
