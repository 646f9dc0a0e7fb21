"""The calls whose receiver no source shows, and what the tool says about those that a run has reached."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from labelled.labels import FRESH, LABELS, Label, Site, read_labels

HEADINGS = ("label", "labelled calls", "seen at run time", "right by source alone", "right with record")
_WORDS = {"fix": "rewrite", "nofix": "a module, but do not rewrite", "ignore": "not a module"}


@dataclass(slots=True)
class Reached:
    """Counts by verdict, for calls with the evidence ``dynamic``."""

    seen: Counter[str] = field(default_factory=Counter)
    by_source: Counter[str] = field(default_factory=Counter)
    with_record: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)


def reached(
    requirement: str, top: str, seen: Collection[Site], alone: Mapping[Site, str], joined: Mapping[Site, str]
) -> Reached:
    """Compare the labels of a release with what the tool says about calls that a run has ``seen``.

    ``alone`` and ``joined`` have the codes of the findings without and with the record. ``top`` is the name of the
    folder in the release's archive, which some labels have before their paths.
    """
    result = Reached()
    for (path, row, column), label in sorted(_dynamic().get(requirement, {}).items()):
        site = path.removeprefix(f"{top}/"), row, column
        if site not in seen:
            continue
        result.seen[label.verdict] += 1
        result.by_source[label.verdict] += _is_right(label, alone.get(site))
        if _is_right(label, joined.get(site)):
            result.with_record[label.verdict] += 1
        else:
            result.wrong.append(f"{requirement}: {path}:{row}:{column}: {label.verdict}, found {joined.get(site)}")
    return result


def rows(results: Iterable[Reached]) -> list[tuple[str, ...]]:
    """The sums under ``HEADINGS``; ``labelled`` counts the calls of all packages."""
    every = list(results)
    labelled = Counter(label.verdict for labels in _dynamic().values() for label in labels.values())
    return [
        (
            words,
            str(labelled[verdict]),
            *(str(sum(getattr(one, name)[verdict] for one in every)) for name in ("seen", "by_source", "with_record")),
        )
        for verdict, words in _WORDS.items()
    ]


def _is_right(label: Label, code: str | None) -> bool:
    if label.verdict == "ignore":
        return code is None
    return code == {"fix": "FWD001", "nofix": "FWD002"}.get(label.verdict)


@cache
def _dynamic() -> Mapping[str, Mapping[Site, Label]]:
    """By release: the calls whose receiver no source shows, without those about which nobody can know."""
    found: dict[str, dict[Site, Label]] = {}
    for path in (LABELS, FRESH):
        for package in read_labels(Path(path)):
            for site, label in package.labels.items():
                if label.evidence == "dynamic" and label.verdict != "unknown":
                    found.setdefault(package.requirement, {})[site] = label
    return found
