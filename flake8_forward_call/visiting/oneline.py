"""The text of a receiver on one line, as messages show it."""

from __future__ import annotations

import re

import libcst as cst

from flake8_forward_call.terminal.printing import one_line

# Marks a line break while a receiver is brought onto one line.
_FOLD = "\f"
_FOLD_TO_DROP = re.compile(rf"(?<=[(\[{{]){_FOLD}|{_FOLD}(?=[)\]}}.])")
_BREAKS = r"\t-\r\x1c-\x1f\x85\u2028\u2029"
_NOT_PLAIN = re.compile(rf"[{_BREAKS}\\#]|  ")
_BREAK = re.compile(rf" *[{_BREAKS}]+ *")


def is_plain(code: str) -> bool:
    """Whether a text is already on one line, without comments and runs of whitespace."""
    return _NOT_PLAIN.search(code) is None


def on_one_line(module: cst.Module, receiver: cst.BaseExpression, code: str) -> str:
    """The receiver's printable text without comments, line breaks and runs of whitespace."""
    if is_plain(code):
        return one_line(code)
    folded = receiver.visit(_Folder())
    assert isinstance(folded, cst.CSTNode)
    return one_line(_BREAK.sub(" ", _FOLD_TO_DROP.sub("", module.code_for_node(folded))))


class _Folder(cst.CSTTransformer):
    """Replaces each run of whitespace by one space, and each line break by its mark. Strings are not changed."""

    def leave_SimpleWhitespace(  # noqa: N802
        self, original_node: cst.SimpleWhitespace, updated_node: cst.SimpleWhitespace
    ) -> cst.SimpleWhitespace:
        if not updated_node.value:
            return updated_node
        return cst.SimpleWhitespace(_FOLD if "\\" in updated_node.value else " ")

    def leave_ParenthesizedWhitespace(  # noqa: N802
        self, original_node: cst.ParenthesizedWhitespace, updated_node: cst.ParenthesizedWhitespace
    ) -> cst.SimpleWhitespace:
        return cst.SimpleWhitespace(_FOLD)
