"""What PyTorch itself runs between the call of a module and its ``forward``, and what that call would add to it."""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable, Iterator
from types import BuiltinFunctionType, CodeType, FunctionType, MethodType, ModuleType
from typing import Any

from flake8_forward_call.inference.verdicts.seen import COMPILED

# The methods that lead from `module(...)` to `forward`. Older releases of PyTorch lack the second one.
WAY = ("__call__", "_wrapped_call_impl", "_call_impl", "_slow_forward")

# The tables of hooks: of one module by attribute, of all modules by global name, and what is in them.
_TABLES = (
    ("_forward_pre_hooks", "_global_forward_pre_hooks", "forward pre-hook"),
    ("_forward_hooks", "_global_forward_hooks", "forward hook"),
    ("_backward_pre_hooks", "_global_backward_pre_hooks", "backward pre-hook"),
    ("_backward_hooks", "_global_backward_hooks", "backward hook"),
)
_ATTRIBUTES = tuple(attribute for attribute, _, _ in _TABLES)


class Plumbing:
    """The class ``torch.nn.Module`` of this process, as it is when the program has imported torch."""

    def __init__(self) -> None:
        self._defining: ModuleType = sys.modules["torch.nn.modules.module"]
        self.base: type = self._defining.Module
        way = [vars(self.base).get(name) for name in WAY]
        self.codes = frozenset(code for one in way if isinstance(one, FunctionType) for code in nested(one.__code__))
        self._tables = [getattr(self._defining, name, {}) for _, name, _ in _TABLES]

    @property
    def is_compiling(self) -> Callable[[], bool]:
        """What says whether torch.compile or torch.export is reading code and not running it."""
        compiler = getattr(sys.modules["torch"], "compiler", None)
        found: Callable[[], bool] = getattr(compiler, "is_compiling", _never)
        return found

    @property
    def version(self) -> str:
        """The version of torch."""
        return str(getattr(sys.modules["torch"], "__version__", "unknown"))

    def is_plain(self, cls: type) -> bool:
        """Whether calling an instance of a module class is ``Module.__call__``, which no class overrides."""
        return all(_found(cls, name) is vars(self.base).get(name) for name in WAY)

    def class_of(self, module: object) -> type:
        """The class of a module, or its base if torch made the class while the program ran and no source has it.

        So it does for FSDP2 and for parametrizations. It keeps the ``forward`` of the base.
        """
        own = type(module)
        for one in own.__mro__:
            is_made = one.__module__.startswith("torch.") and not hasattr(
                sys.modules.get(one.__module__), one.__qualname__.partition(".")[0]
            )
            if self.base in one.__mro__ and not is_made:
                return one
        return own

    def skips_anything(self, module: Any) -> bool:
        """Whether a direct call of the module's ``forward`` skips something now."""
        own = vars(module)
        for attribute in _ATTRIBUTES:
            if own.get(attribute):
                return True
        return any(self._tables) or own.get("_compiled_call_impl") is not None

    def skipped(self, module: Any) -> Iterator[tuple[str, str]]:
        """Yield what a direct call of the module's ``forward`` skips now: the kind of each hook, and its name."""
        own = vars(module)
        for attribute, name, kind in _TABLES:
            for hook in list((own.get(attribute) or {}).values()):
                yield kind, name_of(hook)
            for hook in list((getattr(self._defining, name, None) or {}).values()):
                yield f"global {kind}", name_of(hook)
        if own.get("_compiled_call_impl") is not None:
            yield COMPILED, "torch.nn.Module.compile"


def _never() -> bool:
    return False


def _found(cls: type, name: str) -> object:
    return next((vars(one)[name] for one in cls.__mro__ if name in vars(one)), None)


def nested(code: CodeType) -> Iterator[CodeType]:
    """Yield a function's code and that of all functions in it."""
    yield code
    for one in code.co_consts:
        if isinstance(one, CodeType):
            yield from nested(one)


def name_of(hook: object) -> str:
    """The dotted name of a function, or of the class of another object that can be called."""
    while isinstance(hook, functools.partial):
        hook = hook.func
    # No attribute of another object is read, because that could run code of the program.
    named: Any = hook if isinstance(hook, (FunctionType, MethodType, BuiltinFunctionType, type)) else type(hook)
    return f"{named.__module__}.{named.__qualname__}" if isinstance(named.__module__, str) else str(named.__qualname__)


def class_name(cls: type) -> str:
    """The dotted name of a class."""
    return f"{cls.__module__}.{cls.__qualname__}"
