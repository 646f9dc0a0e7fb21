"""Which names ``from module import *`` imports."""

from __future__ import annotations

import ast

from flake8_forward_call.inference.syntax.bindings import Assigned
from flake8_forward_call.inference.syntax.file import File
from flake8_forward_call.inference.syntax.flow import flow_of
from flake8_forward_call.inference.syntax.scopes import root_of


def exports(file: File, name: str) -> bool:
    """Whether ``from ... import *`` imports the name, if the file has it."""
    if _NAMES not in file.readings:
        file.readings[_NAMES] = _listed(file)
    listed = file.readings[_NAMES]
    return not name.startswith("_") if listed is None else name in listed


# Under this, a file keeps the names in its `__all__`.
_NAMES = "__all__"


def _listed(file: File) -> frozenset[str] | None:
    """The names in ``__all__``; None if there is no such list, or if it is more than one literal."""
    root = root_of(file)
    bound = list(flow_of(root).bound.get("__all__", ()))
    match bound:
        case [Assigned(value=ast.List(elts=elements) | ast.Tuple(elts=elements), path=())]:
            names = [one.value for one in elements if isinstance(one, ast.Constant)]
            grown = any("__all__" in ast.unparse(call.func) for call in root.calls)  # __all__.extend(...)
            return None if grown or len(names) < len(elements) else frozenset(map(str, names))
        case _:
            return None
