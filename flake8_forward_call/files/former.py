"""Whether a file is a former output of the tool, which a new one may take the place of."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

# What is a program, or says how one is made, is never replaced by a report.
_SOURCES = frozenset((".py", ".pyi", ".pyw", ".ipynb", ".toml", ".cfg", ".ini"))

# How the first line of a report begins that is no JSON.
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

# How far into a file a report says that it is one.
_HEAD = 4_000

# Keys of which the objects of each JSON report, or of a baseline, have all of one group.
_KEYS = (
    {"code", "filename", "location", "noqa_row"},
    {"check_name", "fingerprint", "location"},
    {"version", "findings"},
    {"diagnostics", "source"},
    {"code", "count"},
    {"runs", "version"},
)


def may_be_replaced(path: Path) -> bool:
    """Whether neither the name nor what it links to is a source. No report takes the place of a program."""
    real = os.path.realpath(path)
    return _SOURCES.isdisjoint((path.suffix.lower(), Path(real).suffix.lower()))


def is_former_output(data: bytes) -> bool:
    """Whether bytes look like what the tool writes: a report in any format, a baseline, or nothing at all."""
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
