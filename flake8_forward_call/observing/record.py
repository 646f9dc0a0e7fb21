"""What a program did, in a form that can be kept: which calls bypassed ``Module.__call__``, on what, and how often.

The JSON form is described by ``record.schema.json`` next to this module.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any

KIND = "flake8-forward-call observations"
VERSION = 1

# The form of a call.
CALLED, PASSED, INDIRECT = "called", "passed", "indirect"
FORMS = (CALLED, PASSED, INDIRECT)

# Limits, so that a record stays small whatever a program does.
MAX_SPOTS = 20_000
MAX_RECEIVERS = 50
MAX_HOOKS = 50
MAX_TESTS = 10
MAX_RUNS = 100
MAX_UNSEEN = 500
MAX_TEXT = 400
MAX_CALLS = 10**15


class RecordError(Exception):
    """The file or value is not a record that can be used; the text says why."""

    is_of_another_version = False


class VersionError(RecordError):
    """It is a record, but of another version."""

    is_of_another_version = True


@dataclass(frozen=True, slots=True, order=True)
class Spot:
    """A call in a file with a certain content.

    ``path`` is relative to the project; if it ``is_outside``, to the folder of installed packages. ``digest`` is that
    of the file's bytes, or empty if the file had changed since the run began. Row and column (1-based, in characters)
    are those of the name ``forward``; the form INDIRECT has the row of the call. The column is 0 if it is not known.
    ``scope`` is the dotted name of the enclosing function or class, ``line`` a digest of the rows of the call.
    """

    path: str
    digest: str
    row: int
    column: int
    form: str
    scope: str
    line: str
    is_outside: bool = False


@dataclass(slots=True)
class Receiver:
    """What was called at a spot: whether it is a module, whether its ``__call__`` is that of Module, how often."""

    is_module: bool
    is_plain: bool
    calls: int = 0


@dataclass(slots=True)
class Sight:
    """What was seen at a spot: receivers by the name of their class, skipped hooks by kind and name, tests."""

    receivers: dict[str, Receiver] = field(default_factory=dict)
    skipped: dict[tuple[str, str], int] = field(default_factory=dict)
    tests: dict[str, None] = field(default_factory=dict)
    has_more: bool = False

    @property
    def calls(self) -> int:
        """How many direct calls of modules there were."""
        return sum(one.calls for one in self.receivers.values() if one.is_module)

    def note_test(self, name: str) -> None:
        """Note a test that made the call, unless there are enough already."""
        if name not in self.tests:
            if len(self.tests) < MAX_TESTS:
                self.tests[name] = None
            else:
                self.has_more = True


@dataclass(slots=True)
class Record:
    """All that was seen. ``runs`` names the versions of Python and torch of each run.

    ``unseen`` has the module classes whose calls cannot be seen, each with the reason; ``untraced`` counts direct calls
    that come from no file; ``lost`` counts those beyond a limit; ``notes`` says what went wrong.
    """

    spots: dict[Spot, Sight] = field(default_factory=dict)
    runs: list[tuple[str, str]] = field(default_factory=list)
    unseen: dict[str, str] = field(default_factory=dict)
    notes: dict[str, None] = field(default_factory=dict)
    untraced: int = 0
    lost: int = 0

    def sight(self, spot: Spot) -> Sight | None:
        """What was seen at a spot, to be added to; None if there are too many spots."""
        found = self.spots.get(spot)
        if found is None and len(self.spots) < MAX_SPOTS:
            found = self.spots[spot] = Sight()
        return found

    def add(self, other: Record) -> None:
        """Add what another run saw, or another process or machine."""
        for spot, sight in other.spots.items():
            own = self.sight(spot)
            if own is None:
                self.lost += sight.calls
                continue
            for name, receiver in sight.receivers.items():
                _add_receiver(own, name, receiver)
            for hook, calls in sight.skipped.items():
                if hook in own.skipped or len(own.skipped) < MAX_HOOKS:
                    own.skipped[hook] = own.skipped.get(hook, 0) + calls
            for test in sight.tests:
                own.note_test(test)
            own.has_more |= sight.has_more
        self.runs = [*self.runs, *other.runs][:MAX_RUNS]
        self.unseen = dict([*self.unseen.items(), *other.unseen.items()][:MAX_UNSEEN])
        self.notes |= other.notes
        self.untraced += other.untraced
        self.lost += other.lost

    def in_project(self) -> Iterator[tuple[Spot, Sight]]:
        """Yield the spots in the project's files at which modules were called, in the order of files and rows."""
        return ((spot, self.spots[spot]) for spot in sorted(self.spots) if not spot.is_outside)

    def to_json(self) -> dict[str, Any]:
        """The record as JSON can represent it."""
        files: dict[tuple[str, str, bool], list[Any]] = {}
        for spot in sorted(self.spots):
            files.setdefault((spot.path, spot.digest, spot.is_outside), []).append(_told(spot, self.spots[spot]))
        return {
            "kind": KIND,
            "version": VERSION,
            "runs": [{"python": python, "torch": torch} for python, torch in self.runs],
            "files": [
                {"path": path, "digest": digest, "outside": is_outside, "calls": calls}
                for (path, digest, is_outside), calls in files.items()
            ],
            "unseen": [{"class": name, "reason": reason} for name, reason in sorted(self.unseen.items())],
            "notes": list(self.notes),
            "untraced": self.untraced,
            "lost": self.lost,
        }

    @classmethod
    def of_json(cls, given: Any) -> Record:
        """The record in a value that was read. Raises RecordError."""
        if not isinstance(given, dict) or given.get("kind") != KIND:
            raise RecordError("is not a record of observed calls")
        if type(given.get("version")) is not int or given["version"] != VERSION:
            raise VersionError(
                f"is a record of version {repr(given.get('version'))[:40]}, and this release reads version {VERSION}; "
                "observe the program again"
            )
        try:
            return _record(given)
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise RecordError(f"is a damaged record: {type(error).__name__}: {str(error)[:80]}") from None


def _add_receiver(sight: Sight, name: str, receiver: Receiver) -> None:
    own = sight.receivers.get(name)
    if own is None:
        if len(sight.receivers) < MAX_RECEIVERS:
            sight.receivers[name] = Receiver(receiver.is_module, receiver.is_plain, receiver.calls)
        else:
            sight.has_more = True
        return
    # Two classes may have the same name.
    own.is_module &= receiver.is_module
    own.is_plain &= receiver.is_plain
    own.calls += receiver.calls


def _told(spot: Spot, sight: Sight) -> dict[str, Any]:
    return {
        "row": spot.row,
        "column": spot.column or None,
        "form": spot.form,
        "scope": spot.scope,
        "line": spot.line,
        "receivers": [
            {"class": name, "module": one.is_module, "plain": one.is_plain, "calls": one.calls}
            for name, one in sorted(sight.receivers.items())
        ],
        "skipped": [
            {"kind": kind, "hook": name, "calls": calls} for (kind, name), calls in sorted(sight.skipped.items())
        ],
        "tests": sorted(sight.tests),
        "more": sight.has_more,
    }


def _record(given: Any) -> Record:
    record = Record(
        runs=[(_text(one["python"]), _text(one["torch"])) for one in _list(given["runs"], MAX_RUNS)],
        unseen={_text(one["class"]): _text(one["reason"]) for one in _list(given["unseen"], MAX_UNSEEN)},
        notes=dict.fromkeys(_text(one) for one in _list(given["notes"], MAX_UNSEEN)),
        untraced=_count(given["untraced"]),
        lost=_count(given["lost"]),
    )
    for file in _list(given["files"], MAX_SPOTS):
        path, digest, is_outside = _text(file["path"]), _text(file["digest"]), _switch(file["outside"])
        if not is_outside and (PurePosixPath(path).is_absolute() or ".." in path.split("/")):
            raise ValueError(f"a path leaves the project: {path!r:.40}")
        for one in _list(file["calls"], MAX_SPOTS):
            column = 0 if one["column"] is None else _count(one["column"])
            if one["form"] not in FORMS:
                raise ValueError(f"the form of a call is {one['form']!r:.40}")
            row, scope, line = _count(one["row"]), _text(one["scope"]), _text(one["line"])
            sight = record.sight(Spot(path, digest, row, column, one["form"], scope, line, is_outside))
            if sight is None:
                raise ValueError("it has too many calls")
            _fill(sight, one)
    return record


def _fill(sight: Sight, given: Any) -> None:
    for one in _list(given["receivers"], MAX_RECEIVERS):
        receiver = Receiver(_switch(one["module"]), _switch(one["plain"]), _count(one["calls"]))
        _add_receiver(sight, _text(one["class"]), receiver)
    for one in _list(given["skipped"], MAX_HOOKS):
        hook = _text(one["kind"]), _text(one["hook"])
        sight.skipped[hook] = sight.skipped.get(hook, 0) + _count(one["calls"])
    for test in _list(given["tests"], MAX_TESTS):
        sight.note_test(_text(test))
    sight.has_more |= _switch(given["more"])


def shortened(text: str) -> str:
    """A text cut to the length that a record keeps."""
    return text if len(text) <= MAX_TEXT else f"{text[: MAX_TEXT - 3]}..."


def _list(given: Any, most: int) -> Iterable[Any]:
    if not isinstance(given, list) or len(given) > most:
        raise ValueError("a list is missing or too long")
    return given


def _text(given: Any) -> str:
    if not isinstance(given, str) or len(given) > 10 * MAX_TEXT:
        raise ValueError(f"a text is {given!r:.40}")
    return given


def _count(given: Any) -> int:
    if type(given) is not int or not 0 <= given <= MAX_CALLS:
        raise ValueError(f"a number is {given!r:.40}")
    return given


def _switch(given: Any) -> bool:
    if not isinstance(given, bool):
        raise ValueError(f"true or false is {given!r:.40}")
    return given
