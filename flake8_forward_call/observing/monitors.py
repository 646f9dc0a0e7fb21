"""Listening on Python 3.12 and later, with ``sys.monitoring`` (PEP 669).

The event of a function's start is on for all code. It is switched off for every function with another name than
``forward`` when that function starts for the first time, and from then on costs nothing there.
"""

from __future__ import annotations

import sys
from collections.abc import Collection
from types import CodeType, FunctionType
from typing import Any

from flake8_forward_call.observing.listening import STARTS_LATE, Hear, ListeningError, hindrance

_NAME = "forward-call"

# The numbers that no tool of the standard library claims (https://docs.python.org/3/library/sys.monitoring.html).
_NUMBERS = (4, 3)


class Monitor:
    """Hears functions through the interpreter's own events."""

    def __init__(self, hear: Hear, quiet: Collection[CodeType]) -> None:
        self._monitoring: Any = sys.monitoring  # type: ignore[attr-defined, unused-ignore]
        self._quiet = tuple(quiet)  # Alive, so that no other code gets one of their ids.
        self._attended: dict[CodeType, None] = {}
        self._number = self._free_number()
        events, disable = self._monitoring.events, self._monitoring.DISABLE
        attended, getframe = self._attended, sys._getframe
        ignored = frozenset(map(id, quiet))

        def start(code: CodeType, _offset: int) -> Any:
            if (code.co_name != "forward" or code.co_flags & STARTS_LATE) and code not in attended:
                return disable
            frame = getframe(1)
            caller = frame.f_back
            if caller is not None and id(caller.f_code) not in ignored:
                hear(frame, caller)
            return None

        self._monitoring.register_callback(self._number, events.PY_START, start)
        self._monitoring.set_events(self._number, events.PY_START)

    def _free_number(self) -> int:
        for number in _NUMBERS:
            try:
                self._monitoring.use_tool_id(number, _NAME)
            except ValueError:  # Another tool has it.
                continue
            return number
        raise ListeningError("other tools use all numbers of sys.monitoring that are free")

    def attend(self, function: FunctionType) -> str | None:
        """Hear a function with any name."""
        reason = hindrance(function)
        code = function.__code__
        if reason is None and code.co_name != "forward" and code not in self._attended:
            self._attended[code] = None
            # It may have started before, and have been switched off.
            self._monitoring.restart_events()
        return reason

    def stop(self) -> None:
        """Switch all events off."""
        self._monitoring.set_events(self._number, self._monitoring.events.NO_EVENTS)
        self._monitoring.register_callback(self._number, self._monitoring.events.PY_START, None)
        self._monitoring.free_tool_id(self._number)
