"""The findings that a project has and means to keep for now, so that a gate tells of new ones only."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flake8_forward_call.files.inputs import STDIN_NAME
from flake8_forward_call.files.reading import MAX_BYTES, NotPlainError, read_bytes
from flake8_forward_call.findings.finding import Finding
from flake8_forward_call.findings.fingerprints import Identity, identity
from flake8_forward_call.findings.selection import Selects
from flake8_forward_call.terminal.trouble import reason

_VERSION = 1
# Python refuses to print a number of thousands of digits, and no file has so many findings.
_MAX_COUNT = 10**9
_TEXTS = ("path", "scope", "code", "call")


class BaselineError(Exception):
    """The file is no baseline; the text says which file and why."""


@dataclass(frozen=True, slots=True)
class Baseline:
    """How many findings of an identity are known. Files are named from ``folder``, in which the baseline lies."""

    folder: str
    counts: Counter[Identity]

    @classmethod
    def of(cls, findings: Iterable[Finding], path: str) -> Baseline:
        """The baseline of these findings, that is to lie at a path."""
        folder = _folder(path)
        return cls(folder, _counted(findings, folder))

    @classmethod
    def read(cls, path: str) -> Baseline:
        """What a file holds. Raises BaselineError where it cannot be read or is no baseline."""
        try:
            held = json.loads(read_bytes(path, MAX_BYTES))
            if not isinstance(held, dict) or not isinstance(held.get("findings"), list):
                raise ValueError("it has no list of findings")
            if held.get("version") != _VERSION:
                raise ValueError(f"its version is {repr(held.get('version'))[:80]}, and only {_VERSION} is known here")
            counts: Counter[Identity] = Counter()
            for each in held["findings"]:
                counts[_identity(each)] += each["count"]
        except NotPlainError as error:
            raise BaselineError(f"{path}: {error}") from None
        except OSError as error:
            raise BaselineError(f"{path}: cannot be read: {reason(error)}") from None
        except RecursionError:
            raise BaselineError(f"{path}: is not a baseline: it is nested too deeply") from None
        except ValueError as error:  # Those of json and of the encoding are of this kind.
            raise BaselineError(f"{path}: is not a baseline: {error}") from None
        return cls(_folder(path), counts)

    def text(self) -> str:
        """The file: an entry a line, sorted, so that a change of it can be read."""
        lines = [
            json.dumps({**{field: getattr(one, field) for field in _TEXTS}, "count": count})
            for one, count in sorted(self.counts.items())
        ]
        entries = "[\n    " + ",\n    ".join(lines) + "\n  ]" if lines else "[]"
        return f'{{\n  "version": {_VERSION},\n  "findings": {entries}\n}}\n'

    def compared(self, findings: Iterable[Finding], scopes: Callable[[str], Collection[str]]) -> Comparison:
        """Tell known findings from new ones. Of more than it has of one identity, those that come last are new.

        ``scopes`` gives the dotted names of the functions and classes of a file with findings, which is named as the
        finding names it. An entry whose file is gone stands for the same call in the same scope of a file that has no
        entries: the file was renamed. One whose scope is gone stands for the same call elsewhere in its file: the
        function or class was renamed. Each entry counts once, so a finding more than before is new in any case.
        """
        left = self.counts.copy()
        unknown = []
        for finding in findings:
            one = identity(finding, _named(finding.path, self.folder))
            if left[one] > 0:
                left[one] -= 1
            else:
                unknown.append((one, finding))
        renamed = _Renamed(self, left, scopes)
        new = [finding for one, finding in unknown if not renamed.takes(one, finding)]
        return Comparison(new, left)

    def resolved(self, left: Counter[Identity], looked_at: Collection[str], selects: Selects) -> int:
        """How many entries claim more than was found, in files that were looked at or are gone, of selected rules.

        ``left`` is what a comparison left of the counts.
        """
        names = {_named(path, self.folder) for path in looked_at}
        return sum(
            1
            for one, count in left.items()
            if count
            and selects(str(Path(self.folder, one.path))).keeps(one.code)
            and (one.path in names or not self.has_file(one.path))
        )

    def has_file(self, name: str) -> bool:
        """Whether there is a file of this name, which is one from the baseline's folder."""
        return Path(self.folder, name).exists()


@dataclass(frozen=True, slots=True)
class Comparison:
    """The findings that a baseline does not have, and what is left of its counts after those that it has."""

    new: list[Finding]
    left: Counter[Identity]


class _Renamed:
    """The entries of a baseline whose file or scope is gone. What they are taken for is taken off the counts."""

    def __init__(self, baseline: Baseline, left: Counter[Identity], scopes: Callable[[str], Collection[str]]) -> None:
        self._left = left
        self._scopes = scopes
        self._there: dict[str, Collection[str]] = {}
        self._paths = {one.path for one in baseline.counts}
        gone = {path for path in self._paths if path != STDIN_NAME and not baseline.has_file(path)}
        self._entries: dict[tuple[str, ...], list[Identity]] = {}
        for one in sorted(one for one, count in left.items() if count):
            if one.path in gone:
                self._entries.setdefault((one.scope, one.code, one.call), []).append(one)
            else:
                self._entries.setdefault((one.path, "", one.code, one.call), []).append(one)

    def takes(self, one: Identity, finding: Finding) -> bool:
        """Whether an entry stands for a finding under an older name; that entry is used up then."""
        if one.path not in self._paths and self._take(self._entries.get((one.scope, one.code, one.call), ())):
            return True
        if not one.scope:
            return False
        here = self._entries.get((one.path, "", one.code, one.call))
        if not here:
            return False
        if finding.path not in self._there:
            self._there[finding.path] = self._scopes(finding.path)
        there = self._there[finding.path]
        return self._take([each for each in here if each.scope and each.scope not in there])

    def _take(self, entries: Sequence[Identity]) -> bool:
        for each in entries:
            if self._left[each] > 0:
                self._left[each] -= 1
                return True
        return False


def _counted(findings: Iterable[Finding], folder: str) -> Counter[Identity]:
    return Counter(identity(finding, _named(finding.path, folder)) for finding in findings)


def _identity(entry: Any) -> Identity:
    """The identity that an entry of the file stands for. Raises ValueError."""
    if not isinstance(entry, dict):
        raise ValueError(f"an entry is {json.dumps(entry)[:40]}")
    for field in _TEXTS:
        if not isinstance(entry.get(field), str):
            raise ValueError(f"an entry has no {field}: {json.dumps(entry)[:80]}")
    if type(entry.get("count")) is not int or not 1 <= entry["count"] <= _MAX_COUNT:
        raise ValueError(f"an entry has no count: {json.dumps(entry)[:80]}")
    return Identity(*(entry[field] for field in _TEXTS))


def _folder(path: str) -> str:
    return os.path.dirname(os.path.realpath(path))  # noqa: PTH120


def _named(path: str, folder: str) -> str:
    """The file's name from the folder, the same on every machine that has both in the same places."""
    if path == STDIN_NAME:
        return path
    real = os.path.realpath(path)
    try:
        return Path(os.path.relpath(real, folder)).as_posix()
    except ValueError:  # Windows: on another drive.
        return Path(real).as_posix()
