"""Asks questions: each once, in any depth, and with the same answer whichever is asked first.

The engine does not know what a question means. Whoever asks gives a key and a function that computes the answer and
asks further questions meanwhile. What such a function returns must depend only on the key and on their answers.

**Loops.** Questions that lead back to each other form a loop. Its answers are those for which every function returns
what the others assumed. To find them, the loop is computed in rounds: in the first, each of its questions is assumed
to have the answer "nothing", in each later one that of the round before, until no answer changes. If the functions
are monotone, this gives the least such answers, whatever the order. If they are not, the result depends on where a
round starts. So it starts at the same question of the loop, whichever one was asked: the first one by ``rank``.

Answers that keep changing, or go back and forth, are joined with those of the round before. If even this does not end,
or adds nothing any more, those that still change become "unknown", and the loop is computed again with them. So the
number of rounds is limited, and it is a limit of the loop, not of the way that led to it.

**Work.** A question from outside may lead to so many questions and not to more. What it leads to is counted, and not
what had to be computed: a stored answer counts with everything that it rests on. Otherwise, whether a question is
answered would depend on those that were asked before it. (If a loop's first question is not known at once, what was
computed until then does not count. But if that alone leads past the limit, the work ends there.)

**Depth.** Questions may be nested deeper than Python's stack: the engine continues on another one in time.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from operator import itemgetter
from typing import Any, Generic, TypeVar

from flake8_forward_call.stack import on_new_stack

# Rounds in which a loop may settle by itself. Most take two: one to compute it, and one to see that nothing changes.
FREE_ROUNDS = 10

# Further rounds, in which what is assumed can only grow. Past them, answers that still change are unknown.
GROWING_ROUNDS = 30

# A loop of more questions is a tangle of a whole project, such as a framework in which everything may call everything.
# Nothing in it is known. A loop of helpers over 300 files has less than half as many.
MAX_LOOP = 2_000

# Rounds times questions: a large loop gets fewer rounds, but always some.
MAX_ROUNDS_OF_LOOP = 6_000

# How often the search for the first question of a loop may lead to another one. Then it starts where it is.
MAX_RESTARTS = 20

# How many questions are nested on one stack. In chains of all kinds of steps, each took up to 16 Python frames, of
# 100,000 (``stack.py``), and 1 to 2 calls through C, of which Python 3.12 and 3.13 allow 4,000 to 10,000.
NESTED = 400

# Questions to which one from outside may lead. The limit only ends what would otherwise seem to be endless: a project
# in which everything calls everything. Measured over 40,000 calls in 25 packages, where a question takes 0.1 to 2 ms,
# with the reading of files: of the questions with an answer, the dearest led to 41,500 others (torch, whether a hook
# reaches a call), 17,800 (torch, all other questions), 16,300 (cogdl), 13,200 (sglang), 7,300 (yolov5), 4,700
# (transformers), and all others to less.
MAX_WORK = 50_000

# How often something is computed for a question from outside, rounds of loops included: the last resort. In yolov5,
# each of 7,300 questions was computed twice, and it is rarely more.
MAX_COMPUTATIONS = 5 * MAX_WORK

_Answer = TypeVar("_Answer")


class OutOfBudget(Exception):  # noqa: N818
    """The question would take too long to answer."""


@dataclass(frozen=True, slots=True)
class Answers(Generic[_Answer]):
    """What the engine has to know about one kind of answers."""

    nothing: _Answer  # What is assumed about a question that leads back to itself.
    unknown: _Answer
    join: Callable[[_Answer, _Answer], _Answer]  # An answer that includes both.
    is_same: Callable[[_Answer, _Answer], bool]
    bounded: Callable[[_Answer], _Answer]  # The answer, or a less exact one that is not too large.


def unjoined(meanwhile: _Answer) -> Answers[_Answer]:
    """Answers that cannot be joined: in a loop, they are ``meanwhile`` unless they settle on something else."""
    return Answers(meanwhile, meanwhile, lambda _, __: meanwhile, lambda one, other: one == other, lambda one: one)


class _Basis:
    """What stored answers rest on: those of one question, or of all questions of a loop."""

    __slots__ = ("counted_for", "others", "questions")

    def __init__(self, questions: int, others: Iterable[_Basis]) -> None:
        self.questions = questions
        self.others = tuple(dict.fromkeys(others))
        self.counted_for = 0  # The number of the last question from outside for which it was counted.


class _Question:
    """A question whose answer is not final yet."""

    __slots__ = ("answer", "answers", "assumed", "bases", "before", "compute", "is_met", "is_used", "key", "number")

    def __init__(self, key: Hashable, compute: Callable[[], Any], answers: Answers[Any]) -> None:
        self.key = key
        self.compute = compute
        self.answers = answers
        self.number = 0  # Later questions have larger numbers.
        self.answer: Any = None  # That of this round.
        self.assumed: Any = answers.nothing  # That of the round before.
        self.before: Any = answers.nothing  # What was assumed in the round before.
        self.is_met = False  # Whether it was asked in this round while it was being computed.
        self.is_used = False  # Whether this is not its first round.
        self.bases: list[_Basis] = []  # Those of the stored answers that it led to, in all rounds.

    def afresh(self) -> _Question:
        """The same question, about which nothing is assumed."""
        return _Question(self.key, self.compute, self.answers)

    @property
    def swings(self) -> bool:
        """Whether the answer is what was assumed in the round before: it goes back and forth."""
        return self.answers.is_same(self.before, self.answer)

    @property
    def adds(self) -> bool:
        """Whether the answer adds anything to what was assumed."""
        return not self.answers.is_same(self.answers.join(self.assumed, self.answer), self.assumed)

    def assume(self, *, grows: bool) -> None:
        """Assume in the next round what this one found or, if answers may only grow, that and what was assumed."""
        self.is_used, self.before = True, self.assumed
        if not self.answers.is_same(self.assumed, self.answer):  # If they are the same, keep the order in them.
            self.assumed = self.answers.join(self.assumed, self.answer) if grows else self.answer


class Engine:
    """Answers questions, and stores the answers.

    ``rank`` gives the order of questions by their keys; None for those that are never the first of a loop.
    """

    def __init__(self, rank: Callable[[Hashable], Any | None]) -> None:
        self._rank = rank
        self._known: dict[Hashable, tuple[Any, _Basis]] = {}
        self._is_asked = False  # Whether all that is computed counts as work for one question from outside.
        self._asked = 0  # How many questions from outside there were.
        self._forget()

    def _forget(self) -> None:
        """Forget everything that is not final."""
        self._computed: dict[Hashable, None] = {}  # The questions that were computed for the one from outside.
        self._counted: list[_Basis] = []  # What it rests on so far, as far as that is stored.
        self._work = 0
        self._numbers = 0
        self._innermost: _Question | None = None
        self._open: dict[Hashable, _Question] = {}  # The questions that are being computed, outermost first.
        self._waiting: dict[Hashable, _Question] = {}  # Computed in this round, but a loop around them is open.
        self._earlier: dict[Hashable, _Question] = {}  # Computed in the round before.
        self._loops: list[int] = []  # The numbers of the questions that may turn out to be the first of their loop.

    def ask(self, question: Callable[[], _Answer]) -> _Answer:
        """The answer to a question from outside. Raises OutOfBudget; then nothing is stored that is not complete."""
        if self._is_asked:
            return question()
        self._is_asked = True
        self._asked += 1
        try:
            return question()
        finally:
            self._is_asked = False
            self._forget()

    def once(self, key: Hashable, compute: Callable[[], _Answer], answers: Answers[_Answer]) -> _Answer:
        """The answer to a question, which is computed unless it is known."""
        known = self._known.get(key)
        if known is not None:
            answer, basis = known
            if basis.counted_for != self._asked and self._is_asked:
                self._count(basis)
            if self._innermost is not None:
                self._innermost.bases.append(basis)
            return answer  # type: ignore[no-any-return]
        if not self._is_asked:
            return self.ask(lambda: self.once(key, compute, answers))
        question = self._open.get(key)
        if question is not None:
            question.is_met = True
            self._join_loop(question)
            return question.assumed  # type: ignore[no-any-return]
        question = self._waiting.get(key)
        if question is not None:
            self._join_loop(question)
            return question.answer  # type: ignore[no-any-return]
        question = self._earlier.get(key) or _Question(key, compute, answers)
        if len(self._open) % NESTED == NESTED - 1:
            answer = on_new_stack(lambda: self._answered(question))
        else:
            answer = self._answered(question)
        if self._innermost is not None and (known := self._known.get(key)) is not None:
            self._innermost.bases.append(known[1])
        return answer  # type: ignore[no-any-return]

    def _count(self, basis: _Basis) -> None:
        """Count what a stored answer rests on as work, unless it has been counted. Raises OutOfBudget."""
        todo = [basis]
        while todo:
            one = todo.pop()
            if one.counted_for != self._asked:
                one.counted_for = self._asked
                self._counted.append(one)
                self._work += one.questions
                todo += one.others
        if self._work > MAX_WORK:
            raise OutOfBudget

    def _uncount(self, computed: int, counted: int, work: int) -> None:
        """Count only what was counted when these were the figures: what followed starts again, at another question."""
        while len(self._computed) > computed:
            self._computed.popitem()
        while len(self._counted) > counted:
            self._counted.pop().counted_for = 0
        self._work = work

    def _store(self, questions: Sequence[_Question], basis: _Basis) -> None:
        """Store the answers to questions that were computed, and so counted, for this question from outside."""
        basis.counted_for = self._asked
        self._counted.append(basis)
        self._known.update((one.key, (one.answer, basis)) for one in questions)

    def _store_loop(self, loop: Sequence[_Question], computed: int, unknown: Sequence[_Question] = ()) -> None:
        """Store the answers to the questions of a loop or, if there are any, only those that are ``unknown``.

        The loop's rounds started when so many questions had been computed.
        """
        work = sum(key not in self._known for key in islice(self._computed, computed, None))
        for one in unknown:
            one.answer = one.answers.unknown
        self._store(unknown or loop, _Basis(work, (each for one in loop for each in one.bases)))

    def _join_loop(self, question: _Question) -> None:
        """Note that the innermost open question leads back to this one, and so do all that are open between them."""
        while self._loops[-1] > question.number:
            self._loops.pop()

    def _answered(self, question: _Question) -> Any:
        """The answer to a question. It is final, unless the question is in a loop with one that is still open."""
        behind = len(self._waiting)
        for restart in range(MAX_RESTARTS + 1):
            first = self._settle(question, behind, anywhere=restart == MAX_RESTARTS)
            if first is None:
                break
            self._give_up(behind)
            if first.key not in self._known:
                self._afresh(first)
            if question.key in self._known:
                answer, basis = self._known[question.key]
                self._count(basis)
                return answer
            if question.key in self._waiting:
                self._join_loop(self._waiting[question.key])
                return self._waiting[question.key].answer
            question = question.afresh()
        return question.answer

    def _afresh(self, question: _Question) -> None:
        """Answer a question, whatever was assumed about it and others before."""
        earlier, self._earlier = self._earlier, {}
        try:
            self._answered(question)
        finally:
            self._earlier = earlier

    def _settle(self, question: _Question, behind: int, *, anywhere: bool = False) -> _Question | None:
        """Compute a question and the loop that it leads into, round by round until the answers stay the same.

        They are stored, or wait for a question that is still open. Returns the question to start with if it is not
        this one, unless ``anywhere``. The questions of the loop are those that wait since there were ``behind``.
        """
        is_fresh, rounds, grows, earlier = not question.is_used, 1, False, self._earlier
        computed, counted, work = len(self._computed), len(self._counted), self._work
        try:
            while self._is_outermost(question):
                self._loops.pop()
                if not question.is_met and len(self._waiting) == behind:
                    self._store([question], _Basis(1, question.bases))
                    return None
                loop = [question, *islice(reversed(self._waiting.values()), len(self._waiting) - behind)]
                if len(loop) > MAX_LOOP:
                    self._give_up(behind)
                    self._store_loop(loop, computed, unknown=loop)
                    return None
                first = question if anywhere else self._first(loop)
                if first is not question or not (is_fresh or anywhere):
                    self._uncount(computed, counted, work)
                    return first.afresh()
                self._give_up(behind)
                changed = [one for one in loop if one.is_met and not one.answers.is_same(one.assumed, one.answer)]
                if not changed:
                    self._store_loop(loop, computed)
                    return None
                rounds += 1
                free = max(2, min(FREE_ROUNDS, MAX_ROUNDS_OF_LOOP // len(loop)))
                grows = grows or rounds > free or all(one.swings for one in changed)
                is_over = rounds > free + max(2, min(GROWING_ROUNDS, MAX_ROUNDS_OF_LOOP // len(loop)))
                # What is assumed decides what is found: if nothing is added to it, each further round finds the same.
                if is_over or (grows and not any(one.adds for one in changed)):
                    self._store_loop(loop, computed, unknown=changed)
                    self._uncount(computed, counted, work)
                    return question.afresh()
                for one in loop:
                    one.assume(grows=grows)
                self._earlier = {one.key: one for one in loop}
        finally:
            self._earlier = earlier
        self._waiting[question.key] = question
        return None

    def _is_outermost(self, question: _Question) -> bool:
        """Compute an answer. Returns whether the question is in no loop with one that is still open."""
        if question.key not in self._computed:
            self._computed[question.key] = None
            self._work += 1
        self._numbers += 1
        if self._work > MAX_WORK or self._numbers > MAX_COMPUTATIONS:
            raise OutOfBudget
        behind, number, outer = len(self._waiting), self._numbers, self._innermost
        question.number, question.is_met = number, False
        self._open[question.key] = question
        self._loops.append(number)
        self._innermost = question
        try:
            question.answer = question.answers.bounded(question.compute())
        except BaseException:
            self._give_up(behind)
            while self._loops and self._loops[-1] >= number:
                self._loops.pop()
            raise
        finally:
            self._innermost = outer
            del self._open[question.key]
        return self._loops[-1] == number

    def _give_up(self, behind: int) -> None:
        """Forget the questions that began to wait since there were so many."""
        while len(self._waiting) > behind:
            self._waiting.popitem()

    def _first(self, loop: Sequence[_Question]) -> _Question:
        """The question at which the rounds of a loop start, whichever was asked: the first by content."""
        ranks = ((self._rank(one.key), one) for one in loop)
        ranked = [(rank, one) for rank, one in ranks if rank is not None]
        return min(ranked, key=itemgetter(0))[1] if ranked else loop[0]
