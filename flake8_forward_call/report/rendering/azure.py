"""Logging commands of Azure Pipelines, which shows them in the summary of a run.

https://learn.microsoft.com/azure/devops/pipelines/scripts/logging-commands
"""

from __future__ import annotations

from flake8_forward_call.findings.finding import Finding
from flake8_forward_call.report.paths import relative
from flake8_forward_call.report.record import Report
from flake8_forward_call.terminal.printing import one_line

# As the agent reads them (`CommandStringConvertor` in microsoft/azure-pipelines-agent).
_CODES = {"%": "%AZP25", ";": "%3B", "\r": "%0D", "\n": "%0A", "]": "%5D"}


def render(report: Report) -> str:
    """A command for each finding: an error if it makes the command and so the job fail, else a warning."""
    return "\n".join(_command(report, finding) for finding in report)


def _command(report: Report, finding: Finding) -> str:
    start = report.in_file(finding, finding.start)
    properties = {
        "type": "error" if report.fails else "warning",
        "sourcepath": one_line(relative(finding.path)),
        "linenumber": start.row,
        "columnnumber": start.column,
        "code": finding.code,
    }
    told = "".join(f"{name}={_escaped(str(value))};" for name, value in properties.items())
    # The summary shows the text alone, so the text contains the location too.
    text = one_line(f"{relative(finding.path)}:{finding.where}: {finding.code} {finding.message}")
    return f"##vso[task.logissue {told}]{_escaped(text)}"


def _escaped(text: str) -> str:
    return "".join(_CODES.get(character, character) for character in text)
