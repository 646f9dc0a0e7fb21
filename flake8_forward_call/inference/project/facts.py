"""What a finding rests on: the questions that inference asked the world, each with its answer.

A fact is a question (its kind and subject) and the answer that it got: the content of a file, the names in a folder,
the files that contain a word. A result holds as long as each of its questions gets the same answer. The modules that
touch the disk note the facts. Nobody else has to: whoever keeps an answer keeps it in a ``Memo``, which knows the facts
of each answer, and passes them on to everyone who asks again.

The facts of a project are numbered, and a set of them is an integer with a bit for each.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Hashable, Iterator
from typing import Any, Generic, TypeAlias, TypeVar

# A kind, a subject and an answer.
Fact: TypeAlias = tuple[str, str, str]

_Key = TypeVar("_Key", bound=Hashable)
_Answer = TypeVar("_Answer")


class Ledger:
    """The facts of one project, and which of them were noted since something was last allowed to change.

    ``is_torn`` means that a question got two answers in that time, because something changed in between. Then nothing
    that was found in that time can be kept.
    """

    def __init__(self) -> None:
        self.facts: list[Fact] = []
        self.is_torn = False
        self.holding = 0  # The facts that are known to hold.
        self._numbers: dict[Fact, int] = {}
        self._noted: dict[tuple[str, str], int] = {}
        self._below: dict[int, int] = {}  # By the number of a fact that sums others up: those facts.

    def number(self, fact: Fact) -> int:
        """The number of a fact; a new one if it was never met."""
        number = self._numbers.get(fact)
        if number is None:
            number = self._numbers[fact] = len(self.facts)
            self.facts.append(fact)
        return number

    def noted(self, kind: str, subject: str, answer: str) -> int:
        """The set with just this fact, which holds now."""
        number = self._noted.get((kind, subject))
        if number is None:
            number = self._noted[kind, subject] = self.number((kind, subject, answer))
            self.holding |= 1 << number
        elif self.facts[number][2] != answer:
            self.is_torn = True
        return 1 << number

    def forget(self, kind: str, subject: str) -> int:
        """Assume that the answer to a question has changed. Returns the set with the fact that held until now."""
        number = self._noted.pop((kind, subject), None)
        if number is None:
            return 0
        self.holding &= ~(1 << number)
        self._below.pop(number, None)
        return 1 << number

    def now(self) -> Iterator[Fact]:
        """Yield the facts that were noted since anything was last allowed to change."""
        yield from [self.facts[number] for number in self._noted.values()]

    def sum_up(self, kind: str, subject: str, answer: str, below: int) -> int:
        """The set with just this fact, which holds as long as those ``below`` it do."""
        fact = self.noted(kind, subject, answer)
        self._below[fact.bit_length() - 1] = below
        return fact

    def summed_up_from(self, facts: int) -> list[Fact]:
        """The facts that were summed up from any of these."""
        return [self.facts[number] for number, below in self._below.items() if below & facts]

    def in_full(self, facts: int) -> int:
        """The same set with what a fact was summed up from in its place."""
        for number, below in self._below.items():
            if facts >> number & 1:
                facts = facts & ~(1 << number) | below
        return facts

    def begin(self) -> None:
        """Assume from here on that anything may have changed."""
        self._noted.clear()
        self._below.clear()
        self.holding = 0
        self.is_torn = False


class _Recorder:
    """The facts that were noted since the recording began, and the project that they belong to."""

    def __init__(self) -> None:
        self.ledger = Ledger()
        self.mask = 0
        self.is_on = False  # Outside of a recording, nothing is noted.


# One file is analysed at a time in a process.
_NOW = _Recorder()


def turn_to(ledger: Ledger) -> None:
    """Note facts about this project from here on."""
    _NOW.ledger = ledger


def forget(kind: str, subject: str) -> None:
    """Assume that the answer to a question has changed, because this process has changed it."""
    _NOW.ledger.forget(kind, subject)


def note(kind: str, subject: str, answer: str) -> None:
    """Note that a question got an answer."""
    if _NOW.is_on:
        _NOW.mask |= _NOW.ledger.noted(kind, subject, answer)


def noted(kind: str, subject: str, compute: Callable[[], _Answer], told: Callable[[_Answer], str]) -> _Answer:
    """The answer that ``compute`` gives, noted as one fact, in place of what it notes itself.

    ``told`` turns the answer into a text that is short and different for another answer.
    """
    outer, was_on = _NOW.mask, _NOW.is_on
    _NOW.is_on = False
    try:
        answer = compute()
    finally:
        _NOW.mask, _NOW.is_on = outer, was_on
    if was_on:
        note(kind, subject, told(answer))
    return answer


def summed_up(kind: str, subject: str, compute: Callable[[], _Answer], told: Callable[[_Answer], str]) -> _Answer:
    """The same, if ``compute`` is dear: the fact is not asked for again as long as those that it notes itself hold."""
    outer = _NOW.mask
    answer, below = recorded(compute)
    fact = _NOW.ledger.sum_up(kind, subject, told(answer), below)
    _NOW.mask = outer | fact if _NOW.is_on else outer
    return answer


def recorded(compute: Callable[[], _Answer]) -> tuple[_Answer, int]:
    """What ``compute`` returns, and the facts that this rests on."""
    outer, was_on = _NOW.mask, _NOW.is_on
    _NOW.mask, _NOW.is_on = 0, True
    try:
        answer = compute()
        return answer, _NOW.mask
    finally:
        _NOW.mask, _NOW.is_on = outer | _NOW.mask, was_on


class Memo(Generic[_Key, _Answer]):
    """Answers by question, each computed once. Whoever asks gets the facts of the answer as well."""

    def __init__(self) -> None:
        self._answers: dict[_Key, tuple[_Answer, int]] = {}

    def get(self, key: _Key, compute: Callable[[], _Answer]) -> _Answer:
        """The answer to a question, which ``compute`` gives the first time."""
        found = self._answers.get(key)
        if found is None:
            found = self._answers[key] = recorded(compute)
        else:
            _NOW.mask |= found[1]
        return found[0]

    def put(self, key: _Key, compute: Callable[[], _Answer]) -> _Answer:
        """The same with a new answer."""
        self._answers.pop(key, None)
        return self.get(key, compute)

    def peek(self, key: _Key) -> _Answer | None:
        """An answer that is there already, without its facts; None if there is none."""
        found = self._answers.get(key)
        return None if found is None else found[0]

    def forget(self, facts: int) -> dict[_Key, _Answer]:
        """Forget the answers that rest on any of these facts, and return them."""
        gone = {key: answer for key, (answer, mask) in self._answers.items() if mask & facts}
        for key in gone:
            del self._answers[key]
        return gone

    def __len__(self) -> int:
        return len(self._answers)

    def items(self) -> dict[_Key, _Answer]:
        """All answers so far, without their facts."""
        return {key: answer for key, (answer, _) in self._answers.items()}


# How the name of an attribute ends that has an answer with its facts.
_WITH_FACTS = " with its facts"


def forget_in(instance: object, facts: int) -> None:
    """Forget what is kept in an object and rests on any of these facts."""
    kept = vars(instance)
    for name, value in list(kept.items()):
        if isinstance(value, Memo):
            value.forget(facts)
        elif name.endswith(_WITH_FACTS) and value[1] & facts:
            del kept[name]


class noted_property(Generic[_Answer]):  # noqa: N801 (It is used like functools.cached_property.)
    """Like ``functools.cached_property``, with the facts of the answer for everyone who reads it."""

    def __init__(self, compute: Callable[[Any], _Answer]) -> None:
        self._compute = compute
        self.__doc__ = compute.__doc__

    def __set_name__(self, owner: type[Any], name: str) -> None:
        self._name = f"{name}{_WITH_FACTS}"

    def __get__(self, instance: Any, owner: type[Any] | None = None) -> _Answer:
        found: tuple[_Answer, int] | None = instance.__dict__.get(self._name)
        if found is None:
            found = instance.__dict__[self._name] = recorded(lambda: self._compute(instance))
        else:
            _NOW.mask |= found[1]
        return found[0]


def digest(*texts: str) -> str:
    """A short text that is different for other texts."""
    whole = hashlib.blake2b(digest_size=12)
    for text in texts:
        data = text.encode(errors="surrogatepass")
        whole.update(b"%d:%b" % (len(data), data))
    return whole.hexdigest()


def digest_of_bytes(data: bytes) -> str:
    """A short text that is different for other bytes."""
    return hashlib.blake2b(data, digest_size=16).hexdigest()


def numbers_in(bits: int) -> Iterator[int]:
    """Yield the numbers whose bits are set, the smallest first."""
    while bits:
        lowest = bits & -bits
        yield lowest.bit_length() - 1
        bits ^= lowest
