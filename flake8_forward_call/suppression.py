"""What ``# noqa`` silences: flake8's own code decides, so that both doors always agree."""

from __future__ import annotations

import argparse
import io
from collections.abc import Sequence
from typing import TYPE_CHECKING

from flake8_forward_call.finding import Finding

if TYPE_CHECKING:
    from flake8.processor import FileProcessor  # type: ignore[import-untyped, unused-ignore]

# What flake8's FileProcessor asks of its options. None of it but `disable_noqa` bears on comments.
_OPTIONS = argparse.Namespace(
    disable_noqa=False, hang_closing=False, indent_size=4, max_line_length=79, max_doc_length=None, verbose=0
)


def unsuppressed(path: str, text: str, findings: Sequence[Finding]) -> list[Finding]:
    """The findings in this text that no ``# noqa`` comment silences."""
    if not findings or "noqa" not in text.lower():
        return list(findings)
    # Late, because most runs find nothing and need no flake8.
    from flake8.processor import FileProcessor  # type: ignore[import-untyped, unused-ignore]
    from flake8.violation import Violation  # type: ignore[import-untyped, unused-ignore]

    lines = io.StringIO(text, newline=None).readlines()  # flake8 sees every line end as "\n".
    processor = FileProcessor(path, _OPTIONS, lines)
    if processor.should_ignore_file():
        return []
    return [
        finding
        for finding in findings
        if not Violation(
            finding.code,
            path,
            finding.noqa_row,
            finding.start.column,
            finding.message,
            # Where the tokens cannot be had flake8 looks at the bare line.
            _noqa_line(processor, finding.noqa_row) or _line(lines, finding.noqa_row),
        ).is_inline_ignored(disable_noqa=False)
    ]


def _noqa_line(processor: FileProcessor, row: int) -> str | None:
    try:
        line: str | None = processor.noqa_line_for(row)
    except SystemError:  # CPython 3.12's tokenizer, at some f-strings.
        return None
    return line


def _line(lines: Sequence[str], row: int) -> str:
    return lines[row - 1] if 0 < row <= len(lines) else ""
