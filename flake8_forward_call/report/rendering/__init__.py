"""One module for each output format of ``check`` and ``fix``."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import cast

from flake8_forward_call.report.formats import FORMATS
from flake8_forward_call.report.record import Report


def rendered(output_format: str, report: Report) -> str:
    """The report in a format, without a final line ending; empty if there is nothing to report."""
    module = import_module(f"{__name__}.{FORMATS[output_format].module}")  # Only load the requested one.
    return cast("Callable[[Report], str]", module.render)(report)
