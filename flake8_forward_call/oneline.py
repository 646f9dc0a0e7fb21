"""The text of a receiver on one line, as messages show it."""

from __future__ import annotations

import re

import libcst as cst

# Stands for a line break while a receiver is brought onto one line.
_FOLD = "\f"
_FOLD_TO_DROP = re.compile(rf"(?<=[(\[{{]){_FOLD}|{_FOLD}(?=[)\]}}.])")
_NOT_PLAIN = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\\#]|  ")
_UNPRINTABLE = re.compile(r" *[\x00-\x1f\x7f-\x9f\u2028\u2029]+ *")


def is_plain(code: str) -> bool:
    """Whether a text is on one line already, without comments and runs of blanks."""
    return _NOT_PLAIN.search(code) is None


def on_one_line(module: cst.Module, receiver: cst.BaseExpression, code: str) -> str:
    """The receiver's text without comments, line breaks and runs of blanks."""
    if is_plain(code):
        return code
    folded = receiver.visit(_Folder())
    assert isinstance(folded, cst.CSTNode)
    return _UNPRINTABLE.sub(" ", _FOLD_TO_DROP.sub("", module.code_for_node(folded)))


class _Folder(cst.CSTTransformer):
    """Every run of blanks to one, every line break to the mark for it. Strings are let be."""

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
