"""Notebooks as JupyterLab's language server client sends them: one text document with the code of all cells.

Its URI ends in ``.ipynb``, below the folder ``.virtual_documents`` of the server's root:
https://jupyterlab-lsp.readthedocs.io/en/latest/Configuring.html#virtual-documents-dir
"""

from __future__ import annotations

from pathlib import Path

from flake8_forward_call.sources.source import is_notebook

_FOLDER = ".virtual_documents"
_LANGUAGES = frozenset(("python", "ipython"))
_SUFFIX = ".py"  # Of the program of a notebook, after the notebook's name.


def is_program(path: str, language: str | None) -> bool:
    """Whether a text document is a program, and not the JSON of a notebook."""
    return not is_notebook(path) or (language or "").lower() in _LANGUAGES


def path_of_program(path: str) -> str:
    """The path where the program of a virtual document is: next to its notebook, and not the notebook itself.

    Other paths are unchanged.
    """
    if not is_notebook(path):
        return path
    parts = Path(path).parts
    if _FOLDER in parts:
        at = parts.index(_FOLDER)
        path = str(Path(*parts[:at], *parts[at + 1 :]))
    return path + _SUFFIX


def notebook_of(path: str) -> str:
    """The path of the notebook whose program is at a path; other paths are unchanged."""
    notebook = path.removesuffix(_SUFFIX)
    return notebook if is_notebook(notebook) else path
