"""The formats that findings are reported in: what each is called, and what it is for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from flake8_forward_call.report.record import Report


@dataclass(frozen=True, slots=True)
class Format:
    """A format of ``--output-format``: its name, which is that of its module in ``report``, and what it is for.

    ``is_for_people``: other lines may stand before and behind it.
    """

    name: str
    purpose: str
    is_for_people: bool = False

    def render(self, report: Report) -> str:
        """The report as a text that ends in no line end; it is empty where there is nothing to tell."""
        module = import_module(f"flake8_forward_call.report.rendering.{self.name}")  # Only what is asked for is loaded.
        return cast("Callable[[Report], str]", module.render)(report)


FORMATS: dict[str, Format] = {
    each.name: each
    for each in (
        Format("text", "`path:row:column: CODE message`, as flake8 prints it", is_for_people=True),
        Format("full", "each finding with its source lines, the call marked, and the remedy", is_for_people=True),
        Format("json", "a list of objects as ruff prints it, for programs"),
        Format("github", "annotations of GitHub Actions"),
        Format("gitlab", "GitLab's Code Quality report"),
        Format("sarif", "SARIF 2.1.0, with the evidence and the fixes, for code scanning"),
        Format("junit", "JUnit XML, for Jenkins and similar servers"),
        Format("rdjson", "reviewdog's JSON, with the safe fixes as suggestions"),
        Format("html", "a single HTML page: excerpts, evidence, fixes and charts"),
    )
}
