"""The hover text: the evidence for a finding, or what a code in a ``# noqa`` comment means and silences here."""

from __future__ import annotations

from collections.abc import Iterator

from lsprotocol import types

from flake8_forward_call.checking import check_source
from flake8_forward_call.findings.finding import Edit, Finding, Place
from flake8_forward_call.noqa.suppression import NamedCode, Suppression
from flake8_forward_call.rules import RULES
from flake8_forward_call.rules.base import Rule
from flake8_forward_call.server import messages
from flake8_forward_call.server.answers import markdown
from flake8_forward_call.server.answers.asked import Server
from flake8_forward_call.server.reports import Report
from flake8_forward_call.server.views import finder


async def hover(server: Server, params: types.HoverParams) -> types.Hover | None:
    """The evidence for the finding at a location, or the meaning of the code in a comment; None if there is neither."""
    asked = await server.asked(params.text_document.uri)
    if asked is None:
        return None
    view = asked.view
    report = view.report
    place = view.positions.place(params.position.line, params.position.character)
    kind = _kind_of_text(server)
    is_markdown = kind is types.MarkupKind.Markdown
    finding = next((one for one in view.findings if one.start <= place <= one.end), None)
    if finding is not None:
        steps = await server.checks.explained(report, finding)
        text = messages.hover(finding, steps, finder(asked.views), is_markdown=is_markdown)
        span = messages.range_of(finding, view.positions)
    else:
        named = await server.checks.worker.run(lambda: _code_at(report, place))
        if named is None:
            return None
        silenced = await server.checks.worker.run(lambda: list(_silenced(report, named)))
        text = _about_comment(named, silenced, is_markdown=is_markdown)
        end = Place(named.place.row, named.place.column + len(named.code))
        span = messages.range_of(Edit(named.place, end, ""), view.positions)
    return types.Hover(types.MarkupContent(kind, text), span) if server.is_current(asked) else None


def _kind_of_text(server: Server) -> types.MarkupKind:
    """The kind of text that the client prefers; plain text if it does not say."""
    document = server.client_capabilities.text_document
    kinds = document.hover.content_format if document and document.hover else None
    return next((kind for kind in kinds or () if kind in types.MarkupKind), types.MarkupKind.PlainText)


def _rules_of(code: str) -> list[Rule]:
    """The rules that a code or prefix in a comment means; none for those of other tools."""
    return [rule for rule in RULES if rule.code.startswith(code.upper())] if code.upper().startswith("FWD") else []


def _code_at(report: Report, place: Place) -> NamedCode | None:
    """The code of this tool in a ``# noqa`` comment at a location; None if there is none."""
    lines = report.source.lines
    if place.row > len(lines) or "noqa" not in lines[place.row - 1].lower():
        return None
    suppression = Suppression(report.source.path, report.source.text)
    for stretch in suppression.stretches:
        if stretch.comment is not None and stretch.last == place.row:
            for directive in suppression.directives(stretch):
                for one in directive.codes:
                    at = one.place.column
                    if at <= place.column <= at + len(one.code) and _rules_of(one.code):
                        return one
    return None


def _silenced(report: Report, named: NamedCode) -> Iterator[Finding]:
    """Yield the findings that a code in a comment silences."""
    everything = report.terms.selection._replace(ignore=(), extend_select=("FWD",), honours_noqa=False)
    found = report.under_its_settings(lambda: check_source(report.source, everything).findings)
    suppression = Suppression(report.source.path, report.source.text)
    rows = next(
        (range(one.first, one.last + 1) for one in suppression.stretches if one.first <= named.place.row <= one.last),
        range(0),
    )
    for finding in found:
        if finding.noqa_row in rows and suppression.silences(finding) and suppression.honours(named.code, finding):
            yield finding


def _about_comment(named: NamedCode, silenced: list[Finding], *, is_markdown: bool) -> str:
    rules = _rules_of(named.code)
    if not is_markdown:
        here = [f"Silences: {one.code} {one.message}" for one in silenced] or ["Silences nothing here."]
        return "\n".join([*(f"{rule.code}: {rule.title}" for rule in rules), *here, *(rule.url for rule in rules)])
    here = [f"- silences **{one.code}** {markdown.message(one.message, _message_of(one))}" for one in silenced]
    return "\n".join([*(f"- {messages.link_to(rule)}" for rule in rules), "", *(here or ["Silences nothing here."])])


def _message_of(finding: Finding) -> str:
    return next(rule.message for rule in RULES if rule.code == finding.code)
