"""An interrupt at any moment leaves no thread behind that could abort the process."""

from __future__ import annotations

import threading
import time

import pytest

from flake8_forward_call import stack


def test_interrupt_between_the_start_and_the_wait_ends_the_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    start = stack._is_started

    def interrupted(thread: threading.Thread, size: int) -> bool:
        start(thread, size)
        raise KeyboardInterrupt

    monkeypatch.setattr(stack, "_is_started", interrupted)
    seen: list[threading.Thread] = []

    def work() -> None:
        seen.append(threading.current_thread())
        while True:
            time.sleep(0.001)

    with pytest.raises(KeyboardInterrupt):
        stack.with_room(work)()
    assert [one.is_alive() for one in seen] == [False] * len(seen)
    assert not [one for one in threading.enumerate() if one.name == "deep"]
