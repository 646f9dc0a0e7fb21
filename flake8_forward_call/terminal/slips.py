"""Messages for commands and options that do not exist, including the names that other tools use."""

from __future__ import annotations

import difflib
import os
import shlex
from collections.abc import Iterable, Sequence

import click

from flake8_forward_call.terminal.printing import shown

# The path that means standard input, here so that `--help` does not import what reads it.
STDIN = "-"

# Commands of ruff, and likely wrong names, with their equivalents here.
_COMMANDS = {
    "linter": "'forward-call explain' lists the rules",
    "rules": "'forward-call explain' lists the rules",
    "format": "'forward-call fix' rewrites the calls that it finds, and nothing else",
    "lint": "run 'forward-call check'",
    "analyze": "run 'forward-call check'",
    "settings": "run 'forward-call config'",
    "lsp": "run 'forward-call server'",
    "generate-shell-completion": "run 'forward-call completion'",
}

_PRINTED = "run 'forward-call explain CODE'"
_FIX = "run 'forward-call fix'"
_DIFF = "'forward-call fix --diff' changes nothing and exits with 1 if it found something"
_WRITE = "'forward-call fix' changes the files unless '--diff' is given"

# Options of ruff and flake8, with their equivalents here.
_OPTIONS = {
    "--fix": _FIX,
    "--fix-only": "run 'forward-call fix --fix-only'",
    "--no-fix": "'forward-call check' changes nothing",
    "--show-fixes": "'forward-call fix' lists what it has fixed",
    "--check": _DIFF,
    "--dry-run": _DIFF,
    "--write": _WRITE,
    "--in-place": _WRITE,
    "--show-settings": "run 'forward-call config PATH'",
    "--explain": _PRINTED,
    "--rule": _PRINTED,
    "--silent": "'--quiet' prints findings and errors alone, '> /dev/null' leaves the exit status",
    "-s": "'--quiet' prints findings and errors alone, '> /dev/null' leaves the exit status",
    "-e": "did you mean '--exit-zero'?",
    "-n": "did you mean '--no-cache'?",
    "-o": "did you mean '--output-file'?",
    "--no-color": "did you mean '--color never'?",
    "--extend-fixable": "did you mean '--fixable'?",
    "--extend-ignore": "did you mean '--ignore'?",
    "--respect-gitignore": "that is the default; '--no-respect-gitignore' turns it off",
    "--no-force-exclude": "that is the default; '--force-exclude' turns it on",
    "--no-unsafe-fixes": "that is the default; '--unsafe-fixes' turns it on",
    "--stdin-display-name": "did you mean '--stdin-filename'?",
    "--format": "did you mean '--output-format'?",
    "--show-source": "did you mean '--output-format full'?",
    "--count": "did you mean '--statistics'?",
    "--preview": "rules that are off by default are turned on by '--extend-select CODE'",
    "--target-version": "the version of Python that runs forward-call decides",
    "--extension": "a named file is Python by its suffix or its first line",
    "--enable-unsafe-fixes": "did you mean '--unsafe-fixes'?",
}


def translated(args: Sequence[str]) -> list[str]:
    """The arguments of the whole command, with ruff's ``version``, ``help`` and ``rule`` translated to this tool's."""
    match [*args]:
        case ["version"]:
            return ["--version"]
        case ["help", *rest]:
            return [*rest[:1], "--help"]
        case ["rule", *rest]:
            return ["explain", *rest]
        case given:
            return given


def of_command(word: str, names: Iterable[str]) -> str:
    """The message for a word that is not a command. A path is a likely mistake there."""
    if word == STDIN:
        return "no command '-'; to check standard input, run 'forward-call check -'"
    if os.path.exists(word):  # noqa: PTH110 (Path.exists() raises if the name is too long.)
        return f"no command {word!r}; to check that path, run 'forward-call check {shown(shlex.quote(word))}'"
    if os.sep in word or word.endswith((".py", ".ipynb", ".md", ".rst")):
        return f"no command {word!r}, and no file or directory of that name"
    known = list(names)
    return f"no command {word!r}; {_COMMANDS.get(word) or _nearest(word, known) or 'there are ' + ', '.join(known)}"


def of_option(error: click.NoSuchOption) -> str:
    """The message for an unknown option: which other command has it, its name here, or the closest known option."""
    word, context = error.option_name, error.ctx
    said = f"no option {word!r}"
    if context is None:
        return said
    group = context.command if context.parent is None else context.parent.command
    others: dict[str, click.Command] = getattr(group, "all_commands", lambda _: {})(context)
    owners = [name for name, command in others.items() if word in _options(command)]
    if owners and group is context.command:
        before = " or ".join(f"'forward-call {name} {word}'" for name in owners)
        return f"{said} without a command; write {before}"
    if owners:
        return f"{said}; {' and '.join(map(repr, owners))} {'has' if len(owners) == 1 else 'have'} it"
    hint = _OPTIONS.get(word) or _nearest(word, [name for name in _options(context.command) if name.startswith("--")])
    return f"{said}; {hint}" if hint else said


def _options(command: click.Command) -> list[str]:
    """Every name of a command's options, as it is typed."""
    options = (each for each in command.params if isinstance(each, click.Option))
    return [name for each in options for name in (*each.opts, *each.secondary_opts)]


def _nearest(word: str, known: list[str]) -> str:
    close = difflib.get_close_matches(word, known, n=1)
    return f"did you mean {close[0]!r}?" if close else ""
