"""The output formats for findings: the name and the purpose of each."""

from __future__ import annotations

from typing import NamedTuple


class Format(NamedTuple):
    """A format of ``--output-format``: its name and its purpose.

    ``is_for_people``: other lines may be printed before and after it.
    """

    name: str
    purpose: str
    is_for_people: bool = False

    @property
    def module(self) -> str:
        """The name of the module that renders it."""
        return self.name.replace("-", "_")


FORMATS: dict[str, Format] = {
    each.name: each
    for each in (
        Format("text", "`path:row:column: CODE message`, as flake8 prints it", is_for_people=True),
        Format("full", "each finding with its source lines, the call marked, and the remedy", is_for_people=True),
        Format("concise", "`text` with `[*]` where `fix` can fix it, as ruff prints it", is_for_people=True),
        Format("grouped", "the findings of each file below its name", is_for_people=True),
        Format("json", "a list of objects as ruff prints it, for programs"),
        Format("json-lines", "the objects of `json`, one per line"),
        Format("github", "annotations of GitHub Actions"),
        Format("azure", "logging commands of Azure Pipelines"),
        Format("gitlab", "GitLab's Code Quality report"),
        Format("sarif", "SARIF 2.1.0, with the evidence and the fixes, for code scanning"),
        Format("junit", "JUnit XML, for Jenkins and similar servers"),
        Format("pylint", "`path:row: [CODE] message`, as pylint prints it, for programs that read that"),
        Format("rdjson", "reviewdog's JSON, with the safe fixes as suggestions"),
        Format("html", "a single HTML page: excerpts, evidence, fixes and charts"),
    )
}
