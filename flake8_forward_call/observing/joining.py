"""What earlier runs have shown about the calls of a file that is checked now."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextvars import ContextVar
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from flake8_forward_call.findings.finding import Place

if TYPE_CHECKING:
    from flake8_forward_call.inference.verdicts.seen import Seen
    from flake8_forward_call.inference.verdicts.verdict import Verdict
    from flake8_forward_call.observing.calls import Use
    from flake8_forward_call.observing.record import Record, Sight, Spot
    from flake8_forward_call.sources.source import Source
    from flake8_forward_call.visiting.candidates import Candidate


class NothingHereError(Exception):
    """None of the files of a record exist here. The text says so."""


@dataclass
class Observed:
    """The records of earlier runs, joined, and the folder that their paths are relative to.

    ``stale`` counts by file the spots of which nothing could be used, because their lines have changed;
    ``contradictions`` has the locations at which the source and a run say different things.
    """

    record: Record
    base: Path
    stale: dict[str, int] = field(default_factory=dict)
    contradictions: dict[str, str] = field(default_factory=dict)
    _by_path: dict[str, list[Spot]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for spot in sorted(self.record.spots):
            if not spot.is_outside and spot.digest:
                # A record has slashes on every system, and a path here has those of this one.
                self._by_path.setdefault(str(self.base / spot.path), []).append(spot)

    @classmethod
    def of(cls, record: Record, places: Iterable[Path]) -> Observed:
        """The record joined to the first of these folders, or of those above them, that has one of its files.

        Raises NothingHereError.
        """
        names = sorted({spot.path for spot in record.spots if not spot.is_outside})
        real = [Path(os.path.realpath(place)) for place in places]
        folders = [folder for place in real for folder in (place, *place.parents)]
        for base in dict.fromkeys(folders):
            if any(os.path.isfile(os.path.join(base, name)) for name in names):  # noqa: PTH113, PTH118
                return cls(record, base)
        if names:
            raise NothingHereError(f"none of its {len(names)} files exist here, for example {names[0]}")
        return cls(record, folders[0])

    def concerns(self, path: str) -> bool:
        """Whether runs have shown something about a file."""
        return os.path.realpath(path) in self._by_path

    def seen(self, source: Source, found: Sequence[Candidate]) -> list[Seen | None]:
        """What runs have shown about each of the candidates, which must be all candidates of the file."""
        from flake8_forward_call.observing.calls import use_of
        from flake8_forward_call.observing.files import digest_of

        path = os.path.realpath(source.path)
        spots = self._by_path.get(path, [])
        if not spots or source.cells():
            return [None] * len(found)
        current = digest_of(source.file.to_bytes())
        uses = [None if one.in_string and not _places_strings() else use_of(source, one) for one in found]
        matched: list[list[tuple[Spot, bool]]] = [[] for _ in found]
        left = 0
        for digest in dict.fromkeys(spot.digest for spot in spots):
            here = [spot for spot in spots if spot.digest == digest]
            match = _by_place if digest == current else _by_line
            for spot, index in match(here, uses):
                if index is None:
                    left += spot.form != "indirect" and digest != current
                else:
                    matched[index].append((spot, digest == current))
        if left:
            self.stale[path] = left
        return [self._joined(several) for several in matched]

    def _joined(self, spots: list[tuple[Spot, bool]]) -> Seen | None:
        """What was seen at one call, in all runs. If the current file was seen, older ones do not count."""
        is_current = any(current for _, current in spots)
        sights = [self.record.spots[spot] for spot, current in spots if current is is_current]
        return _seen(sights, is_current) if sights else None

    def note(self, source: Source, end: Place, contradiction: str) -> None:
        """Note a contradiction between the source and a run, at the call whose name ``forward`` ends there."""
        where = Place(end.row, max(1, end.column - len("forward")))
        self.contradictions[f"{source.path}:{source.where(where)}"] = contradiction


# The observations that apply to this run of a command.
OBSERVED: ContextVar[Observed | None] = ContextVar("OBSERVED", default=None)


def judged(source: Source, found: Sequence[Candidate]) -> list[Verdict]:
    """The verdicts on the candidates of a file, with what runs have shown; contradictions are noted."""
    from flake8_forward_call.inference.verdicts.judge import judge
    from flake8_forward_call.terminal.printing import one_line

    observed = OBSERVED.get()
    if observed is None:
        return judge(source, found)
    verdicts = judge(source, found, observed.seen(source, found))
    for one, verdict in zip(found, verdicts, strict=True):
        if verdict.contradiction:
            end = source.place_of_node(one.attribute.end_lineno, one.attribute.end_col_offset)
            observed.note(source, end, one_line(verdict.contradiction))
    return verdicts


def _places_strings() -> bool:
    from flake8_forward_call.observing.calls import PLACES_STRINGS

    return PLACES_STRINGS


def _by_place(spots: Sequence[Spot], uses: Sequence[Use | None]) -> Iterator[tuple[Spot, int | None]]:
    """Yield each spot with the index of its use in the same text; without a column, of the only one on its row."""
    for spot in spots:
        fits = _fitting(uses, spot, lambda use, spot=spot: (use.place.row, use.place.column) == (spot.row, spot.column))  # type: ignore[misc]
        if not spot.column:
            fits = _fitting(uses, spot, lambda use, spot=spot: use.place.row == spot.row)  # type: ignore[misc]
        yield spot, fits[0] if len(fits) == 1 else None


def _by_line(spots: Sequence[Spot], uses: Sequence[Use | None]) -> Iterator[tuple[Spot, int | None]]:
    """Yield each spot with the index of its use in a changed text: in the same scope, on the same lines.

    If there are more or fewer such uses than before, it is not known which one is which.
    """
    groups: dict[tuple[str, str, str], list[Spot]] = {}
    for spot in spots:
        groups.setdefault((spot.scope, spot.line, spot.form), []).append(spot)
    for (scope, line, _), several in groups.items():
        fits = _fitting(uses, several[0], lambda use, scope=scope, line=line: (use.scope, use.line) == (scope, line))  # type: ignore[misc]
        is_clear = len(fits) == len(several)
        for index, spot in enumerate(several):
            yield spot, fits[index] if is_clear else None


def _fitting(uses: Sequence[Use | None], spot: Spot, fits: Callable[[Use], bool]) -> list[int]:
    is_passed = spot.form == "passed"
    if spot.form == "indirect":
        return []
    return [index for index, use in enumerate(uses) if use is not None and use.is_passed is is_passed and fits(use)]


def _seen(sights: Sequence[Sight], is_current: bool) -> Seen:
    from flake8_forward_call.inference.verdicts.seen import Seen

    modules: dict[str, bool] = {}
    others: dict[str, None] = {}
    hooks: dict[tuple[str, str], None] = {}
    tests: dict[str, None] = {}
    calls = 0
    for sight in sights:
        calls += sight.calls
        hooks |= dict.fromkeys(sorted(sight.skipped))
        tests |= sight.tests
        for name, one in sorted(sight.receivers.items()):
            if one.is_module:
                modules[name] = one.is_plain and modules.get(name, True)
            else:
                others[name] = None
    return Seen(tuple(modules.items()), tuple(others), calls, tuple(hooks), tuple(sorted(tests)), is_current)
