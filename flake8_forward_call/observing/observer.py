"""From functions that start to a record: which of them are direct calls of a module's ``forward``."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Collection
from types import CodeType, FrameType, FunctionType
from typing import TYPE_CHECKING, Any

from flake8_forward_call.observing import frames
from flake8_forward_call.observing.classes import Classes
from flake8_forward_call.observing.files import Files
from flake8_forward_call.observing.listening import Hear, Listener
from flake8_forward_call.observing.plumbing import WAY, Plumbing, class_name
from flake8_forward_call.observing.record import (
    CALLED,
    INDIRECT,
    MAX_HOOKS,
    MAX_RECEIVERS,
    Receiver,
    Record,
    Sight,
    Spot,
    shortened,
)

if TYPE_CHECKING:
    from flake8_forward_call.observing.calls import Use

# What a call is that bypasses nothing: `super().forward(...)`, `Base.forward(self, ...)`.
_NOTHING = Spot("", "", 0, 0, "", "", "")


def listen(hear: Hear, quiet: Collection[CodeType], is_compiling: Callable[[], bool]) -> Listener:
    """Begin to listen. ``is_compiling`` says whether a compiler is reading the function and not running it.

    Raises ListeningError.
    """
    if sys.version_info >= (3, 12):
        from flake8_forward_call.observing.monitors import Monitor

        return Monitor(hear, quiet)
    from flake8_forward_call.observing.prologues import Prologues

    return Prologues(hear, quiet, is_compiling)


class Observer:
    """Watches the modules of this process, and keeps a record. ``changed`` is called after each direct call."""

    def __init__(self, files: Files, record: Record, changed: Callable[[bool], None], *, is_early: bool) -> None:
        """Begin to watch. torch is imported already; just now if it ``is_early``. Raises ListeningError."""
        self.test: str | None = None  # The test that runs now.
        self._record = record
        self._files = files
        self._changed = changed
        self._lock = threading.RLock()
        self._calls: dict[tuple[int, int], Spot | None] = {}
        self._passes: dict[tuple[int, int], Spot | None] = {}
        self._known: dict[tuple[int, type], tuple[Sight, Receiver | None]] = {}
        self._alive: dict[int, CodeType] = {}
        self._plumbing = plumbing = Plumbing()
        self._is_compiling = plumbing.is_compiling
        self._quiet = frozenset(map(id, plumbing.codes))
        self._creations: tuple[int, ...] = ()
        record.runs.append((".".join(map(str, sys.version_info[:3])), plumbing.version))
        self._listener: Listener = listen(self._hear, plumbing.codes, plumbing.is_compiling)
        self.classes = Classes(plumbing.base, self._listener, files.homes, record.unseen)
        creating = [vars(plumbing.base).get(name) for name in ("__init__", "__setstate__")]
        functions = [one for one in creating if isinstance(one, FunctionType)]
        for one in functions:
            self._listener.attend(one)
        self._creations = tuple(id(one.__code__) for one in functions)
        if not is_early:
            self.classes.meet_all()

    def stop(self) -> None:
        """Watch no longer."""
        self._listener.stop()

    def begin_again(self) -> None:
        """Count from zero, in a process that was just forked. Its record is empty, and nobody holds its lock."""
        self._lock = threading.RLock()
        self._known.clear()

    def _hear(self, frame: FrameType, _caller: FrameType) -> None:
        """Note a function that starts. Never raises, because that would be an error of the program."""
        try:
            if id(frame.f_code) in self._creations:
                self.classes.meet(type(frames.first_argument(frame)))
            elif not self._is_compiling():
                self._started(frame)
        except Exception as error:
            with self._lock:
                self._record.lost += 1
                self._record.notes[shortened(f"internal error: {type(error).__name__}: {error}")] = None

    def _started(self, frame: FrameType) -> None:
        owner = frames.first_argument(frame)
        caller = None if owner is None else frames.caller_of(frame, owner)
        if caller is None:
            return
        plumbing, kind = self._plumbing, type(owner)
        is_module = plumbing.base in kind.__mro__
        if is_module and (id(caller.f_code) in self._quiet or frames.is_override(caller.f_code, owner, WAY)):
            return
        spot = self._spot(caller)
        if spot is None:
            if is_module and not frame.f_code.co_filename.startswith("<"):  # Compilers write code of their own.
                with self._lock:
                    self._record.untraced += 1
            return
        if spot is _NOTHING or not (is_module or spot.form == CALLED):
            return
        with self._lock:
            # A spot is slow to hash, so it is only done when a class is new there.
            key = id(spot), kind
            known = self._known.get(key)
            is_new = known is None and spot not in self._record.spots
            if known is None:
                known = self._known[key] = self._met(spot, owner, is_module)
            sight, receiver = known
            if receiver is None:
                self._record.lost += 1
                return
            receiver.calls += 1
            if is_module and plumbing.skips_anything(owner):
                is_new |= self._note_skipped(sight, owner, caller)
            if self.test is not None:
                sight.note_test(self.test)
        self._changed(is_new)

    def _met(self, spot: Spot, owner: Any, is_module: bool) -> tuple[Sight, Receiver | None]:
        """What was seen at the spot, and the record of this receiver's class; None if there are too many."""
        sight = self._record.sight(spot)
        if sight is None:
            return Sight(), None
        name = shortened(class_name(self._plumbing.class_of(owner) if is_module else type(owner)))
        if name not in sight.receivers and len(sight.receivers) >= MAX_RECEIVERS:
            sight.has_more = True
            return sight, None
        is_plain = is_module and self._plumbing.is_plain(type(owner))
        receiver = sight.receivers.setdefault(name, Receiver(is_module, is_plain))
        # Two classes may have the same name.
        receiver.is_module &= is_module
        receiver.is_plain &= is_plain
        return sight, receiver

    def _note_skipped(self, sight: Sight, owner: Any, caller: FrameType) -> bool:
        """Count the hooks that the call skips; whether one of them is new at this spot."""
        if self._is_inside(owner, caller):
            return False
        is_new = False
        for hook in dict.fromkeys((kind, shortened(name)) for kind, name in self._plumbing.skipped(owner)):
            if hook in sight.skipped:
                sight.skipped[hook] += 1
            elif len(sight.skipped) < MAX_HOOKS:
                sight.skipped[hook] = 1
                is_new = True
        return is_new

    def _is_inside(self, owner: Any, caller: FrameType) -> bool:
        """Whether the call is part of one of the same module that went through its hooks."""
        around = (caller, *frames.frames_above(caller))
        return any(id(one.f_code) in self._quiet and frames.first_argument(one) is owner for one in around)

    def _spot(self, caller: FrameType) -> Spot | None:
        """The spot of the call that a frame is in; None if there is no file to show it."""
        found = self._kept(self._calls, caller, self._called)
        if found is not None and found.form != INDIRECT:
            return found
        # Something called it that got it from elsewhere. Who has passed it on?
        passed = self._kept(self._passes, caller, self._passed)
        for distance, above in enumerate(frames.frames_above(caller)):
            if passed is not None or distance >= frames.FAR or id(above.f_code) in self._quiet:
                break
            passed = self._kept(self._passes, above, self._passed)
        return passed or (None if found is None or found.is_outside else found)

    def _kept(
        self, spots: dict[tuple[int, int], Spot | None], frame: FrameType, find: Callable[[FrameType], Spot | None]
    ) -> Spot | None:
        """What ``find`` says about the call that a frame is in, found once for each call."""
        code = frame.f_code
        key = id(code), frame.f_lasti
        if key not in spots:
            self._alive[id(code)] = code  # So that no other code gets this id.
            spots[key] = find(frame)
        return spots[key]

    def _called(self, frame: FrameType) -> Spot | None:
        """The spot of the call in a frame, as its own code shows it."""
        file = self._files.of(frame)
        if file is None:
            return None
        row, column = frames.position(frame)
        if row is None:
            return None
        if column is None:
            return self._on_row(frame, row)
        call = file.calls.ending_at(row, column)
        use = None if call is None else file.calls.called(call)
        if use is not None:
            return _NOTHING if _is_on_class(use, frame) else file.spot(use)
        return _NOTHING if call is not None and file.calls.is_super(call) else file.at(frame.f_lineno)

    def _on_row(self, frame: FrameType, row: int) -> Spot | None:
        """The same on Python 3.10, whose bytecode has rows and no columns."""
        file = self._files.of(frame)
        assert file is not None
        uses, has_super = file.calls.on_row(row)
        called = [one for one in uses if not (one.is_passed or one.is_on_class)]
        if len(called) == 1 and not has_super:
            return _NOTHING if _is_on_class(called[0], frame) else file.spot(called[0])
        if not called:
            return _NOTHING if has_super else file.at(row)
        return file.at(row)  # Several calls, and nothing to tell them apart.

    def _passed(self, frame: FrameType) -> Spot | None:
        """The spot at which a frame passes a module's ``forward`` on to the function that it calls."""
        file = self._files.of(frame)
        if file is None or not file.home.is_project:
            return None
        row, column = frames.position(frame)
        use: Use | None = None
        if column is None:
            several = [] if row is None else [one for one in file.calls.on_row(row)[0] if one.is_passed]
            use = several[0] if len(several) == 1 else None
        else:
            call = file.calls.ending_at(row, column)
            use = None if call is None else file.calls.passed(call)
        return None if use is None else file.spot(use)


def _is_on_class(use: Use, frame: FrameType) -> bool:
    """Whether the receiver of a use is a class, which is passed the module itself."""
    return use.is_on_class or frames.is_class_there(use.receiver, frame)
