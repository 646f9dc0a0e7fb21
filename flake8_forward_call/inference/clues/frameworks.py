"""Which framework a file is written for. Evidence counts only in files for PyTorch and no other framework."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from flake8_forward_call.inference.catalogue import MODULE_CLASS
from flake8_forward_call.inference.catalogue.look_alikes import FRAMEWORKS
from flake8_forward_call.inference.questions import Questions
from flake8_forward_call.inference.syntax.file import File

_TORCH = MODULE_CLASS.partition(".")[0]

# They run exported models or read images. Code for PyTorch imports them, and they have no layers.
_RUNTIMES = frozenset({"cv2", "onnx", "onnxruntime", "openvino"})

_OTHERS = tuple(sorted(FRAMEWORKS - _RUNTIMES))


def imports_torch(asked: Questions, file: File) -> bool:
    """Whether a file imports torch and no other framework. A ``torch`` of the project itself does not count."""
    return _TORCH in _imported_by(file) and is_for_torch(asked, file)


def is_for_torch(asked: Questions, file: File) -> bool:
    """Whether a file is certainly not for another framework: it imports none.

    If it does not import torch either, no file of the project may import another framework.
    """
    if not _imported_by(file).isdisjoint(_OTHERS) or asked.project.hides(MODULE_CLASS):
        return False
    return _TORCH in _imported_by(file) or not any(_is_imported(asked, name) for name in _OTHERS)


def _is_imported(asked: Questions, name: str) -> bool:
    """Whether a file of the project imports a framework, according to the text of its files."""
    return any(asked.project.mentioning(name, f"{word} {name}", 0) is None for word in ("import", "from"))


def _imported_by(file: File) -> frozenset[str]:
    """The top-level names of everything that the file imports."""
    found: frozenset[str] | None = file.readings.get(tops_imported)
    if found is None:
        found = file.readings[tops_imported] = tops_imported(file.tree)
    return found


def tops_imported(tree: ast.Module) -> frozenset[str]:
    """The top-level names of everything that a file imports, anywhere in it."""
    return frozenset(_tops(tree))


def _tops(tree: ast.Module) -> Iterator[str]:
    todo: list[ast.AST] = [tree]
    while todo:
        node = todo.pop()
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            if node.module and not node.level:
                yield node.module.partition(".")[0]
        else:  # Only statements contain statements, so expressions are not visited.
            for field in ("body", "orelse", "finalbody", "handlers", "cases"):
                inner = getattr(node, field, ())
                todo.extend(inner if isinstance(inner, list) else ())
