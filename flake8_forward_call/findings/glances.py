"""What a glance at the text of each file has shown, so that most files need not be read in the next run.

Nearly all files have nothing in their text that a rule is about. In most others, an earlier run has found nothing, and
that still holds. A file is the one that was read then if its stamp is the same: its size, its times, its inode. A file
that was written shortly before it was read can change once more and keep its stamp, so no glance at it is kept. git has
the same rule for its index (https://git-scm.com/docs/racy-git).
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from flake8_forward_call.configuration.files import ConfigError
from flake8_forward_call.configuration.settings import settings_of, settings_or_fault
from flake8_forward_call.files.cache import Store, default_folder
from flake8_forward_call.files.inputs import Input
from flake8_forward_call.files.reading import Stamp, is_settled
from flake8_forward_call.findings.selection import Selects, may_select
from flake8_forward_call.rules import fwd006
from flake8_forward_call.sources.opening import may_have_examples, may_matter_in, read
from flake8_forward_call.sources.source import SourceError, is_document, is_stub, may_call_inside

_KIND = "glances"

# The most files of a folder that are kept, a few times those of the largest projects.
MAX_FILES = 100_000

# What the text of a file has: a use of ``forward``, a ``__call__`` of a class, a call inside a wrapper, examples.
_FORWARD, _CALL, _INSIDE, _EXAMPLES = 1, 2, 4, 8


class _Wishes(NamedTuple):
    """What the settings of a folder ask for."""

    inside: bool
    documents: bool


class Glances:
    """The glances at the files in the folders that a run was given, for the rules that it ``selects``.

    The files of each folder have a record of their own. Files that were named one by one have none.
    """

    def __init__(self, paths: Iterable[str], selects: Selects) -> None:
        self._selects = selects
        self._folders = [_Folder(path) for path in dict.fromkeys(paths) if os.path.isdir(path)]  # noqa: PTH112
        self._wishes: dict[str, _Wishes] = {}

    def tell_nothing(self, name: str, stamp: Stamp) -> bool:
        """Whether nothing is to be reported about a file with this stamp, so that it need not be read. Never raises."""
        known = next((one.known.get(one.inner(name)) for one in self._folders if one.has(name)), None)
        if known is None or known[:-1] != stamp:
            return False
        seen = known[-1]
        if not seen:
            return True
        if os.path.islink(name):  # noqa: PTH114 (Its settings are those of another folder.)
            return False
        try:
            wishes = self._wishes_of(os.path.dirname(name))  # noqa: PTH120
            if wishes.documents and seen & _EXAMPLES:
                return False
            inside = bool(wishes.inside and seen & _INSIDE and self._selects(name).keeps(fwd006.RULE.code))
        except ConfigError:
            return False
        if not (inside or seen & (_FORWARD | _CALL)):
            return True
        from flake8_forward_call.findings.remembered import known_unread

        return known_unread(name, inside=inside) == []

    def noting(self, inputs: Iterable[Input]) -> Iterator[Input]:
        """Yield the same files, and note what is in those that were read."""
        for each in inputs:
            folder = next((one for one in self._folders if one.has(each.name)), None)
            if folder is not None and each.stamp is not None and is_settled(each.stamp):
                seen = _glance(each.name, each.data)
                if seen is not None:
                    folder.note(folder.inner(each.name), [*each.stamp, seen])
            yield each

    def keep(self) -> None:
        """Store the glances for the next run. Never raises."""
        for folder in self._folders:
            folder.keep()

    def _wishes_of(self, folder: str) -> _Wishes:
        wishes = self._wishes.get(folder)
        if wishes is None:
            settings = settings_of(Path(os.path.realpath(folder)))
            chosen = (*(settings.select or ()), *settings.extend_select)
            inside = any(may_select(one, fwd006.RULE.code) for one in chosen)
            wishes = self._wishes[folder] = _Wishes(inside, settings.documents)
        return wishes


class _Folder:
    """The record of one folder, by the names of the files below it."""

    def __init__(self, path: str) -> None:
        self._prefix = os.path.join(path, "")  # noqa: PTH118 (With the separator at its end.)
        self._real = os.path.realpath(path)
        settings, _ = settings_or_fault(Path(self._real))
        self._store = Store(default_folder(settings.cache_dir))
        self._noted: dict[str, list[int]] = {}
        self.known: dict[str, list[int]] = {}
        try:
            record = self._store.read(_KIND, self._real)
            self.known = dict(zip(map(str, record["names"]), map(_as_numbers, record["seen"]), strict=True))
        except (KeyError, TypeError, ValueError):
            pass

    def has(self, name: str) -> bool:
        """Whether a file is below the folder."""
        return name.startswith(self._prefix)

    def inner(self, name: str) -> str:
        """The name of a file from the folder on."""
        return name[len(self._prefix) :]

    def note(self, inner: str, seen: list[int]) -> None:
        """Note a file that was read."""
        self._noted[inner] = seen

    def keep(self) -> None:
        """Write the record again if there is something new."""
        if all(self.known.get(inner) == seen for inner, seen in self._noted.items()):
            return
        self.known |= self._noted
        kept = [(inner, seen) for inner, seen in self.known.items() if os.path.lexists(self._prefix + inner)]
        names, seen = zip(*kept[-MAX_FILES:], strict=True) if kept else ((), ())
        self._store.write(_KIND, self._real, {"names": names, "seen": seen})


def _as_numbers(value: Any) -> list[int]:
    """What is known about a file. Raises TypeError or ValueError if the value has another form."""
    if not all(type(one) is int for one in value):
        raise TypeError("it is not a list of numbers")
    size, changed, status_changed, inode, seen = value
    return [size, changed, status_changed, inode, seen]


def _glance(name: str, data: bytes) -> int | None:
    """What the text of a file has; None if that alone does not tell whether something is reported about it."""
    if is_document(name) or is_stub(name):
        return None
    if not (may_matter_in(name, data) or may_call_inside(data)):
        return 0
    try:
        source = read(name, data)
    except SourceError:
        return None
    if source is None:
        return 0
    if source.faults():
        return None
    has = (source.mentions_forward, source.sets_call, source.calls_inside, may_have_examples(name, data))
    return sum(bit for bit, is_there in zip((_FORWARD, _CALL, _INSIDE, _EXAMPLES), has, strict=True) if is_there)
