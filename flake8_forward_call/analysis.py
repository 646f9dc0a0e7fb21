"""All stages for one source, from its text to its findings."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from flake8_forward_call.configuration.files import ConfigError
from flake8_forward_call.findings.finding import Finding
from flake8_forward_call.rules import fwd006, fwd900
from flake8_forward_call.sources.source import Source, SourceError, is_stub
from flake8_forward_call.stack import with_room
from flake8_forward_call.terminal.printing import one_line


def analyse(source: Source, keeps: Callable[[str], bool] = lambda _: True) -> list[Finding]:
    """The findings in the file, in text order, before selection and suppression.

    ``keeps`` tells by its code whether a rule is selected: what only FWD006 needs is not done for nothing.
    Never raises: a file that cannot be analysed gets FWD900 with the reason.
    """
    if is_stub(source.path):
        return []
    found, examples = _analysed(source, keeps), source.examples
    if examples is None:
        return found
    # They are not remembered with the file, because the settings may ask for them in one run and not in the next.
    calls, sets = examples.mentions_forward, examples.sets_call
    inside = keeps(fwd006.RULE.code) and examples.calls_inside
    return _in_order(source, [*found, *_found(examples, calls=calls, sets=sets, inside=inside)])


def known(source: Source, keeps: Callable[[str], bool]) -> list[Finding] | None:
    """The same findings, if no inference is needed: there is nothing to judge, or an earlier run has done it.

    None otherwise. Never raises.
    """
    if is_stub(source.path):
        return []
    if source.examples is not None:
        return None
    inside = keeps(fwd006.RULE.code) and source.calls_inside
    if not (source.mentions_forward or source.sets_call or inside):
        return _in_order(source, [unanalysable(source.path, fault) for fault in source.faults()])
    from flake8_forward_call.findings.remembered import known_in

    return known_in(source, inside=inside)


def get_ready() -> None:
    """Import and read now what the analysis of further files needs, so that forked processes have it already."""
    from flake8_forward_call.findings import ruling  # noqa: F401
    from flake8_forward_call.inference import session
    from flake8_forward_call.inference.verdicts import judge  # noqa: F401
    from flake8_forward_call.visiting import visitor  # noqa: F401

    session.get_ready()


def _analysed(source: Source, keeps: Callable[[str], bool]) -> list[Finding]:
    faults = [unanalysable(source.path, fault) for fault in source.faults()]
    calls, sets = source.mentions_forward, source.sets_call
    inside = keeps(fwd006.RULE.code) and source.calls_inside
    if not (calls or sets or inside):  # Most files have neither and need no large stack.
        return _in_order(source, faults)
    from flake8_forward_call.findings.remembered import found_in

    return found_in(
        source,
        lambda: _in_order(source, [*_found(source, calls=calls, sets=sets, inside=inside), *faults]),
        inside=inside,
    )


@with_room
def _found(source: Source, *, calls: bool, sets: bool, inside: bool) -> list[Finding]:
    try:
        found = _direct_calls(source) if calls else []
        return [*found, *(_own_calls(source) if sets else ()), *(_calls_inside(source) if inside else ())]
    except SourceError as error:
        return [unanalysable(source.path, error)]
    except ConfigError as error:
        return [unanalysable(source.path, SourceError(f"its settings are not valid: {error}"))]
    except RecursionError:
        return [unanalysable(source.path, SourceError("it is nested too deeply"))]
    except Exception as error:  # A bug in this tool must not hide the findings in other files.
        return [unanalysable(source.path, SourceError(internal_error(error)))]


def _in_order(source: Source, findings: list[Finding]) -> list[Finding]:
    return list(_in_cells(source, sorted(findings, key=lambda one: one.sort_key)))


def _in_cells(source: Source, findings: list[Finding]) -> Iterator[Finding]:
    for finding in findings:
        cell = source.cell_at(finding.start.row)
        yield finding if cell is None else finding._replace(cell=cell)


def internal_error(error: Exception) -> str:
    """An internal error in one line, as the reason in FWD900."""
    return " ".join(f"internal error: {type(error).__name__}: {error}".split()).rstrip(":")


def unanalysable(path: str, error: SourceError) -> Finding:
    """The finding FWD900 for a file that could not be analysed."""
    return Finding(
        fwd900.RULE.code,
        path,
        error.place,
        error.place,
        one_line(str(error)),
        error.place.row,
    )


def _direct_calls(source: Source) -> list[Finding]:
    from flake8_forward_call.visiting.candidates import candidates

    found = candidates(source.tree, source.forward_rows)
    if not found:
        return []
    from flake8_forward_call.observing.joining import judged

    verdicts = {one.attribute: verdict for one, verdict in zip(found, judged(source, found), strict=True)}
    told = [attribute for attribute, verdict in verdicts.items() if verdict.is_told]
    if not told:
        return []
    from flake8_forward_call.findings.ruling import finding_for, on_purpose
    from flake8_forward_call.visiting.intent import Intent
    from flake8_forward_call.visiting.visitor import sites_of

    intent = Intent(source)
    findings: list[Finding | None] = []
    for site in sites_of(source, frozenset(told)):
        if isinstance(site, SourceError):
            findings.append(unanalysable(source.path, site))
            continue
        verdict = verdicts[site.candidate.attribute]
        if verdict.is_told and intent.is_deliberate(site.start.row):
            verdict = on_purpose(verdict)
        findings.append(finding_for(source, site, verdict))
    return [finding for finding in findings if finding is not None]


def _own_calls(source: Source) -> list[Finding]:
    from flake8_forward_call.findings.ruling import finding_for_override
    from flake8_forward_call.inference.classes.overrides import overrides

    return [finding_for_override(source, override) for override in overrides(source)]


def _calls_inside(source: Source) -> list[Finding]:
    from flake8_forward_call.findings.ruling import findings_for_unwrapped

    return findings_for_unwrapped(source)
