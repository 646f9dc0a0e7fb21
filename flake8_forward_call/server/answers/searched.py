"""The files of the workspace that are not open, and the findings in them."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextvars import copy_context
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from flake8_forward_call.checking import check_bytes
from flake8_forward_call.configuration.selecting import selection_of
from flake8_forward_call.files.discovery import find_files
from flake8_forward_call.files.reading import read_bytes
from flake8_forward_call.server.checks import Checks
from flake8_forward_call.server.reports import Report
from flake8_forward_call.server.settings import Preferences, terms_of
from flake8_forward_call.sources.source import Source
from flake8_forward_call.terminal.trouble import Unheard


@dataclass(frozen=True, slots=True)
class Search:
    """A search of the client's folders, with the client's settings for a path."""

    folders: Sequence[str]
    preferences: Callable[[str], Preferences]

    def files(self) -> list[str]:
        """The real paths of the files that ``forward-call check`` would check in the folders, each once, in order."""
        return list(dict.fromkeys(map(os.path.realpath, self._files())))

    def _files(self) -> Iterator[str]:
        for folder in self.folders:
            if os.path.isdir(folder):  # noqa: PTH112 (It may have vanished.)
                yield from copy_context().run(self._files_in, folder)

    def _files_in(self, folder: str) -> list[str]:
        self.preferences(str(Path(folder, "any"))).apply(Path(folder))
        return list(find_files([folder], Unheard(), only_reads=True))

    def report(self, path: str) -> Report | None:
        """The report on a file on disk; None if it has no findings, or cannot be read."""
        return copy_context().run(self._report, path)

    def _report(self, path: str) -> Report | None:
        preferences = self.preferences(path)
        try:
            data = read_bytes(path)
            preferences.apply(Path(path).parent)
            # Like open files: the client has no place for what is in docstrings.
            checked = check_bytes(path, data, selection_of, has_documents=False)
            if not checked.findings:
                return None
            terms = terms_of(path, preferences, self.folders)
        except (OSError, ValueError):
            return None
        source = checked.source or Source(path, "")
        return Report(source, source.file.text, None, checked.findings, terms, preferences)


def is_unchanged(source: Source) -> bool:
    """Whether the file on disk is still the one that was checked."""
    try:
        return read_bytes(source.path) == source.to_bytes()
    except (OSError, ValueError):
        return False


async def reports_on_disk(
    checks: Checks, search: Search, is_open: Callable[[str], bool], note: Callable[[int, int], None]
) -> AsyncIterator[Report]:
    """Yield the reports on all files of a search that are not open, and have findings.

    Each file is a job of its own for the worker, so the documents that the user is editing need not wait for all files.
    ``note`` gets how many files are done, and how many there are.
    """
    await checks.look_again()
    files = await checks.worker.run(search.files)
    for number, path in enumerate(files):
        note(number, len(files))
        if not is_open(path):
            await checks.look_again()
            report = await checks.worker.run(partial(search.report, path))
            if report is not None:
                yield report
    note(len(files), len(files))
