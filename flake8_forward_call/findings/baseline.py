"""The findings that a project keeps for now, so that a gate reports only new ones."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flake8_forward_call.configuration.files import ConfigError
from flake8_forward_call.files.inputs import STDIN_NAME
from flake8_forward_call.files.reading import MAX_BYTES, NotPlainError, read_bytes
from flake8_forward_call.findings.finding import Finding
from flake8_forward_call.findings.fingerprints import Identity, identity
from flake8_forward_call.findings.selection import Selects
from flake8_forward_call.terminal.trouble import reason

_VERSION = 1
# Python refuses to print a number with thousands of digits, and no file has more findings than this.
_MAX_COUNT = 10**9
_TEXTS = ("path", "scope", "code", "call")


class BaselineError(Exception):
    """The file is not a baseline; the text says which file and why."""


@dataclass(frozen=True, slots=True)
class Baseline:
    """The number of known findings for each identity. File names are relative to ``folder``, that of the baseline."""

    folder: str
    counts: Counter[Identity]

    @classmethod
    def of(cls, findings: Iterable[Finding], path: str) -> Baseline:
        """The baseline of these findings, to be written to a path."""
        folder = _folder(path)
        return cls(folder, _counted(findings, folder))

    @classmethod
    def read(cls, path: str) -> Baseline:
        """The baseline in a file. Raises BaselineError if the file cannot be read or is not a baseline."""
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
        except ValueError as error:  # The errors of json and of decoding are subclasses.
            raise BaselineError(f"{path}: is not a baseline: {error}") from None
        return cls(_folder(path), counts)

    def text(self) -> str:
        """The text of the file: one entry per line, sorted, so that its diffs are readable."""
        lines = [
            json.dumps({**{field: getattr(one, field) for field in _TEXTS}, "count": count})
            for one, count in sorted(self.counts.items())
        ]
        entries = "[\n    " + ",\n    ".join(lines) + "\n  ]" if lines else "[]"
        return f'{{\n  "version": {_VERSION},\n  "findings": {entries}\n}}\n'

    def compared(self, findings: Iterable[Finding], scopes: Callable[[str], Collection[str]]) -> Comparison:
        """Separate new findings from known ones. If an identity has more findings than entries, the last ones are new.

        ``scopes`` returns the dotted names of the functions and classes in a file with findings, given by its path as
        in the finding. If the file of an entry is gone, the entry matches the same call in the same scope of a file
        without entries, because the file was renamed. If its scope is gone, it matches the same call elsewhere in its
        file, because the function or class was renamed. Each entry counts once, so an additional finding is always new.
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
        """How many entries of selected rules no longer match, or match too few findings, in files checked or gone.

        ``left`` are the counts that remain after a comparison.
        """
        names = {_named(path, self.folder) for path in looked_at}
        return sum(
            1
            for one, count in left.items()
            if count and self._may_be_found(one, selects) and (one.path in names or not self.has_file(one.path))
        )

    def _may_be_found(self, one: Identity, selects: Selects) -> bool:
        """Whether the rule of an entry is selected for its file. With invalid settings, the file is not checked."""
        try:
            return selects(str(Path(self.folder, one.path))).keeps(one.code)
        except ConfigError:
            return False

    def has_file(self, name: str) -> bool:
        """Whether a file with this name, relative to the baseline's folder, exists."""
        return Path(self.folder, name).exists()


@dataclass(frozen=True, slots=True)
class Comparison:
    """The findings that are not in a baseline, and its counts without those that are."""

    new: list[Finding]
    left: Counter[Identity]


class _Renamed:
    """The entries of a baseline whose file or scope is gone. Those that match a finding are taken off the counts."""

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
        """Whether an entry matches a finding under an older name; if so, the entry is used up."""
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
    """The identity in an entry of the file. Raises ValueError."""
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
    """The file's name relative to the folder, which is the same on every machine with the same layout."""
    if path == STDIN_NAME:
        return path
    real = os.path.realpath(path)
    try:
        return Path(os.path.relpath(real, folder)).as_posix()
    except ValueError:  # Windows: on another drive.
        return Path(real).as_posix()
