"""Results about the files of a project, and whether they still hold.

A result rests on facts. On a later run, each fact is asked for again, once for all results, and a result is used if all
of its facts hold. Nothing else is assumed: what a change can reach is found out by asking, not by following
dependencies. The record on disk is JSON that only this version of the tool, on the same Python, reads.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from flake8_forward_call.files.cache import Store
from flake8_forward_call.inference.project.disk import CONTENT, Disk
from flake8_forward_call.inference.project.facts import Fact, Ledger, numbers_in
from flake8_forward_call.inference.project.texts import CALLING, PAUSE, SUBCLASSES, WORD

_KIND = "results"

# The most results that are kept for a project, more than twice the files of the largest one that was examined.
MAX_RESULTS = 20_000

# Most processes end within so many seconds, and write their results then.
FIRST = 30

# In a process that keeps running: the most facts that are kept, most of which no longer matter.
MAX_FACTS = 500_000

# The least facts that are worth a look for those that no longer matter.
FEW_FACTS = 5_000

# The facts that hold as long as no text of the project changes.
_OF_TEXTS = frozenset((WORD, SUBCLASSES, CALLING))


@dataclass(slots=True)
class _Result:
    """What was found in a file with this content, and the facts that it rests on.

    ``context`` says how the project was read; ``is_volatile`` means that it rests on a text that is not saved.
    """

    context: str
    digest: str
    facts: int | str  # As a number, or still as the text in the record.
    value: Any
    is_volatile: bool = False

    @property
    def mask(self) -> int:
        """The facts as a number."""
        if isinstance(self.facts, str):
            self.facts = int(self.facts, 16)
        return self.facts


class Results:
    """The results about the files of one project. ``key`` identifies the project, and how its texts are found."""

    def __init__(self, store: Store, key: str) -> None:
        self._store = store
        self._key = "\0".join((sys.version, key))
        self._version = store.version(_KIND, self._key)
        self.ledger = Ledger()
        self._failing = 0
        self._most = FEW_FACTS  # At most so many facts, until a look for those that matter.
        self._states: dict[int, str] = {}  # The state of the project's texts in which a fact about them held.
        self._unasked: dict[tuple[str, str], None] = {}  # Questions about the texts whose answer the state vouched for.
        self._results: dict[str, _Result] = {}
        self._own: set[str] = set()  # The paths of the results that this process found.
        self._stamps: dict[str, list[Any]] = {}
        self._disk = Disk()
        self._state: Callable[[], str] = str
        self._next = time.monotonic() + FIRST
        self._is_loaded = False

    def begin(self, disk: Disk, state: Callable[[], str]) -> None:
        """Assume from here on that anything may have changed. ``state`` returns the state of the project's texts."""
        if self.is_full:
            self._shrink()
        self.ledger.begin()
        self._unasked.clear()
        self._failing = 0
        self._disk, self._state = disk, state
        self._load()
        for path, (*stamp, digest) in self._stamps.items():
            disk.known.setdefault(path, (stamp, digest))

    @property
    def is_full(self) -> bool:
        """Whether most facts no longer matter, probably. They cost memory: each set of facts is as long as all are."""
        return len(self.ledger.facts) > self._most

    def _shrink(self) -> None:
        """Forget the facts on which no result rests."""
        used = 0
        for result in self._results.values():
            used |= result.mask
        numbers = list(numbers_in(used))
        if len(numbers) > MAX_FACTS:
            self._results.clear()
            numbers = []
        old, self.ledger = self.ledger, Ledger()
        order = {number: self.ledger.number(old.facts[number]) for number in numbers}
        for result in self._results.values():
            result.facts = _translated(result.mask, order)
        self._states = {order[number]: state for number, state in self._states.items() if number in order}
        self._most = max(FEW_FACTS, 2 * len(numbers))

    def forget(self, asked: Iterable[tuple[str, str]]) -> int:
        """Assume that only the answers to these questions have changed. Returns the facts that held until now.

        The texts do not know of the questions that they were never asked, so each of these is asked from here on.
        """
        self._failing = 0
        gone = 0
        for kind, subject in (*asked, *self._unasked):
            gone |= self.ledger.forget(kind, subject)
        self._unasked.clear()
        return gone

    def recall(self, path: str, contexts: Container[str], digest: str, ask: Callable[[str, str], str]) -> Any:
        """What was found in a file, in one of the contexts; None if that is not known, or may be different now.

        ``ask`` returns the answer to a question: its kind and its subject.
        """
        result = self._results.get(path)
        if result is None or result.context not in contexts or result.digest != digest:
            return None
        try:
            return result.value if self._holds(result.mask, ask) else None
        except (IndexError, ValueError):  # The record is not one that this program wrote.
            return None

    def remember(self, path: str, context: str, digest: str, value: Any, facts: int) -> None:
        """Keep what was found in a file just now, resting on these facts."""
        if not self.ledger.is_torn and not facts & self._failing:
            self._results.pop(path, None)
            facts = self.ledger.in_full(facts)
            self._results[path] = _Result(context, digest, facts, value, is_volatile=bool(self._disk.unsaved))
            self._own.add(path)

    def _holds(self, facts: int, ask: Callable[[str, str], str]) -> bool:
        if facts & self._failing:
            return False
        for number in numbers_in(facts & ~self.ledger.holding):
            kind, subject, answer = self.ledger.facts[number]
            is_same = kind in _OF_TEXTS and number in self._states and self._states[number] == self._state()
            if is_same:
                self._unasked[kind, subject] = None
            elif ask(kind, subject) != answer:
                self._failing |= 1 << number
                return False
            self.ledger.noted(kind, subject, answer)
        return True

    def keep(self, *, at_once: bool = False) -> None:
        """Write new results to the cache; unless ``at_once``, only after a while."""
        start = time.monotonic()
        if self._disk.unsaved:
            return  # For other processes, unsaved texts do not exist.
        if not at_once and (start < self._next or not self._own):
            return
        if not self._own and self._new_stamps() == self._stamps:
            return
        with self._store.alone():
            self._merge()
            self._write(self._new_stamps())
        self._own.clear()
        end = time.monotonic()
        self._next = end + PAUSE * (end - start)

    def _new_stamps(self) -> dict[str, list[Any]]:
        known = self._disk.known
        found = dict(self._stamps)
        for kind, subject, _ in self.ledger.facts:
            if kind == CONTENT and subject in known:
                stamp, digest = known[subject]
                found[subject] = [*stamp, digest]
        return found

    def _load(self) -> None:
        if self._is_loaded:
            return
        self._is_loaded = True
        try:
            record = _Record(self._store.read(_KIND, self._key))
            for fact, state in record.facts():
                number = self.ledger.number(fact)
                if state:
                    self._states[number] = state
            if len(self.ledger.facts) == record.count:
                self._stamps = record.stamps()
                self._results = dict(record.results())
                return
        except (AttributeError, IndexError, KeyError, TypeError, ValueError):
            pass
        self.ledger, self._states, self._stamps, self._results = Ledger(), {}, {}, {}

    def _merge(self) -> None:
        """Add what other processes have written in the meantime."""
        version = self._store.version(_KIND, self._key)
        if version in (None, self._version):
            return
        try:
            record = _Record(self._store.read(_KIND, self._key))
            rows, results, stamps = list(record.facts()), dict(record.results()), record.stamps()
            numbers = [self.ledger.number(fact) for fact, _ in rows]
            for path, result in results.items():
                if path not in self._own:
                    result.facts = _translated(result.mask, numbers)
                    self._results[path] = result
        except (AttributeError, IndexError, KeyError, TypeError, ValueError):
            return
        for number, (_, state) in zip(numbers, rows, strict=True):
            if state:
                self._states.setdefault(number, state)
        self._stamps = {**stamps, **self._stamps}

    def _write(self, stamps: Mapping[str, list[Any]]) -> None:
        kept = self._worth_keeping()
        used = 0
        for result in kept.values():
            used |= result.mask
        numbers = list(numbers_in(used))
        order = {number: place for place, number in enumerate(numbers)}
        facts = [self.ledger.facts[number] for number in numbers]
        state = self._state() if any(kind in _OF_TEXTS for kind, _, _ in facts) else ""
        states = [state if self.ledger.holding >> number & 1 else self._states.get(number, "") for number in numbers]
        names = list(dict.fromkeys(states))
        record = {
            "facts": [list(column) for column in zip(*facts, strict=True)] if facts else [[], [], []],
            "states": [names, [names.index(one) for one in states]],
            "files": {
                path: [one.context, one.digest, f"{_translated(one.mask, order):x}", one.value]
                for path, one in kept.items()
            },
            "stamps": {subject: stamps[subject] for kind, subject, _ in facts if kind == CONTENT and subject in stamps},
        }
        self._store.write(_KIND, self._key, record)
        self._version = self._store.version(_KIND, self._key)
        self._stamps = dict(stamps)

    def _worth_keeping(self) -> dict[str, _Result]:
        """The results that may hold in a later run."""
        kept = {
            path: result
            for path, result in self._results.items()
            if not result.is_volatile
            and not result.mask & self._failing
            and (path in self._own or os.path.exists(path))  # noqa: PTH110
        }
        return dict(list(kept.items())[-MAX_RESULTS:])


class _Record:
    """A record that any program may have written. Raises the errors of a form that is not the expected one."""

    def __init__(self, record: Any) -> None:
        kinds, subjects, answers = record["facts"]
        self._facts: list[Fact] = list(zip(map(str, kinds), map(str, subjects), map(str, answers), strict=True))
        names, states = record["states"]
        self._states = [str(names[one]) for one in states]
        self._record = record
        self.count = len(self._facts)

    def facts(self) -> Iterator[tuple[Fact, str]]:
        """Yield each fact, with the state of the texts in which it held."""
        return zip(self._facts, self._states, strict=True)

    def stamps(self) -> dict[str, list[Any]]:
        """The stamp and the digest of each file, in one list."""
        return {path: [*map(int, stamp), str(digest)] for path, (*stamp, digest) in self._record["stamps"].items()}

    def results(self) -> Iterator[tuple[str, _Result]]:
        """Yield the path and the result of each file."""
        for path, (context, digest, facts, value) in self._record["files"].items():
            if len(facts) > self.count // 4 + 1:
                raise ValueError("it has more facts than there are")
            yield path, _Result(str(context), str(digest), str(facts), value)


def _translated(facts: int, numbers: Mapping[int, int] | list[int]) -> int:
    """The same set of facts with other numbers."""
    found = 0
    for number in numbers_in(facts):
        found |= 1 << numbers[number]
    return found
