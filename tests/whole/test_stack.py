"""An interrupt at any moment leaves no thread behind that could abort the process."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import pytest

from flake8_forward_call import stack


@pytest.fixture
def begun() -> list[threading.Thread]:
    return []


@pytest.fixture
def endless(begun: list[threading.Thread]) -> Callable[[], None]:
    def work() -> None:
        begun.append(threading.current_thread())
        while True:
            time.sleep(0.001)

    return work


def test_interrupt_between_the_start_and_the_wait_ends_the_thread(
    monkeypatch: pytest.MonkeyPatch, begun: list[threading.Thread], endless: Callable[[], None]
) -> None:
    start = stack._is_started

    def interrupted(thread: threading.Thread, size: int) -> bool:
        start(thread, size)
        while not begun:
            time.sleep(0.001)
        raise KeyboardInterrupt

    monkeypatch.setattr(stack, "_is_started", interrupted)
    with pytest.raises(KeyboardInterrupt):
        stack.with_room(endless)()
    assert [one.is_alive() for one in begun] == [False]


def test_thread_that_begins_after_the_interrupt_does_nothing(
    monkeypatch: pytest.MonkeyPatch, begun: list[threading.Thread], endless: Callable[[], None]
) -> None:
    start = threading.Thread.start
    late: list[threading.Thread] = []

    def interrupted(thread: threading.Thread) -> None:
        late.append(thread)
        raise KeyboardInterrupt

    monkeypatch.setattr(threading.Thread, "start", interrupted)
    with pytest.raises(KeyboardInterrupt):
        stack.with_room(endless)()
    (thread,) = late
    start(thread)
    thread.join(10)
    assert (thread.is_alive(), begun) == (False, [])
