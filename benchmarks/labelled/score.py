"""The figures for what a tool says about the labelled calls, and the targets for them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from labelled.labels import Package, Site


@dataclass(frozen=True, slots=True)
class Answer:
    """What a tool says about one call: the rule, and whether its fix, if it offers one, is safe or unsafe."""

    code: str
    fix: Literal["safe", "unsafe"] | None = None


@dataclass(slots=True)
class Score:
    """Counts by evidence. ``missed`` and the like are the calls themselves, for a closer look."""

    due: Counter[str] = field(default_factory=Counter)
    found: Counter[str] = field(default_factory=Counter)
    safe: Counter[str] = field(default_factory=Counter)  # Found, with a fix that `fix` applies by default.
    missed: list[Site] = field(default_factory=list)
    doubted: Counter[str] = field(default_factory=Counter)  # Missed, but FWD003 says "probably".
    must_stay: Counter[str] = field(default_factory=Counter)
    kept: Counter[str] = field(default_factory=Counter)  # A module, and FWD002 says why the call must stay.
    false_alarms: Counter[str] = field(default_factory=Counter)
    breaking: Counter[str] = field(default_factory=Counter)  # A rewrite is offered that would break the program.
    safe_breaking: Counter[str] = field(default_factory=Counter)  # The same, and `fix` applies it by default.
    doubtful_breaking: Counter[str] = field(default_factory=Counter)  # The same, by FWD003, which says "probably".
    wrong: list[Site] = field(default_factory=list)
    unlabelled: list[Site] = field(default_factory=list)

    def recall(self, *evidence: str) -> float | None:
        """The share found of the calls to rewrite, with the given kinds of evidence or all; None if there are none."""
        kinds = evidence or tuple(self.due)
        return _share(sum(self.found[kind] for kind in kinds), sum(self.due[kind] for kind in kinds))

    @property
    def safe_share(self) -> float | None:
        """The share of the found calls whose fix is safe."""
        return _share(self.safe.total(), self.found.total())

    @property
    def precision(self) -> float | None:
        """The share of the reports that are right, for labelled calls only."""
        return _share(self.found.total(), self.found.total() + self.false_alarms.total())


def score(package: Package, answers: Mapping[Site, Answer]) -> Score:
    """Compare what a tool says about a release with its labels."""
    result = Score(unlabelled=sorted(site for site in answers if site not in package.labels))
    for site, label in sorted(package.labels.items()):
        answer, kind = answers.get(site), label.evidence
        code = answer.code if answer else None
        if label.verdict == "fix":
            result.due[kind] += 1
            if code == "FWD001":
                result.found[kind] += 1
                result.safe[kind] += answer is not None and answer.fix == "safe"
            else:
                result.missed.append(site)
                result.doubted[kind] += code == "FWD003"
        elif label.verdict != "unknown":
            result.must_stay[kind] += label.verdict == "nofix"
            result.kept[kind] += label.verdict == "nofix" and code == "FWD002"
            result.false_alarms[kind] += code == "FWD001"
            if answer and answer.fix:
                (result.doubtful_breaking if code == "FWD003" else result.breaking)[kind] += 1
                result.safe_breaking[kind] += answer.fix == "safe"
            if code == "FWD001" or (answer and answer.fix):
                result.wrong.append(site)
    return result


def total(scores: Iterable[Score]) -> Score:
    """The sum of the counts, without the lists of sites."""
    result = Score()
    for one in scores:
        for name in (
            "due",
            "found",
            "safe",
            "doubted",
            "must_stay",
            "kept",
            "false_alarms",
            "breaking",
            "safe_breaking",
            "doubtful_breaking",
        ):
            getattr(result, name).update(getattr(one, name))
    return result


@dataclass(frozen=True, slots=True)
class Target:
    """A figure, what it must be and what it should be; for rewrites that break, fewer are better."""

    name: str
    must: float
    aim: float
    measured: float | None

    @property
    def held(self) -> bool:
        """Whether the figure is as it must be; one that was not measured counts as reached."""
        if self.measured is None:
            return True
        return self.measured <= self.must if self.must == 0 else self.measured >= self.must


def targets(result: Score) -> list[Target]:
    """The targets of the tool over all labelled calls."""
    return [
        Target("precision of FWD001", 0.99, 1.0, result.precision),
        Target("recall over all calls to rewrite", 0.93, 0.98, result.recall()),
        Target("recall, evidence `file` and `project`", 0.97, 1.0, result.recall("file", "project")),
        Target("recall, evidence `deps`", 0.90, 1.0, result.recall("deps")),
        Target("safe fixes among the calls found", 0.92, 0.97, result.safe_share),
        Target("rewrites that would break", 0, 0, result.breaking.total()),
    ]


def targets_at_first_sight(result: Score) -> list[Target]:
    """The targets over calls that were labelled before the tool ran on them."""
    return [
        Target("precision of FWD001", 0.99, 0.998, result.precision),
        Target("recall over all calls to rewrite", 0.90, 0.95, result.recall()),
        Target("safe rewrites of calls that must stay", 0, 0, result.safe_breaking.total()),
    ]


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None
