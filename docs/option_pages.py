"""Sphinx extension: the reference of the options, generated from their table when the documentation is built."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from flake8_forward_call.configuration.files import TABLE
from flake8_forward_call.configuration.options import OPTIONS, Kind, Option

if TYPE_CHECKING:
    from sphinx.application import Sphinx

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

# Not a page: docs/configuration.md includes it.
FOLDER = "made"
NAME = "options.md"

# Options that are positional arguments, and options that only one command has.
_ARGUMENTS = {"paths"}
_FILES_ONLY = {"extend"}
_COMMANDS = dict.fromkeys(("unsafe-fixes", "fixable", "unfixable", "fix-only"), "fix")


def reference() -> str:
    """The options: an overview as a table, and a section for each."""
    rows = "\n".join(f"| [`{one.name}`](#{one.name}) | {_default(one)} | {_summary(one)} |" for one in OPTIONS)
    head = "| Option | Default | Description |\n| --- | --- | --- |"
    return "\n".join((f"{head}\n{rows}\n", *map(_section, OPTIONS)))


def in_toml(option: Option) -> str:
    """The example for ``pyproject.toml``."""
    return f"[tool.{TABLE}]\n{option.name} = {option.example}\n"


def on_command_line(option: Option) -> str:
    """The example for the command line."""
    if option.name in _ARGUMENTS:
        return _as_text(_example(option), " ")
    if option.is_for_files:
        return f"--config {_quoted(f'{option.name} = {option.example}')}"
    if option.kind is Kind.SWITCH:
        return option.on_command_line
    return f"{option.on_command_line} {_quoted(_as_text(_example(option), ','))}"


def in_flake8(option: Option) -> str | None:
    """The example for flake8's configuration, or None if the plugin has no such option there.

    flake8's own options apply to all plugins: `select = FWD` there would turn off the others.
    """
    if option.in_flake8 is None or not option.is_of_plugin:
        return None
    value = "true" if option.kind is Kind.SWITCH else _as_text(_example(option), ", ")
    return f"[flake8]\n{option.in_flake8.strip('-')} = {value}\n"


def write(app: Sphinx) -> None:
    """Write the reference if it has changed, because Sphinx rebuilds what is written."""
    file = Path(app.srcdir) / FOLDER / NAME
    file.parent.mkdir(exist_ok=True)
    text = reference()
    if not file.exists() or file.read_text(encoding="utf-8") != text:
        file.write_text(text, encoding="utf-8")


def _section(option: Option) -> str:
    name = ", ".join(f"`{one}`" for one in option.names_on_command_line)
    if option.name in _ARGUMENTS:
        name = "positional arguments"
    elif option.is_for_files:
        name = "only with `--config`" if option.name not in _FILES_ONLY else "not available"
    flake8 = in_flake8(option)
    parts = [
        f"### {option.name}",
        option.help,
        f"- Takes {option.kind.value}.\n- Default: {_default(option)}.\n- On the command line: {name}.\n"
        f"- In flake8: {_name_in_flake8(option)}.",
        f"```toml\n{in_toml(option)}```",
        *(
            []
            if option.name in _FILES_ONLY
            else [f"```console\n$ forward-call {_COMMANDS.get(option.name, 'check')} {on_command_line(option)}\n```"]
        ),
        *([] if flake8 is None else [f"```ini\n{flake8}```"]),
    ]
    return "\n\n".join(parts) + "\n"


def _summary(option: Option) -> str:
    return option.help.partition(":")[0].rstrip(".")


def _default(option: Option) -> str:
    match option.default:
        case bool():
            return f"`{str(option.default).lower()}`"
        case str() | tuple():
            return f"`{json.dumps(option.default)}`"
        case _:
            return "none"


def _name_in_flake8(option: Option) -> str:
    if option.in_flake8 is None:
        return "not available"
    name = f"`{option.in_flake8.strip('-')}`"
    return f"{name}, on its command line `{option.in_flake8}`" if option.is_of_plugin else f"its own {name}"


def _example(option: Option) -> object:
    return tomllib.loads(f"example = {option.example}")["example"]


def _as_text(example: object, comma: str) -> str:
    """A value on one line: lists with commas, codes after their pattern."""
    if isinstance(example, Mapping):
        return comma.join(f"{pattern}:{code}" for pattern, codes in example.items() for code in codes)
    return comma.join(example) if isinstance(example, list) else str(example)


def _quoted(text: str) -> str:
    """A value that no shell expands as a pattern of file names."""
    return f"'{text}'" if set(text) & set("*?[] ") else text


def setup(app: Sphinx) -> dict[str, bool]:
    """Called by Sphinx."""
    app.connect("builder-inited", write)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
