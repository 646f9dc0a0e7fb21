"""The processes that check files for this one: what each of them does, and what happens if one dies.

A process has one file at a time, so it is known which file it died of. That file is done again, by another process,
after all others. If that one dies too, the file is lost, and its answer says so. This process does not touch such a
file. ``concurrent.futures`` gives up all work that is not done if one process dies, and does not say what it died of.
"""

from __future__ import annotations

import gc
import signal
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from typing import TYPE_CHECKING, Generic

from flake8_forward_call.configuration.settings import GIVEN
from flake8_forward_call.files.inputs import Input
from flake8_forward_call.inference.places.environment import CHOICE
from flake8_forward_call.jobs.dealing import Deal
from flake8_forward_call.jobs.task import Answer, Task
from flake8_forward_call.jobs.worker import Setup, signals_held, work
from flake8_forward_call.terminal.interrupts import interrupts_held
from flake8_forward_call.terminal.printing import near

if TYPE_CHECKING:
    from multiprocessing.context import BaseContext
    from multiprocessing.process import BaseProcess

# So many processes may die of the same file.
_CHANCES = 2

# If more processes have died than this, no more are started.
MAX_DEATHS = 10


@dataclass(eq=False)
class _Member:
    """A process, the pipe to it, its hand in the deal, and the number of the file that it has."""

    process: BaseProcess
    pipe: Connection
    hand: int
    number: int | None = None


class Crew(Generic[Answer]):
    """Processes that do one task for many files.

    ``number`` is how many there are, and ``context`` says how they are started. ``tell`` gets a line for each process
    that dies, ``count`` is called once for each file that is done. ``still`` is a context in which this process has no
    other threads, to start a process.
    """

    def __init__(
        self,
        task: Task[Answer],
        inputs: Sequence[Input],
        number: int,
        context: BaseContext,
        *,
        tell: Callable[[str], None],
        count: Callable[[], None],
        still: Callable[[], AbstractContextManager[None]],
    ) -> None:
        self._task = task
        self._inputs = inputs
        self._number = number
        self._context = context
        self._tell, self._count, self._still = tell, count, still
        self._deal = Deal([len(each.data) for each in inputs], number)
        self._answers: list[Answer | None] = [None] * len(inputs)
        self._members: list[_Member] = []
        self._deaths: Counter[int] = Counter()

    def answers(self) -> list[Answer | None]:
        """The answers for the files; None for each that is left to this process. Raises KeyboardInterrupt."""
        try:
            for hand in range(self._number):
                self._start(hand)
            for member in self._members[:]:
                self._hand_out(member)
            while busy := [member for member in self._members if member.number is not None]:
                ready = wait([member.pipe for member in busy])
                for member in busy:
                    if member.pipe in ready:
                        self._take(member)
            for number in self._deaths:
                if self._answers[number] is None:
                    self._give_up(number, "the processes that analysed it have died")
            self._finish()
        finally:
            with interrupts_held():
                self._end()
        return self._answers

    def _start(self, hand: int) -> _Member | None:
        """Start a process; None if the machine has no room for it."""
        is_forked = self._context.get_start_method() == "fork"
        setup = Setup(self._task, GIVEN.get(), CHOICE.get(), gc.get_threshold())
        ours, theirs = self._context.Pipe()
        others = [*(member.pipe for member in self._members), ours] if is_forked else []
        process = self._context.Process(target=work, args=(theirs, setup, others), daemon=True)  # type: ignore[attr-defined]
        member = _Member(process, ours, hand)
        if is_forked:
            gc.freeze()  # The collector of the new process would write into all that it shares with this one.
        try:
            with self._still(), signals_held():
                process.start()
                self._members.append(member)
        except OSError:
            ours.close()
            return None
        finally:
            theirs.close()
            if is_forked:
                gc.unfreeze()
        return member

    def _hand_out(self, member: _Member) -> None:
        """Give a process its next file, if there is one left."""
        number = member.number = self._deal.next(member.hand)
        if number is None:
            return
        try:
            member.pipe.send((number, self._inputs[number]))
        except OSError:
            self._lose(member, number)

    def _take(self, member: _Member) -> None:
        """Take the answer of a process, and give it its next file."""
        try:
            number, answer = member.pipe.recv()
        except (EOFError, OSError):
            assert member.number is not None, "only a process that has a file is waited for"
            self._lose(member, member.number)
            return
        self._answers[number] = answer
        if answer is not None:
            self._count()
        self._hand_out(member)

    def _lose(self, member: _Member, number: int) -> None:
        """Go on without a process that has died of a file, and with another one in its place."""
        self._members.remove(member)
        reason = _end_of(member)
        self._deaths[number] += 1
        if self._deaths[number] < _CHANCES:
            self._tell(f"a process {reason}; {near(self._inputs[number].name)} is checked again")
            self._deal.again(number)
        else:
            self._give_up(number, f"{_CHANCES} processes died while they analysed it; the last one {reason}")
        if self._deal.is_over or self._deaths.total() > MAX_DEATHS:
            return
        new = self._start(member.hand)
        if new is not None:
            self._hand_out(new)

    def _give_up(self, number: int, reason: str) -> None:
        self._answers[number] = self._task.lost(self._inputs[number], reason)
        self._count()

    def _finish(self) -> None:
        """Let the processes store their results and end."""
        for member in self._members:
            with suppress(OSError):
                member.pipe.send(None)
        for member in self._members:
            member.process.join()

    def _end(self) -> None:
        """End the processes that have not ended."""
        for member in self._members:
            member.process.kill()
            member.process.join()
            member.pipe.close()
        self._members.clear()


def _end_of(member: _Member) -> str:
    """How a process has ended, in words."""
    member.pipe.close()
    member.process.join()
    status = member.process.exitcode or 0
    if status >= 0:
        return f"ended with status {status}"
    try:
        return f"was killed by {signal.Signals(-status).name}"
    except ValueError:
        return f"was killed by signal {-status}"
