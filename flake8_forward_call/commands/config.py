"""``forward-call config``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import click

from flake8_forward_call.commands.examples import epilog
from flake8_forward_call.commands.given.colour import colour_option
from flake8_forward_call.commands.options import setting_options
from flake8_forward_call.commands.toml import line_of, origin
from flake8_forward_call.configuration.files import TABLE
from flake8_forward_call.configuration.options import OPTIONS
from flake8_forward_call.configuration.schema import schema
from flake8_forward_call.configuration.selecting import BY_FILE, ignored_at
from flake8_forward_call.configuration.settings import Settings, settings_of
from flake8_forward_call.findings.selection import longest, may_select
from flake8_forward_call.rules import RULES, fwd100
from flake8_forward_call.terminal.printing import as_json
from flake8_forward_call.terminal.trouble import Status


@click.command(epilog=epilog("config"), short_help="Show settings and rules.")
@setting_options
@click.option("--schema", "wants_schema", is_flag=True, help=f"Print the JSON schema of [tool.{TABLE}] for editors.")
@colour_option
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
    settings = settings_of(folder)
    click.echo(click.style(f"[tool.{TABLE}]", bold=True))
    width = max(len(option.name) for option in OPTIONS)
    for option in OPTIONS:
        name = click.style(option.name.ljust(width), bold=True)
        line = line_of(option, name, getattr(settings, option.attribute), origin(option.name, settings))
        # The other lines have what the extended file sets, so whoever uses them as settings need not extend it again.
        click.echo(f"# {line}" if option.name == "extend" and settings.extend else line)
    click.echo("\n# Rules:")
    ignored = {} if place.is_dir() else {name: (*ignored_at(str(place), settings, name),) for name in BY_FILE}
    for code, is_on, why in _rules(settings, ignored):
        click.echo(f"# {code}  {'on ' if is_on else 'off'}  {why}")
    return Status.CLEAN


def _rules(settings: Settings, ignored: Mapping[str, tuple[str, ...]]) -> Iterator[tuple[str, bool, str]]:
    """Yield each rule's code, whether it is on, and what decides that.

    ``ignored`` has the codes that are ignored for the file, by the option that ignores them.
    """
    for rule in RULES:
        said = {
            "select": longest(rule.code, (one for one in settings.select or () if may_select(one, rule.code))),
            "extend-select": longest(rule.code, (one for one in settings.extend_select if may_select(one, rule.code))),
            "ignore": longest(rule.code, settings.ignore),
            **{name: longest(rule.code, codes) for name, codes in ignored.items()},
        }
        # As in `Selection.keeps`, the longest prefix wins, and in a tie, ignoring wins.
        name = max(said, key=lambda each: (said[each], "ignore" in each))
        if rule is fwd100.RULE and (not said[name] or "ignore" not in name):
            yield rule.code, False, "on with 'check --report-unused-noqa'"
        elif said[name]:
            yield rule.code, "ignore" not in name, f"{name} ({origin(name, settings)})"
        elif settings.select is not None:
            yield rule.code, False, f"not in select ({origin('select', settings)})"
        else:
            yield rule.code, rule.default, "default"
