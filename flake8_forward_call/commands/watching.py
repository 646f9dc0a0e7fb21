"""``check --watch``: look again whenever a file has changed."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from flake8_forward_call.configuration.files import FILE, ConfigError
from flake8_forward_call.files.discovery import EXCLUDED
from flake8_forward_call.files.inputs import STDIN
from flake8_forward_call.terminal import terminal
from flake8_forward_call.terminal.trouble import Status, Trouble, reason

if TYPE_CHECKING:
    from watchfiles import Change

watch_option = click.option(
    "--watch", "-w", is_flag=True, help="Report again whenever a file changes, until Ctrl-C (needs the extra 'watch')."
)

# Besides programs, what a verdict is made from.
_SUFFIXES = (".py", ".pyi", ".ipynb")
_NAMES = (FILE, ".gitignore")
# The milliseconds between two looks at whether something changed.
_PACE = 100


def watch(look: Callable[[], Status], paths: Sequence[str], *, is_quiet: bool) -> Status:
    """Look, and look again after each change below the paths, until Ctrl-C, which is how it is meant to end."""
    trouble = Trouble(is_quiet=is_quiet)
    try:
        import watchfiles
    except ImportError as error:
        trouble.error(
            f"--watch needs watchfiles, which cannot be imported ({error}): "
            "python -m pip install 'flake8-forward-call[watch]'"
        )
        return Status.FAILED
    tops = _tops(paths)
    if not tops:
        return look()  # It tells what is wrong with them.

    def is_wanted(_change: Change, path: str) -> bool:
        return matters(path, tops)

    # Beside a file that was named there may be whole trees that nobody asked for.
    is_deep = any(os.path.isdir(path) for path in paths)  # noqa: PTH112
    try:
        is_first = True
        # The first time runs out as soon as changes are listened for: from then on none is missed.
        for changes in watchfiles.watch(
            *tops, watch_filter=is_wanted, rust_timeout=_PACE, yield_on_timeout=True, recursive=is_deep
        ):
            if is_first or changes:
                _look_again(look, trouble, is_first=is_first)
                trouble.warn("Watching for changes; press Ctrl-C to stop.")
                is_first = False
    except KeyboardInterrupt:
        pass
    except OSError as error:
        trouble.error(f"cannot watch: {reason(error)}")
        return Status.FAILED
    return Status.CLEAN


def conflict(context: click.Context) -> str | None:
    """Why the options of a run cannot be used together with --watch, None where they can."""
    if STDIN in context.params["paths"]:
        return "--watch waits for files to change, so it cannot be used with standard input"
    for name in ("add_noqa", "write_baseline"):
        if context.params[name]:
            return f"--watch reports again and again, so it cannot be used with --{name.replace('_', '-')}"
    return None


def _look_again(look: Callable[[], Status], trouble: Trouble, *, is_first: bool) -> None:
    if is_first:
        look()
        return
    from flake8_forward_call.inference.session import look_again

    look_again({})
    if terminal.is_terminal(sys.stdout):
        click.clear()
    try:
        look()
    except (ConfigError, click.UsageError) as error:  # Settings that somebody is in the middle of writing.
        told = error.format_message() if isinstance(error, click.UsageError) else str(error)
        trouble.error(told)


def _tops(paths: Sequence[str]) -> list[Path]:
    """The folders to watch: an editor may put a new file in the place of one that is watched itself."""
    real = (Path(os.path.realpath(path)) for path in paths if os.path.exists(path))  # noqa: PTH110
    return list(dict.fromkeys(one if one.is_dir() else one.parent for one in real))


def matters(name: str, tops: Sequence[Path]) -> bool:
    """Whether a change of the file at this real path may change what is found below the tops."""
    path = Path(name)
    if path.suffix not in _SUFFIXES and path.name not in _NAMES:
        return False
    return any(path.is_relative_to(top) and EXCLUDED.isdisjoint(path.relative_to(top).parts) for top in tops)
