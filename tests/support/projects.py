"""Projects given as files with their texts, and what is found in one of the files."""

from __future__ import annotations

from pathlib import Path

from flake8_forward_call.analysis import analyse
from flake8_forward_call.findings.finding import Applicability
from flake8_forward_call.sources.source import Source


def project(root: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def found(path: Path) -> list[str]:
    """The findings in a file, each by its code and whether its fix is safe."""
    findings = analyse(Source(str(path), path.read_text()))
    unsafe = [one.fix is not None and one.fix.applicability is Applicability.UNSAFE for one in findings]
    return [f"{one.code} unsafe" if doubtful else one.code for one, doubtful in zip(findings, unsafe, strict=True)]
