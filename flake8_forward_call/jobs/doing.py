"""The work on all files: by this process, or by several ones where that is faster, with the answers in order."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain

from flake8_forward_call.files.inputs import Input
from flake8_forward_call.jobs import counting
from flake8_forward_call.jobs.task import Answer, Task
from flake8_forward_call.observing.joining import OBSERVED
from flake8_forward_call.terminal.progress import Progress
from flake8_forward_call.terminal.trouble import Trouble


def done(
    inputs: Iterable[Input], task: Task[Answer], number: int | None, progress: Progress, trouble: Trouble
) -> Iterator[tuple[Input, Answer]]:
    """Yield each file with the answer for it, in order. With one process, each is read when it is asked for.

    ``number``: how many processes the user wants; None if the tool decides. With several processes, all files are
    read first, and those that do not need inference are done then. What happens to a process is reported to
    ``trouble``.
    """
    inputs = iter(inputs)
    if number != 1:  # As long as no file needs inference, it does not matter what can be done about it here.
        for each in inputs:
            answer = task.known(each)
            if answer is None:
                inputs = chain((each,), inputs)
                break
            yield each, answer
            progress.advance()
        else:
            return
    context = None if number == 1 else counting.context()
    if context is None:
        for each in inputs:
            yield each, task.do(each)
            progress.advance()
        return
    taken: list[tuple[Input, Answer | None]] = []
    waiting: list[int] = []
    read: list[int] = []  # The bytes of each file.

    def take(place: int, answer: Answer) -> None:
        each, _ = taken[place]
        # Without its bytes, if these are not needed any more: all files may be more than the memory holds.
        is_needed = each.is_stdin or task.needs_text(answer)
        taken[place] = each if is_needed else each._replace(data=b""), answer

    for each in inputs:
        taken.append((each, None))
        read.append(len(each.data))
        answer = task.known(each)
        if answer is not None:
            take(len(taken) - 1, answer)
            progress.advance()
        elif not _is_bound(each):
            waiting.append(len(taken) - 1)
    is_forked = context.get_start_method() == "fork"
    sizes = [read[place] for place in waiting]
    workers = counting.worthwhile(number, sizes, counting.WORTH_A_FORK if is_forked else counting.WORTH_A_START)
    if workers > 1 and number is None:
        from flake8_forward_call.jobs.memory import affordable

        workers = affordable(workers, ((each.name, size) for (each, _), size in zip(taken, read, strict=True)))
    if workers > 1:
        from flake8_forward_call.jobs.crew import Crew

        if is_forked:
            from flake8_forward_call.analysis import get_ready

            get_ready()
        asked = [taken[place][0] for place in waiting]
        crew = Crew(task, asked, workers, context, tell=trouble.warn, count=progress.advance, still=progress.still)
        for place, answer in zip(waiting, crew.answers(), strict=True):
            if answer is not None:
                take(place, answer)
    for each, answer in taken:
        if answer is None:
            yield each, task.do(each)
            progress.advance()
        else:
            yield each, answer


def _is_bound(each: Input) -> bool:
    """Whether only this process can do a file: standard input, or one about which it notes what runs have shown."""
    observed = OBSERVED.get()
    return each.is_stdin or (observed is not None and observed.concerns(each.name))
