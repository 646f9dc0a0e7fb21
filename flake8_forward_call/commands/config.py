"""``forward-call config``."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click

from flake8_forward_call.commands.examples import epilog
from flake8_forward_call.commands.options import setting_options
from flake8_forward_call.commands.toml import line_of
from flake8_forward_call.configuration.files import TABLE, Configured
from flake8_forward_call.configuration.options import BY_NAME, OPTIONS, Option
from flake8_forward_call.configuration.schema import schema
from flake8_forward_call.configuration.selecting import ignored_at
from flake8_forward_call.configuration.settings import GIVEN, Settings, configured, counts, settings_of
from flake8_forward_call.findings.selection import longest, may_select
from flake8_forward_call.rules import RULES, fwd100
from flake8_forward_call.terminal.printing import as_json, near, one_line
from flake8_forward_call.terminal.trouble import Status


@click.command(epilog=epilog("config"), short_help="Show settings and rules.")
@setting_options
@click.option("--schema", "wants_schema", is_flag=True, help=f"Print the JSON schema of [tool.{TABLE}] for editors.")
@click.argument("path", required=False, type=click.Path(exists=True, path_type=Path))
def config(*, wants_schema: bool, path: Path | None) -> Status:
    """Show the settings and rules that apply to PATH, or to the current directory, and where each comes from.

    What is printed is TOML. Options on the command line count here as they do for 'check' and 'fix'.
    """
    if wants_schema:
        click.echo(as_json(schema()))
        return Status.CLEAN
    place = (path or Path()).resolve()
    folder = place if place.is_dir() else place.parent
    found, settings = configured(folder), settings_of(folder)
    click.echo(click.style(f"[tool.{TABLE}]", bold=True))
    width = max(len(option.name) for option in OPTIONS)
    for option in OPTIONS:
        name = click.style(option.name.ljust(width), bold=True)
        click.echo(line_of(option, name, getattr(settings, option.attribute), _origin(option, found)))
    click.echo("\n# Rules:")
    for code, is_on, why in _rules(settings, () if place.is_dir() else (*ignored_at(str(place), settings),), found):
        click.echo(f"# {code}  {'on ' if is_on else 'off'}  {why}")
    return Status.CLEAN


def _origin(option: Option, found: Configured | None) -> str:
    """Where the value of an option comes from."""
    if option.name in GIVEN.get().values:
        return "command line"
    if found is not None and option.name in found.values and counts(option.name):
        return f"{one_line(near(str(found.path)))}:{found.lines[option.name]}"
    return "default"


def _rules(settings: Settings, ignored: tuple[str, ...], found: Configured | None) -> Iterator[tuple[str, bool, str]]:
    """Yield each rule's code, whether it is on, and what decides that; ``ignored``: the codes ignored for the file."""
    for rule in RULES:
        said = {
            "select": longest(rule.code, (one for one in settings.select or () if may_select(one, rule.code))),
            "extend-select": longest(rule.code, (one for one in settings.extend_select if may_select(one, rule.code))),
            "ignore": longest(rule.code, settings.ignore),
            "per-file-ignores": longest(rule.code, ignored),
        }
        # As in `Selection.keeps`, the longest prefix wins, and in a tie, ignoring wins.
        name = max(said, key=lambda each: (said[each], "ignore" in each))
        if rule is fwd100.RULE and (not said[name] or "ignore" not in name):
            yield rule.code, False, "on with 'check --report-unused-noqa'"
        elif said[name]:
            yield rule.code, "ignore" not in name, f"{name} ({_origin(BY_NAME[name], found)})"
        elif settings.select is not None:
            yield rule.code, False, f"not in select ({_origin(BY_NAME['select'], found)})"
        else:
            yield rule.code, rule.default, "default"
