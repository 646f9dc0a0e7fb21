"""From the frames of a running program to the calls in its files."""

from __future__ import annotations

import ast
import builtins
import functools
import os
import sys
import sysconfig
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from inspect import CO_OPTIMIZED, CO_VARARGS
from itertools import islice
from pathlib import Path
from types import CodeType, FrameType, FunctionType, MethodType, ModuleType
from typing import Any

# How many frames lie between a decorated function and its decorator, or between a call that passes a function on and
# the call of that function, at most.
FAR = 12

_INSTALLED = ("site-packages", "dist-packages")


@dataclass(frozen=True, slots=True)
class Home:
    """Where a file of code belongs: its name relative to the project, or to what is installed."""

    path: str
    is_project: bool


class Homes:
    """Which files belong to the project with this folder. The others are installed, part of Python, or no files."""

    def __init__(self, root: str) -> None:
        self.root = os.path.realpath(root)
        named = [sysconfig.get_path(name) for name in ("stdlib", "platstdlib")]
        self._python = tuple(dict.fromkeys(path + os.sep for one in named for path in (one, os.path.realpath(one))))
        self._elsewhere = ("<", *self._python)
        self._installed = tuple(f"{os.sep}{name}{os.sep}" for name in _INSTALLED)
        self._folders: dict[str, str] = {}
        self._homes: dict[str, Home | None] = {}

    def of(self, name: str) -> Home | None:
        """The home of a file by the name that code has for it; None for Python's own files, and without a file."""
        if name not in self._homes:
            self._homes[name] = self._of(name)
        return self._homes[name]

    def is_project(self, name: str) -> bool:
        """Whether a file belongs to the project. Nothing is kept about the thousands of files that do not."""
        if name.startswith(self._elsewhere) or any(part in name for part in self._installed):
            return False
        home = self.of(name)
        return home is not None and home.is_project

    def _of(self, name: str) -> Home | None:
        if name.startswith("<"):
            return None
        # Most are installed, or part of Python. Links take time to follow, and a program has thousands of files.
        if (installed := _below_installed(name)) is not None:
            return Home(installed, is_project=False)
        if name.startswith(self._python):
            return None
        try:
            real = self._real(name)
        except (OSError, ValueError):
            return None
        if (installed := _below_installed(real)) is not None:
            return Home(installed, is_project=False)
        if real.startswith(self._python) or not os.path.isfile(real):  # noqa: PTH113 (Path.is_file() may raise.)
            return None
        if real.startswith(self.root + os.sep):
            return Home(real[len(self.root) + 1 :].replace(os.sep, "/"), is_project=True)
        try:
            below = Path(os.path.relpath(real, self.root)).as_posix()
        except ValueError:  # Windows: on another drive.
            return Home(Path(real).as_posix(), is_project=False)
        return Home(below, is_project=not below.startswith("../"))

    def _real(self, name: str) -> str:
        """The path of a file without links. The links of each folder are followed once."""
        folder, base = os.path.split(os.path.abspath(name))  # noqa: PTH100
        if os.path.islink(name):  # noqa: PTH114
            return os.path.realpath(name)
        if folder not in self._folders:
            self._folders[folder] = os.path.realpath(folder)
        return os.path.join(self._folders[folder], base)  # noqa: PTH118


def _below_installed(name: str) -> str | None:
    """The name of a file relative to the folder of installed packages; None if it is in none."""
    if not any(part in name for part in _INSTALLED):
        return None
    parts = name.replace(os.sep, "/").split("/")
    last = max((index for index, part in enumerate(parts) if part in _INSTALLED), default=None)
    return None if last is None else "/".join(parts[last + 1 :])


def first_argument(frame: FrameType) -> Any:
    """The first argument of the function that runs in a frame; None if it has none."""
    code = frame.f_code
    if not code.co_argcount and not code.co_flags & CO_VARARGS:
        return None
    index = 0 if code.co_argcount else code.co_kwonlyargcount
    found = local(frame, code.co_varnames[index])
    return found if code.co_argcount else next(iter(found or ()), None)


def local(frame: FrameType, name: str) -> Any:
    """The value of a local variable; None if it has none yet."""
    names = frame.f_locals
    found = names.get(name)
    if sys.version_info < (3, 13) and frame.f_code.co_flags & CO_OPTIMIZED:
        # In a function this is a copy, which would keep all local variables alive until the function returns.
        names.clear()
    return found


def position(frame: FrameType) -> tuple[int | None, int | None]:
    """Where the call that a frame is in ends, as Python's tree counts; only the row on Python 3.10, and no column."""
    if sys.version_info < (3, 11):
        return frame.f_lineno, None
    _, row, _, column = next(islice(frame.f_code.co_positions(), frame.f_lasti // 2, None), (None,) * 4)
    return row, column


def outer_function(owner: Any) -> FunctionType | None:
    """The function that ``owner.forward`` calls, with all its decorators; None if it is not written in Python."""
    try:
        found = object.__getattribute__(owner, "__dict__").get("forward")
    except AttributeError:
        found = None
    if found is None:
        found = getattr(type(owner), "forward", None)
    if isinstance(found, FunctionType):  # As nearly always.
        return found
    while isinstance(found, (MethodType, functools.partial)):
        found = found.__func__ if isinstance(found, MethodType) else found.func
    return found if isinstance(found, FunctionType) else None


def inner_function(outer: FunctionType) -> FunctionType:
    """The function inside all decorators that say what they decorate, as those do that use ``functools.wraps``."""
    seen = []
    while isinstance(inner := getattr(outer, "__wrapped__", None), FunctionType) and outer not in seen:
        seen.append(outer)
        outer = inner
    return outer


def caller_of(frame: FrameType, owner: Any) -> FrameType | None:
    """The frame that called ``owner.forward``, whose code runs in a frame; None if it is not that function's code.

    That is the case if a subclass runs the ``forward`` of its parent, and if a decorator runs another function.
    """
    outer = outer_function(owner)
    if outer is None:
        return None
    if outer.__code__ is frame.f_code:
        return frame.f_back if _is_closure(frame, outer) else None
    inner = inner_function(outer)
    if inner.__code__ is not frame.f_code:
        return None
    for above in islice(frames_above(frame), FAR):
        if above.f_code is outer.__code__:
            return above.f_back
    return None


def _is_closure(frame: FrameType, function: FunctionType) -> bool:
    """Whether the code in a frame runs for this function, and not for another one that the same decorator made."""
    cells = function.__closure__ or ()
    for name, cell in zip(frame.f_code.co_freevars, cells, strict=False):
        try:
            if name != "__class__" and local(frame, name) is not cell.cell_contents:
                return False
        except ValueError:  # An empty cell.
            continue
    return True


def frames_above(frame: FrameType) -> Iterator[FrameType]:
    """Yield the frames that called this one, the nearest first."""
    above = frame.f_back
    while above is not None:
        yield above
        above = above.f_back


def is_class_there(receiver: ast.expr, frame: FrameType) -> bool:
    """Whether a name, or the attribute of a module or class, is a class where a frame is."""
    return type in type(_value(receiver, frame)).__mro__


def _value(node: ast.expr, frame: FrameType) -> Any:
    """The value of a dotted name, found without running code; None if that is not possible."""
    match node:
        case ast.Name(id=name):
            for names in (frame.f_globals, vars(builtins)):
                if name in frame.f_code.co_varnames or name in frame.f_code.co_freevars + frame.f_code.co_cellvars:
                    return local(frame, name)
                if name in names:
                    return names[name]
        case ast.Attribute(value=value, attr=attribute):
            owner = _value(value, frame)
            if any(one in type(owner).__mro__ for one in (ModuleType, type)):
                return vars(owner).get(attribute)
    return None


def is_override(code: CodeType, owner: Any, names: Collection[str]) -> bool:
    """Whether code is that of the ``__call__`` of an object's class, or of another method among these names."""
    for name in names:
        found = next((vars(one)[name] for one in type(owner).__mro__ if name in vars(one)), None)
        if isinstance(found, FunctionType) and code in (found.__code__, inner_function(found).__code__):
            return True
    return False
