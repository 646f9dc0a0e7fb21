"""The labels: which call, in which release, and what a tool should say about it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

BENCHMARKS = Path(__file__).resolve().parent.parent
LABELS = BENCHMARKS / "labels.jsonl"
# Labelled before the tool ran on any of it.
FRESH = BENCHMARKS / "fresh.jsonl"

# The nearest scope whose source shows what is right; for ``dynamic`` none does.
EVIDENCE = ("file", "project", "deps", "dynamic")
# Report and rewrite; a module, but do not rewrite; not a module; nobody can know, so it is not counted.
VERDICTS = ("fix", "nofix", "ignore", "unknown")

# Path in the release, row and column of the name ``forward``, both 1-based.
Site: TypeAlias = tuple[str, int, int]


@dataclass(frozen=True, slots=True)
class Label:
    """What a tool should say about one call, on what evidence, and why a person decided so."""

    verdict: str
    evidence: str
    how: str

    def __post_init__(self) -> None:
        if self.verdict not in VERDICTS or self.evidence not in EVIDENCE:
            raise ValueError(f"no such label: {self.verdict}, {self.evidence}")


@dataclass(frozen=True, slots=True)
class Package:
    """A pinned release and its labels; ``pin`` is the requirement with the checksum of its archive, if it has one."""

    requirement: str
    labels: Mapping[Site, Label]
    pin: str | None = None

    @property
    def name(self) -> str:
        return self.requirement.partition("==")[0]

    @property
    def files(self) -> list[str]:
        """The paths in the release of files with a labelled call, in order."""
        return sorted({path for path, _, _ in self.labels})


def read_labels(path: Path) -> Iterator[Package]:
    """Yield the releases of a labels file, in its order, with their pins if a file of pins is beside it.

    Raises ValueError if a label is invalid or repeated, and KeyError if a release has no pin but others do.
    """
    pins = _pins(path.with_suffix(".txt"))
    releases: dict[str, dict[Site, Label]] = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        entry = json.loads(line)
        labels = releases.setdefault(entry["source"], {})
        site = (entry["path"], entry["row"], entry["column"])
        if site in labels:
            raise ValueError(f"labelled twice: {entry['source']} {site}")
        labels[site] = Label(entry["verdict"], entry["evidence"], entry["how"])
    for requirement, labels in releases.items():
        yield Package(requirement, labels, pins[requirement] if pins else None)


def _pins(path: Path) -> Mapping[str, str]:
    """The lines of a requirements file by requirement, or nothing if there is no such file."""
    if not path.exists():
        return {}
    lines = path.read_text(encoding="utf-8").splitlines()
    return {line.partition(" ")[0]: line for line in lines if not line.startswith("#")}
