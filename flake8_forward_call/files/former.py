"""Whether a file is an earlier output of the tool, which a new one may overwrite."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

# Source files and configuration files are never overwritten by a report.
_SOURCES = frozenset((".py", ".pyi", ".pyw", ".ipynb", ".toml", ".cfg", ".ini"))

# How each part of a report that is not JSON starts, with the expression that separates the parts.
_PARTS = tuple(
    (re.compile(separator), re.compile(start))
    for separator, start in (
        (rb"\r?\n", rb"\S[^\r\n]*?:\d+:\d+: FWD\d{3} "),  # text, concise
        (rb"\r?\n(?:\r?\n)+", rb"\S[^\r\n]*:(?:\r?\n  (?:cell \d+:)?\d+:\d+ +FWD\d{3} [^\r\n]*)+\Z"),  # grouped
        (rb"\r?\n", rb"\S[^\r\n]*?:\d+: \[FWD\d{3}\] "),  # pylint
        (rb"\r?\n", rb"##vso\[task\.logissue [^\]\r\n]*;code=FWD\d{3};\]"),  # azure
        (rb"\r?\n(?:\r?\n)+", rb"FWD\d{3} [^\r\n]*\r?\n *--> "),  # full
        (rb"\r?\n", rb" *\d+\tFWD\d{3}\t"),  # statistics
        (rb"\r?\n", rb"::(?:error|warning) title=forward-call \(FWD\d{3}\),"),  # github
    )
)
_JUNIT = re.compile(rb'<\?xml[^\r\n]*\r?\n<testsuites name="forward-call"')
_SUITE = re.compile(rb"<testsuite\s[^>]*")
_OUR_SUITE = b'<testsuite name="forward-call"'
_PAGE = re.compile(
    rb'<!doctype html>\r?\n<html[^>]*><head><meta name="generator" content="flake8-forward-call ', re.IGNORECASE
)

# The header of the table by project.
_TABLE = re.compile(rb"project +findings(?: +FWD\d{3})* +seconds +state\r?\n")

_NAME = "forward-call"
_CODE = re.compile(r"FWD\d{3}")


def may_be_replaced(path: Path) -> bool:
    """Whether neither the path nor its link target is a source file, because a report never overwrites one."""
    real = os.path.realpath(path)
    return _SOURCES.isdisjoint((path.suffix.lower(), Path(real).suffix.lower()))


def is_former_output(data: bytes) -> bool:
    """Whether the bytes are an output of this tool: a report in any format, a baseline, or nothing at all.

    Other tools have the same formats. So all of a file must be from this tool, because of its name or of its codes.
    """
    text = data.strip(b"\r\n")
    if not text.strip():
        return True
    if any(all(map(start.match, separator.split(text))) for separator, start in _PARTS):
        return True
    if _PAGE.match(text) is not None or _TABLE.match(text) is not None:
        return True
    if _JUNIT.match(text) is not None:
        return all(suite.startswith(_OUR_SUITE) for suite in _SUITE.findall(text))
    try:
        held = json.loads(data)
    except (ValueError, RecursionError):
        return _is_json_lines(text)
    if isinstance(held, list):
        return all(map(_is_listed, held))
    if _is_listed(held):
        return True
    return _is_sarif(held) or _is_rdjson(held) or _is_baseline(held)


def _is_json_lines(text: bytes) -> bool:
    try:
        return all(_is_listed(json.loads(line)) for line in text.splitlines())
    except (ValueError, RecursionError):
        return False


def _is_listed(each: object) -> bool:
    """Whether an object of a list is from the formats json and gitlab, or from the statistics."""
    match each:
        case {"code": code, "filename": _, "location": _, "noqa_row": _}:
            return _is_code(code)
        case {"check_name": code, "fingerprint": _, "location": _}:
            return _is_code(code)
        case {"code": code, "count": _, "fixable": _}:
            return _is_code(code)
        case {"project": _, "state": _, "seconds": _, "findings": dict(findings)}:
            return all(map(_is_code, findings))
    return False


def _is_sarif(held: object) -> bool:
    match held:
        case {"version": _, "runs": [_, *_] as runs}:
            return all(map(_is_run, runs))
    return False


def _is_run(run: object) -> bool:
    match run:
        case {"tool": {"driver": {"name": name}}}:
            return bool(name == _NAME)
    return False


def _is_rdjson(held: object) -> bool:
    match held:
        case {"source": {"name": name}, "diagnostics": list(diagnostics)}:
            return name == _NAME and all(map(_is_diagnostic, diagnostics))
    return False


def _is_diagnostic(each: object) -> bool:
    match each:
        case {"source": _}:
            return False  # It names another tool.
        case {"code": {"value": code}}:
            return _is_code(code)
    return False


def _is_baseline(held: object) -> bool:
    match held:
        case {"version": _, "findings": list(findings), **more}:
            return not more and all(map(_is_entry, findings))
    return False


def _is_entry(each: object) -> bool:
    match each:
        case {"path": _, "scope": _, "code": code, "call": _, "count": _}:
            return _is_code(code)
    return False


def _is_code(code: object) -> bool:
    return isinstance(code, str) and _CODE.fullmatch(code) is not None
