"""Listening on Python 3.10 and 3.11: a few instructions at the start of a function call a function of this module.

The function object stays the same, and so do its signature, its names and the lines of its code. The instructions are
put there by the package ``bytecode``. ``HOOK`` is a built-in name as long as someone
listens::

    try:
        HOOK()
    except:  # The name is gone, because the code was sent to another process, or nobody listens any longer.
        pass

torch.compile reads the instructions as well. It knows the answer of ``torch.compiler.is_compiling()``, so the call adds
nothing to its graph.
"""

from __future__ import annotations

import builtins
import dis
import sys
from collections.abc import Callable, Collection
from types import CodeType, FunctionType
from typing import Any

from flake8_forward_call.observing.listening import Hear, ListeningError, hindrance

HOOK = "__forward_call_started__"

_IS_OLD = sys.version_info < (3, 11)

# How many instructions are added at the start and at the end.
_ADDED = (5, 5) if _IS_OLD else (4, 4)


class Prologues:
    """Hears functions whose code it has extended."""

    def __init__(self, hear: Hear, quiet: Collection[CodeType], is_compiling: Callable[[], bool]) -> None:
        if hasattr(builtins, HOOK):
            raise ListeningError("this process is listened to already")
        try:
            import bytecode  # noqa: F401
        except ImportError:
            raise ListeningError(
                "on Python 3.10 and 3.11 this needs the package bytecode; "
                "install it with: python -m pip install 'flake8-forward-call[observe]'"
            ) from None
        self._codes: dict[FunctionType, tuple[CodeType, CodeType]] = {}
        # Alive, so that no other code gets one of their ids. Code objects are slow to compare.
        self._quiet = tuple(quiet)
        getframe, ignored = sys._getframe, frozenset(map(id, quiet))

        def started() -> None:
            if is_compiling():
                return
            frame = getframe(1)
            caller = frame.f_back
            if caller is not None and id(caller.f_code) not in ignored:
                hear(frame, caller)

        setattr(builtins, HOOK, started)

    def attend(self, function: FunctionType) -> str | None:
        """Hear this function from now on."""
        if function in self._codes:
            return None
        reason = hindrance(function)
        if reason is None and function.__globals__.get("__builtins__") not in (builtins, vars(builtins)):
            reason = "it has built-in names of its own"
        if reason is not None:
            return reason
        old = function.__code__
        new = extended(old)
        if new is None:
            return "its code cannot be extended"
        function.__code__ = new
        self._codes[function] = old, new
        return None

    def stop(self) -> None:
        """Give each function its own code back, unless someone else has replaced it."""
        for function, (old, new) in self._codes.items():
            if function.__code__ is new:
                function.__code__ = old
        self._codes.clear()
        if hasattr(builtins, HOOK):
            delattr(builtins, HOOK)


def extended(code: CodeType) -> CodeType | None:
    """The code with the prologue; None if the package cannot take this code apart and put it together again."""
    import bytecode

    try:
        parts: Any = bytecode.Bytecode.from_code(code)
        first = _first(parts)
        (_extend_old if _IS_OLD else _extend)(parts, first)
        made: CodeType = parts.to_code()
        # All but the prologue must be as it was.
        new, start = _read(made), _first_of(made)
        if new[:start] + new[start + _ADDED[0] : len(new) - _ADDED[1]] != _read(code):
            return None
    except Exception:  # Whatever it stumbles over: the function stays as it is.
        return None
    return made


def _read(code: CodeType) -> list[tuple[str, object]]:
    """What the code does, without the places where its parts are kept, which may differ."""
    return [
        (one.opname, None if one.opcode in dis.hasjabs or one.opcode in dis.hasjrel else one.argval)
        for one in dis.get_instructions(code)
        if one.opname != "EXTENDED_ARG"
    ]


def _first_of(code: CodeType) -> int:
    """The same index among the instructions of code."""
    return 0 if _IS_OLD else [one.opname for one in dis.get_instructions(code)].index("RESUME") + 1


def _first(parts: Any) -> int:
    """The index behind the instructions with which a frame begins."""
    names = [getattr(one, "name", "") for one in parts]
    return 0 if _IS_OLD else names.index("RESUME") + 1


def _extend(parts: Any, first: int) -> None:
    """Insert the prologue of Python 3.11. A table handles exceptions, so the prologue costs only the call."""
    from bytecode import Instr, Label, TryBegin, TryEnd

    where = parts[first - 1].location
    body, handler = Label(), Label()
    begin = TryBegin(handler, push_lasti=False)
    parts[first:first] = [
        begin,
        Instr("LOAD_GLOBAL", (True, HOOK), location=where),
        Instr("PRECALL", 0, location=where),
        Instr("CALL", 0, location=where),
        Instr("POP_TOP", location=where),
        TryEnd(begin),
        body,
    ]
    parts += [
        handler,
        Instr("PUSH_EXC_INFO", location=where),
        Instr("POP_TOP", location=where),
        Instr("POP_EXCEPT", location=where),
        Instr("JUMP_BACKWARD", body, location=where),
    ]


def _extend_old(parts: Any, first: int) -> None:
    """Insert the prologue of Python 3.10."""
    from bytecode import Instr, Label

    row = parts.first_lineno
    body, handler = Label(), Label()
    parts[first:first] = [
        Instr("SETUP_FINALLY", handler, lineno=row),
        Instr("LOAD_GLOBAL", HOOK, lineno=row),
        Instr("CALL_FUNCTION", 0, lineno=row),
        Instr("POP_TOP", lineno=row),
        Instr("POP_BLOCK", lineno=row),
        body,
    ]
    parts += [
        handler,
        Instr("POP_TOP", lineno=row),
        Instr("POP_TOP", lineno=row),
        Instr("POP_TOP", lineno=row),
        Instr("POP_EXCEPT", lineno=row),
        Instr("JUMP_ABSOLUTE", body, lineno=row),
    ]
