"""Listening on Python 3.10 and 3.11: a few instructions at the start of a function call a function of this module.

The function object stays the same, and so do its signature, its names and the lines of its code. The instructions are
put there without changing the others. ``HOOK`` is a built-in name as long as someone listens::

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
from collections.abc import Callable, Collection, Iterator
from importlib.util import find_spec
from types import CodeType, FunctionType
from typing import Any

from flake8_forward_call.observing.listening import Hear, ListeningError, hindrance

HOOK = "__forward_call_started__"

_IS_OLD = sys.version_info < (3, 11)


class Prologues:
    """Hears functions whose code it has extended."""

    def __init__(self, hear: Hear, quiet: Collection[CodeType], is_compiling: Callable[[], bool]) -> None:
        if hasattr(builtins, HOOK):
            raise ListeningError("this process is listened to already")
        if _IS_OLD and find_spec("bytecode") is None:
            raise ListeningError(
                "on Python 3.10 this needs the package bytecode; "
                "install it with: python -m pip install 'flake8-forward-call[observe]'"
            )
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
    """The code with the prologue; None if this code cannot be taken apart and put together again."""
    try:
        return _extended_old(code) if _IS_OLD else _extended(code)
    except Exception:  # Whatever it stumbles over: the function stays as it is.
        return None


# Python 3.11: the format of the tables is described in Objects/locations.md and Objects/exception_handling_notes.txt of
# its source.


def _extended(code: CodeType) -> CodeType | None:
    old = code.co_code
    first = old.index(bytes((dis.opmap["RESUME"], 0)))
    if first % 2 or any(op not in _BEFORE for op in old[:first:2]):
        return None
    first = first // 2 + 1  # All positions are in code units, of two bytes each.
    call = [*_instruction("LOAD_GLOBAL", len(code.co_names) << 1 | 1, caches=5)]
    call += [*_instruction("PRECALL", 0, caches=1), *_instruction("CALL", 0, caches=4), *_instruction("POP_TOP", 0)]
    size, end = len(call), len(old) // 2 + len(call)
    handler = [*_instruction("PUSH_EXC_INFO", 0), *_instruction("POP_TOP", 0), *_instruction("POP_EXCEPT", 0)]
    jump: list[tuple[int, int]] = []
    while (again := [*_instruction("JUMP_BACKWARD", end + len(handler) + len(jump) - first - size)]) != jump:
        jump = again  # A longer jump needs more code units.
    table = _entry(first, size, end, 0) + b"".join(
        _entry(start + size, length, target + size, depth) for start, length, target, depth in _entries(code)
    )
    lines = _lines(code.co_linetable, first, size, len(handler) + len(jump))
    if lines is None:
        return None
    return code.replace(
        co_code=old[: 2 * first]
        + b"".join(map(bytes, call))
        + old[2 * first :]
        + b"".join(map(bytes, (*handler, *jump))),
        co_names=(*code.co_names, HOOK),
        co_exceptiontable=table,
        co_linetable=lines,
        co_stacksize=max(code.co_stacksize, 4),
    )


# The instructions that may come before the first one that is traced.
_BEFORE = frozenset(dis.opmap.get(name, -1) for name in ("MAKE_CELL", "COPY_FREE_VARS", "EXTENDED_ARG"))


def _instruction(name: str, argument: int, caches: int = 0) -> Iterator[tuple[int, int]]:
    """Yield the code units of an instruction, with room for what the interpreter stores behind it."""
    for shift in (24, 16, 8):
        if argument >> shift:
            yield dis.opmap["EXTENDED_ARG"], argument >> shift & 0xFF
    yield dis.opmap[name], argument & 0xFF
    yield from ((0, 0) for _ in range(caches))


def _entries(code: CodeType) -> Iterator[tuple[int, int, int, int]]:
    """Yield the entries of the exception table: start, length, target, and depth of the stack with a flag."""
    numbers: list[int] = []
    value = 0
    for byte in code.co_exceptiontable:
        value = value << 6 | byte & 0x3F
        if not byte & 0x40:
            numbers.append(value)
            value = 0
    yield from zip(*(iter(numbers),) * 4, strict=True)


def _entry(*numbers: int) -> bytes:
    """An entry of the exception table. The bit 128 marks its first byte."""
    made = bytearray()
    for number in numbers:
        shift = max(0, (number.bit_length() - 1) // 6 * 6)
        made += bytes(number >> one & 0x3F | (0x40 if one else 0) for one in range(shift, -1, -6))
    made[0] |= 0x80
    return bytes(made)


def _lines(table: bytes, first: int, size: int, end: int) -> bytes | None:
    """The table of lines with so many units without a line after the first ones, and at the end.

    None if one entry is about the last of the first units and the one after it.
    """
    position = units = 0
    while position < len(table) and units < first:
        units += (table[position] & 7) + 1
        position += 1
        while position < len(table) and not table[position] & 0x80:
            position += 1
    if units != first:
        return None
    return table[:position] + _without_line(size) + table[position:] + _without_line(end)


def _without_line(count: int) -> bytes:
    """Entries of the table of lines for code units that belong to no line."""
    whole, rest = divmod(count, 8)
    return bytes((0xF8 | 7,)) * whole + (bytes((0xF8 | rest - 1,)) if rest else b"")


# Python 3.10: the package bytecode knows how.


def _extended_old(code: CodeType) -> CodeType | None:
    from bytecode import Bytecode, Instr, Label

    parts: Any = Bytecode.from_code(code)
    row = parts.first_lineno
    body, handler = Label(), Label()
    start = [
        Instr("SETUP_FINALLY", handler, lineno=row),
        Instr("LOAD_GLOBAL", HOOK, lineno=row),
        Instr("CALL_FUNCTION", 0, lineno=row),
        Instr("POP_TOP", lineno=row),
        Instr("POP_BLOCK", lineno=row),
    ]
    end = [
        Instr("POP_TOP", lineno=row),
        Instr("POP_TOP", lineno=row),
        Instr("POP_TOP", lineno=row),
        Instr("POP_EXCEPT", lineno=row),
        Instr("JUMP_ABSOLUTE", body, lineno=row),
    ]
    parts[:0] = [*start, body]
    parts += [handler, *end]
    made: CodeType = parts.to_code()
    # All but the prologue must be as it was.
    return made if _read(made)[len(start) : -len(end)] == _read(code) else None


def _read(code: CodeType) -> list[tuple[str, object]]:
    """What the code does, without the places where its parts are kept, which may differ."""
    return [
        (one.opname, None if one.opcode in dis.hasjabs or one.opcode in dis.hasjrel else one.argval)
        for one in dis.get_instructions(code)
        if one.opname != "EXTENDED_ARG"
    ]
