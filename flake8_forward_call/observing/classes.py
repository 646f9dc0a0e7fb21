"""Which classes have a ``forward`` that must be heard: of modules when they are created, of other objects by search."""

from __future__ import annotations

import gc
import sys
from types import FunctionType, ModuleType

from flake8_forward_call.observing.frames import Homes, inner_function
from flake8_forward_call.observing.listening import Listener
from flake8_forward_call.observing.plumbing import class_name
from flake8_forward_call.observing.record import MAX_UNSEEN, shortened


class Classes:
    """The classes that were met. ``unseen`` gets those that cannot be heard, each with the reason."""

    def __init__(self, base: type, listener: Listener, homes: Homes, unseen: dict[str, str]) -> None:
        self._base = base
        self._listener = listener
        self._homes = homes
        self._unseen = unseen
        self._met: dict[type, None] = {}
        self._searched: dict[str, None] = {}
        self._modules = 0  # How many modules there were at the last search. New ones come last.
        self._waiting: dict[str, ModuleType] = {}  # Those that were not complete.

    def meet(self, cls: type) -> None:
        """Hear the ``forward`` of a module class and of its bases."""
        if cls in self._met:
            return
        self._met[cls] = None
        for one in cls.__mro__:
            if one is not self._base and "forward" in vars(one):
                self._attend(one)
        self.search()

    def _attend(self, cls: type) -> None:
        found = vars(cls)["forward"]
        if isinstance(found, FunctionType):
            reason = self._listener.attend(inner_function(found))
        else:
            reason = f"its forward is a {type(found).__name__}, not a Python function"
        if reason is not None and len(self._unseen) < MAX_UNSEEN:
            self._unseen[shortened(class_name(cls))] = reason

    def meet_all(self) -> None:
        """Meet the classes of all modules that exist already, and all those of the program."""
        alive = {type(one): None for one in gc.get_objects()}
        for cls in [one for one in alive if self._base in one.__mro__]:
            self.meet(cls)
        waiting: list[type] = self._base.__subclasses__()
        while waiting:
            cls = waiting.pop()
            waiting += cls.__subclasses__()
            if not cls.__module__.startswith("torch."):
                self.meet(cls)
        self.search()

    def search(self) -> None:
        """Hear the ``forward`` of classes in the project's modules that are no modules of torch.

        What they are is evidence as well: a call that may look like one of a module is none.
        """
        if len(sys.modules) == self._modules and not self._waiting:
            return  # As nearly always. To copy thousands of modules at each test would take as long as some tests do.
        known = list(sys.modules.items())
        new = known[self._modules :] if len(known) >= self._modules else known
        waiting, self._waiting, self._modules = self._waiting, {}, len(known)
        for name, module in [*waiting.items(), *new]:
            # isinstance() asks a value for its __class__. That runs code of the program, for example in a proxy.
            if name in self._searched or ModuleType not in type(module).__mro__:
                continue
            is_ours = self._homes.is_project(str(vars(module).get("__file__") or "<none>"))
            spec = vars(module).get("__spec__")
            if is_ours and (getattr(spec, "_initializing", False) or name == "__main__"):
                self._waiting[name] = module  # Its classes are not all there yet.
            else:
                self._searched[name] = None
            if is_ours:
                for value in list(vars(module).values()):
                    if type in type(value).__mro__ and "forward" in vars(value) and self._base not in value.__mro__:
                        self._search_in(value)

    def _search_in(self, cls: type) -> None:
        found = vars(cls)["forward"]
        if cls not in self._met and isinstance(found, FunctionType):
            self._met[cls] = None
            self._listener.attend(inner_function(found))
