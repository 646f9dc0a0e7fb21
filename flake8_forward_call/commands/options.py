"""What the commands have in common."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import click

from flake8_forward_call import cache, report
from flake8_forward_call.inputs import STDIN, STDIN_NAME
from flake8_forward_call.selection import Selection, UnknownCodeError, parse_codes

_Command = TypeVar("_Command", bound=Callable[..., Any])


def _codes(_context: click.Context, _option: click.Parameter, values: Sequence[str]) -> tuple[str, ...] | None:
    try:
        return parse_codes(values) if values else None
    except UnknownCodeError as error:
        raise click.BadParameter(str(error)) from None


def _paths(_context: click.Context, _argument: click.Parameter, values: tuple[str, ...]) -> tuple[str, ...]:
    if STDIN in values and len(values) > 1:
        raise click.BadParameter(f"'{STDIN}' (standard input) cannot be mixed with other paths")
    return values or (".",)


# Under this key a run notes which option has settled the environment.
_SETTLED = f"{__name__}.environment"


def _environment(context: click.Context, option: click.Parameter, value: str | bool | None) -> None:
    """Settle where installed packages are looked for, before the first file is looked at."""
    if value is None or value is False:
        return
    from flake8_forward_call.inference import environment

    if context.meta.setdefault(_SETTLED, option.name) != option.name:
        raise click.UsageError("--python and --no-site-packages cannot go together")
    try:
        choice = environment.Choice(nothing=True) if value is True else environment.chosen(str(value))
    except environment.NoEnvironmentError as error:
        raise click.BadParameter(str(error)) from None
    reset = environment.CHOICE.set(choice)
    context.call_on_close(lambda: environment.CHOICE.reset(reset))


def _code_option(name: str, text: str) -> Callable[[_Command], _Command]:
    return click.option(name, multiple=True, metavar="CODES", callback=_codes, help=text)


def _cache_dir(_context: click.Context, _option: click.Parameter, value: str | None) -> None:
    if value is not None:
        cache.use(value)


_ENVIRONMENT = (
    click.option(
        "--python",
        metavar="PATH",
        expose_value=False,
        callback=_environment,
        help="The Python environment, or the interpreter in it, whose packages the code uses; they are only read.",
    ),
    click.option(
        "--no-site-packages",
        is_flag=True,
        expose_value=False,
        callback=_environment,
        help="Do not look for installed packages.",
    ),
)

_SELECTION = (
    _code_option("--select", "The rules to apply, in place of those on by default: codes or prefixes, with commas."),
    _code_option("--ignore", "The rules not to apply."),
    _code_option("--extend-select", "Rules to apply besides those on by default."),
)

_CACHE = (
    click.option(
        "--cache-dir",
        metavar="DIR",
        expose_value=False,
        callback=_cache_dir,
        help=f"Where to keep what was found out about a project, in place of ${cache.VARIABLE} or the user's cache.",
    ),
    click.option(
        "--no-cache",
        is_flag=True,
        flag_value="",
        type=str,
        default=None,
        expose_value=False,
        callback=_cache_dir,
        help="Keep nothing, and use nothing that was kept.",
    ),
)

_SHARED = (
    click.argument("paths", metavar="[PATH]...", nargs=-1, callback=_paths),
    *_SELECTION,
    click.option(
        "--output-format",
        type=click.Choice(list(report.FORMATS)),
        default="text",
        show_default=True,
        help="How findings are printed; all but text are for programs.",
    ),
    *_ENVIRONMENT,
    *_CACHE,
    click.option(
        "--stdin-filename", metavar="PATH", default=STDIN_NAME, help="The name of what '-' reads from standard input."
    ),
)


def shared_options(command: _Command) -> _Command:
    """Give a command the paths and the options that ``check`` and ``fix`` both have."""
    return _decorated(command, _SHARED)


def selection_options(command: _Command) -> _Command:
    """Give a command the options that say which rules count."""
    return _decorated(command, _SELECTION)


def environment_options(command: _Command) -> _Command:
    """Give a command the options that say which installed packages count."""
    return _decorated(command, _ENVIRONMENT)


def cache_options(command: _Command) -> _Command:
    """Give a command the options that say where things are kept."""
    return _decorated(command, _CACHE)


def _decorated(command: _Command, decorators: Sequence[Callable[[_Command], _Command]]) -> _Command:
    for decorate in reversed(decorators):
        command = decorate(command)
    return command


def selection(
    select: tuple[str, ...] | None, ignore: tuple[str, ...] | None, extend_select: tuple[str, ...] | None
) -> Selection:
    """The selection that the three options make."""
    return Selection(select, ignore or (), extend_select or ())
