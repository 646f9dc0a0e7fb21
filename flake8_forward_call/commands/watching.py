"""``check --watch``: check again whenever a file changes."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from flake8_forward_call.configuration.files import FILES, ConfigError
from flake8_forward_call.configuration.settings import settings_or_fault
from flake8_forward_call.files.discovery import EXCLUDED
from flake8_forward_call.files.ignoring import included_by
from flake8_forward_call.files.inputs import STDIN
from flake8_forward_call.sources.source import is_document
from flake8_forward_call.terminal import terminal
from flake8_forward_call.terminal.trouble import Status, Trouble, reason

if TYPE_CHECKING:
    from watchfiles import Change

watch_option = click.option(
    "--watch", "-w", is_flag=True, help="Report again whenever a file changes, until Ctrl-C (needs the extra 'watch')."
)

# The suffixes and names of files that can change a verdict.
_SUFFIXES = (".py", ".pyi", ".ipynb")
_NAMES = (*FILES, ".gitignore")
# The interval between two checks for changes, in milliseconds.
_PACE = 100


def watch(look: Callable[[], Status], paths: Sequence[str], *, is_quiet: bool) -> Status:
    """Call ``look`` now and after each change below the paths, until Ctrl-C, which is the normal way to end it."""
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
        return look()  # It reports what is wrong with the paths.

    def is_wanted(_change: Change, path: str) -> bool:
        return matters(path, tops)

    # If only files were named, their folders may contain whole trees that the user did not ask for.
    is_deep = any(os.path.isdir(path) for path in paths)  # noqa: PTH112
    try:
        is_first = True
        # The first timeout comes once the watcher is running. From then on no change is missed.
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
    """Why the options of a run cannot be used together with --watch; None if they can."""
    if STDIN in context.params["paths"]:
        return "--watch waits for files to change, so it cannot be used with standard input"
    for name in ("add_noqa", "write_baseline"):
        if context.params[name] not in (None, False):
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
    except (ConfigError, click.UsageError) as error:  # Settings that somebody is still editing.
        told = error.format_message() if isinstance(error, click.UsageError) else str(error)
        trouble.error(told)


def _tops(paths: Sequence[str]) -> list[Path]:
    """The folders to watch. Watching a file itself is not enough, because an editor may replace it with a new one."""
    real = (Path(os.path.realpath(path)) for path in paths if os.path.exists(path))  # noqa: PTH110
    return list(dict.fromkeys(one if one.is_dir() else one.parent for one in real))


def _is_included(path: Path) -> bool:
    """Whether the settings include a file that is not Python by its suffix."""
    settings, _ = settings_or_fault(path.parent)
    if settings.documents and is_document(path.name):
        return True
    included = included_by(settings)
    return included is not None and included.leaves_out(str(path), is_folder=False)


def matters(name: str, tops: Sequence[Path]) -> bool:
    """Whether a change of the file at this real path may change the findings below the tops."""
    path = Path(name)
    if path.suffix not in _SUFFIXES and path.name not in _NAMES and not _is_included(path):
        return False
    return any(path.is_relative_to(top) and EXCLUDED.isdisjoint(path.relative_to(top).parts) for top in tops)
