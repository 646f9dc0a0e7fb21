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

    ``context`` says how they are started. ``tell`` gets a line for each process that dies, ``count`` is called once for
    each file that is done. ``still`` is a context in which this process has no other threads, to start a process.
    """

    def __init__(
        self,
        task: Task[Answer],
        context: BaseContext,
        tell: Callable[[str], None],
        count: Callable[[], None],
        still: Callable[[], AbstractContextManager[None]],
    ) -> None:
        self._task = task
        self._context = context
        self._tell = tell
        self._count = count
        self._still = still
        self._members: dict[Connection, _Member] = {}
        self._deaths: Counter[int] = Counter()

    def answers(self, inputs: Sequence[Input], number: int) -> list[Answer | None]:
        """The answers for the files, by so many processes; None for each that is left to this process."""
        found: list[Answer | None] = [None] * len(inputs)
        deal = Deal([len(each.data) for each in inputs], number)
        try:
            for hand in range(number):
                self._start(hand)
            for member in [*self._members.values()]:
                self._hand_out(member, inputs, deal, found)
            while any(member.number is not None for member in self._members.values()):
                for pipe in wait([pipe for pipe, one in self._members.items() if one.number is not None]):
                    assert isinstance(pipe, Connection)
                    self._take(self._members[pipe], inputs, deal, found)
            for place in self._deaths:
                if found[place] is None:
                    found[place] = self._task.lost(inputs[place], "processes that analysed it have died")
                    self._count()
            self._finish()
        finally:
            with interrupts_held():
                self._end()
        return found

    def _start(self, hand: int) -> _Member | None:
        """Start a process; None if the machine has no room for it."""
        is_forked = self._context.get_start_method() == "fork"
        setup = Setup(self._task, GIVEN.get(), CHOICE.get())
        ours, theirs = self._context.Pipe()
        others = [*self._members, ours] if is_forked else []
        process = self._context.Process(target=work, args=(theirs, setup, others), daemon=True)  # type: ignore[attr-defined]
        if is_forked:
            gc.freeze()  # The collector of the new process would write into all that it shares with this one.
        member = _Member(process, ours, hand)
        try:
            with self._still(), signals_held():
                process.start()
                self._members[ours] = member
        except OSError:
            ours.close()
            return None
        finally:
            theirs.close()
            if is_forked:
                gc.unfreeze()
        return member

    def _hand_out(self, member: _Member, inputs: Sequence[Input], deal: Deal, found: list[Answer | None]) -> None:
        """Give a process its next file, if there is one left."""
        member.number = deal.next(member.hand)
        if member.number is None:
            return
        try:
            member.pipe.send((member.number, inputs[member.number]))
        except OSError:
            self._lose(member, inputs, deal, found)

    def _take(self, member: _Member, inputs: Sequence[Input], deal: Deal, found: list[Answer | None]) -> None:
        """Take the answer of a process, and give it its next file."""
        try:
            number, answer = member.pipe.recv()
        except (EOFError, OSError):
            self._lose(member, inputs, deal, found)
            return
        found[number] = answer
        self._count()
        self._hand_out(member, inputs, deal, found)

    def _lose(self, member: _Member, inputs: Sequence[Input], deal: Deal, found: list[Answer | None]) -> None:
        """Go on without a process that has died, and with another one in its place."""
        del self._members[member.pipe]
        number = member.number
        reason = _end_of(member)
        assert number is not None, "only a process that has a file is waited for"
        self._deaths[number] += 1
        if self._deaths[number] < _CHANCES:
            self._tell(f"a process that checks files {reason}; {near(inputs[number].name)} is checked again")
            deal.again(number)
        else:
            found[number] = self._task.lost(inputs[number], f"the process that analysed it {reason}, twice")
            self._count()
        if deal.is_over or self._deaths.total() > MAX_DEATHS:
            return
        new = self._start(member.hand)
        if new is not None:
            self._hand_out(new, inputs, deal, found)

    def _finish(self) -> None:
        """Let the processes store their results and end."""
        for pipe in self._members:
            with suppress(OSError):
                pipe.send(None)
        for member in self._members.values():
            member.process.join()

    def _end(self) -> None:
        """End the processes that have not ended."""
        for pipe, member in self._members.items():
            member.process.kill()
            member.process.join()
            pipe.close()
        self._members.clear()


def _end_of(member: _Member) -> str:
    """How a process has ended, in words."""
    member.pipe.close()
    member.process.join()
    status = member.process.exitcode or 0
    if status >= 0:
        return f"ended with status {status}"
    try:
        return f"was ended by {signal.Signals(-status).name}"
    except ValueError:
        return f"was ended by signal {-status}"
