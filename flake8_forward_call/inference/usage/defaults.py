"""Whether the parameters of a function have the default values of its header."""

from __future__ import annotations

from flake8_forward_call.inference.questions import MAX_FILES, Questions
from flake8_forward_call.inference.syntax.file import File
from flake8_forward_call.inference.syntax.references import last_name, references_to
from flake8_forward_call.inference.syntax.scopes import Scope

# The attributes of a function that have its default values, or decide them.
_ATTRIBUTES = ("__defaults__", "__kwdefaults__", "__code__")


class _Changed(dict[File, "frozenset[str]"]):
    """The names of the functions whose default values code of the project sets, for each file that asks."""


def are_kept(asked: Questions, function: Scope) -> bool:
    """Whether no code of the project sets the default values of a function: ``f.__defaults__ = (True,)``."""
    changed, file = asked.notes(_Changed), function.file
    if file not in changed:
        changed[file] = frozenset(
            last_name(stored.owner) or ""
            for word in _ATTRIBUTES
            for other in asked.files_mentioning(word, file, MAX_FILES) or ()
            for stored in references_to(other, word).stored.get(word, ())
        )
    return getattr(function.node, "name", "") not in changed[file]
