"""Whether a file is an earlier output of the tool, which a new one may overwrite."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

# Source files and configuration files are never overwritten by a report.
_SOURCES = frozenset((".py", ".pyi", ".pyw", ".ipynb", ".toml", ".cfg", ".ini"))

# How a report that is not JSON starts.
_BEGINNINGS = re.compile(
    rb"""
    \S[^\n]*?:\d+:\d+:\ FWD\d{3}\b                        # text
    | FWD\d{3}\ [^\n]*\n\ *-->\                            # full
    | \ *\d+[ \t]+FWD\d{3}\b                                 # statistics
    | ::(?:error|warning|notice)\ [^\n]*FWD\d{3}\b            # github
    | <\?xml[^\n]*\n<testsuites\ name="forward-call"          # junit
    | <!doctype\ html>\n<html[^>]*><head><meta\ name="generator"\ content="flake8-forward-call
    """,
    re.VERBOSE | re.IGNORECASE,
)

# How many bytes of a file are searched for such a start.
_HEAD = 4_000

# The objects of each JSON report, and a baseline, have all keys of one of these groups.
_KEYS = (
    {"code", "filename", "location", "noqa_row"},
    {"check_name", "fingerprint", "location"},
    {"version", "findings"},
    {"diagnostics", "source"},
    {"code", "count"},
    {"runs", "version"},
)


def may_be_replaced(path: Path) -> bool:
    """Whether neither the path nor its link target is a source file, because a report never overwrites one."""
    real = os.path.realpath(path)
    return _SOURCES.isdisjoint((path.suffix.lower(), Path(real).suffix.lower()))


def is_former_output(data: bytes) -> bool:
    """Whether the bytes look like an output of the tool: a report in any format, a baseline, or nothing at all."""
    if not data.strip():
        return True
    if _BEGINNINGS.match(data[:_HEAD]) is not None:
        return True
    try:
        held = json.loads(data)
    except (ValueError, RecursionError):
        return False
    if held == []:
        return True
    first = held[0] if isinstance(held, list) else held
    return isinstance(first, dict) and any(keys <= first.keys() for keys in _KEYS)
