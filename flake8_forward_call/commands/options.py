"""Options that several commands share: those of the option table, and those that are not settings."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

import click
from click.core import ParameterSource

from flake8_forward_call.commands.given.colour import colour_option
from flake8_forward_call.commands.given.completing import OFFERS, files
from flake8_forward_call.commands.given.giving import give
from flake8_forward_call.commands.given.sources import source_options
from flake8_forward_call.configuration.options import BY_NAME, OPTIONS, Kind, Option
from flake8_forward_call.configuration.settings import settings_of
from flake8_forward_call.files import cache
from flake8_forward_call.files.inputs import STDIN, STDIN_NAME
from flake8_forward_call.observing.joining import OBSERVED, NothingHereError, Observed
from flake8_forward_call.terminal.printing import from_here, near

_Command = TypeVar("_Command", bound=Callable[..., Any])
_Decorator = Callable[[_Command], _Command]


def _option_of(option: Option) -> Callable[[_Command], _Command]:
    """The command-line option for an option of the table. Its value goes into the settings of the run."""

    def take(context: click.Context, _option: click.Parameter, given: Any) -> None:
        if given is None or given == ():
            return
        give(context, option, ",".join(given) if isinstance(given, tuple) else given)

    if option.kind is Kind.SWITCH:
        return click.option(
            option.on_command_line,
            option.attribute,
            is_flag=True,
            flag_value=not option.default,
            default=None,
            type=bool,
            expose_value=False,
            callback=take,
            help=option.flag_help,
        )
    is_list = option.kind not in (Kind.PATH, Kind.CHOICE, Kind.COUNT)
    return click.option(
        *option.names_on_command_line,
        multiple=is_list,
        metavar=option.metavar,
        type=click.Choice(list(option.choices)) if option.choices else str,
        shell_complete=OFFERS.get(option.kind),
        expose_value=False,
        callback=take,
        help=option.help,
    )


def _no_cache(_context: click.Context, _option: click.Parameter, given: bool) -> None:
    if given:
        cache.use("")


def _paths(_context: click.Context, _argument: click.Parameter, values: tuple[str, ...]) -> tuple[str, ...]:
    if STDIN in values and len(values) > 1:
        raise click.BadParameter(f"'{STDIN}' (standard input) cannot be mixed with other paths")
    return values


_NO_CACHE = click.option(
    "--no-cache",
    is_flag=True,
    expose_value=False,
    callback=_no_cache,
    help="Neither read nor write the cache.",
)
_STDIN_FILENAME = click.option(
    "--stdin-filename",
    metavar="PATH",
    default=STDIN_NAME,
    help="The file name for standard input, which is read if no PATH or '-' is given.",
)
PATHS = click.argument("paths", metavar="[PATH]...", nargs=-1, callback=_paths, shell_complete=files)

# These affect the verdict itself, so every command has them.
_INFERENCE = ("module-classes", "non-module-classes", "roots", "python", "site-packages", "cache-dir")
_RULES = ("select", "ignore", "extend-select", "per-file-ignores", "extend-per-file-ignores")
_FILES = ("documents", "exclude", "extend-exclude", "respect-gitignore", "force-exclude")

_FIXING = ("unsafe-fixes", "fixable", "unfixable", "fix-only")


def inference_options(command: _Command) -> _Command:
    """Give a command the options that affect what is known about a receiver."""
    return _decorated(command, (*_of_table(*_INFERENCE), _NO_CACHE, source_options))


def cache_options(command: _Command) -> _Command:
    """Give a command the options that say where the cache is."""
    return _decorated(command, (*_of_table("cache-dir"), source_options))


def rule_options(command: _Command) -> _Command:
    """Give a command the options that say which rules count."""
    return _decorated(command, _of_table(*_RULES))


def file_options(command: _Command) -> _Command:
    """Give a command the options that say which files are skipped."""
    return _decorated(command, _of_table(*_FILES))


def shared_options(command: _Command) -> _Command:
    """Give a command the paths and the options that ``check`` and ``fix`` both have."""
    files = (*_of_table(*_FILES, "output-format", "jobs"), _STDIN_FILENAME)
    return _decorated(rule_options(_decorated(inference_options(colour_option(command)), files)), (PATHS,))


def setting_options(command: _Command) -> _Command:
    """Give a command an option for each setting, and those that say where settings come from."""
    names = (one.name for one in OPTIONS if one.name != "paths" and not one.is_for_files)
    return _decorated(command, (*_of_table(*names), source_options))


def fixing_options(command: _Command) -> _Command:
    """Give a command the options that say which fixes are made."""
    return _decorated(command, _of_table(*_FIXING))


def ignore_noqa_option(command: _Command) -> _Command:
    """Give a command the option to ignore ``# noqa`` comments; the second name is flake8's."""
    return click.option(
        "--ignore-noqa",
        "--disable-noqa",
        "ignore_noqa",
        is_flag=True,
        help="Ignore '# noqa' comments.",
    )(command)


def _observed(context: click.Context, _option: click.Parameter, given: tuple[str, ...]) -> None:
    """Use these records until the run is over. Raises BadParameter."""
    if not given:
        return
    from flake8_forward_call.observing.record import Record, RecordError
    from flake8_forward_call.observing.storing import read_all

    record = Record()
    for name in given:
        try:
            record.add(read_all(name))
        except RecordError as error:
            raise click.BadParameter(f"{near(name)} {error}") from None
    try:
        observed = Observed.of(record, (Path.cwd(), *(Path(name).absolute().parent for name in given)))
    except NothingHereError as error:
        raise click.BadParameter(f"{', '.join(map(near, given))}: {error}") from None
    before = OBSERVED.set(observed)
    context.call_on_close(lambda: OBSERVED.reset(before))


def observed_option(command: _Command) -> _Command:
    """Give a command the option."""
    return click.option(
        "--observed",
        metavar="FILE",
        multiple=True,
        expose_value=False,
        callback=_observed,
        shell_complete=files,
        help="Also use what runs of the program have shown: a record of 'pytest --forward-call' or of "
        "'python -m flake8_forward_call.observe'.",
    )(command)


def paths_or_default(context: click.Context, paths: tuple[str, ...]) -> tuple[str, ...]:
    """The paths that the user named, else those of the settings, else the current directory.

    With ``--stdin-filename`` it is standard input, because the option means nothing for files: without this, ``fix``
    would rewrite the current directory. Raises ConfigError and UsageError.
    """
    if context.get_parameter_source("stdin_filename") not in (None, ParameterSource.DEFAULT):
        if paths not in ((), (STDIN,)):
            raise click.UsageError("--stdin-filename is for standard input, so it cannot be used with other paths")
        return (STDIN,)
    return paths or tuple(map(from_here, settings_of(Path.cwd()).paths)) or (".",)


def _of_table(*names: str) -> tuple[_Decorator[Any], ...]:
    return tuple(_option_of(BY_NAME[name]) for name in names)


def _decorated(command: _Command, decorators: Sequence[_Decorator[Any]]) -> _Command:
    for decorate in reversed(decorators):
        command = decorate(command)
    return command
