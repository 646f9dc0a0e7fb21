"""Shell completions for a value that is partly typed."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from click import Context, Parameter
from click.shell_completion import CompletionItem

from flake8_forward_call.configuration.options import Kind
from flake8_forward_call.rules import RULES

Offer: TypeAlias = Callable[[Context, Parameter, str], list[CompletionItem]]


def codes(_context: Context, _parameter: Parameter, incomplete: str) -> list[CompletionItem]:
    """The rules whose codes start with the text; in a comma-separated list, with its last item."""
    before, comma, last = incomplete.rpartition(",")
    fitting = [rule for rule in RULES if rule.code.startswith(last.upper()) and rule.code not in before.split(",")]
    return [CompletionItem(f"{before}{comma}{rule.code}", help=rule.title) for rule in fitting]


def files(_context: Context, _parameter: Parameter, incomplete: str) -> list[CompletionItem]:
    """The shell's own completion of files."""
    return [CompletionItem(incomplete, type="file")]


def folders(_context: Context, _parameter: Parameter, incomplete: str) -> list[CompletionItem]:
    """The shell's own completion of directories."""
    return [CompletionItem(incomplete, type="dir")]


def codes_or_files(context: Context, parameter: Parameter, incomplete: str) -> list[CompletionItem]:
    """The rules whose codes start with the text, or files if there are none."""
    return codes(context, parameter, incomplete) or files(context, parameter, incomplete)


OFFERS: dict[Kind, Offer] = {Kind.CODES: codes, Kind.PATH: files, Kind.PATHS: files, Kind.FOLDERS: folders}
