"""What the client can be offered at a place: the evidence to read, a fix to make."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from lsprotocol import types

from flake8_forward_call.finding import Applicability, Edit, Finding, Fix
from flake8_forward_call.report.rewrites import count
from flake8_forward_call.server import messages, reports
from flake8_forward_call.server.reports import Report

if TYPE_CHECKING:
    from flake8_forward_call.server.app import Server

QUICK_FIX = types.CodeActionKind.QuickFix.value
FIX_ALL = f"{types.CodeActionKind.SourceFixAll.value}.{messages.SOURCE}"
KINDS = (QUICK_FIX, FIX_ALL)


async def hover(server: Server, params: types.HoverParams) -> types.Hover | None:
    """The evidence for the finding at a place, if there is one."""
    report = await server.checks.current(params.text_document.uri)
    if report is None:
        return None
    positions = server.positions(report)
    place = positions.place(params.position)
    finding = next((one for one in report.findings if messages.touches(one, place, place)), None)
    if finding is None:
        return None
    steps = await server.checks.explained(report, finding)
    document = server.client_capabilities.text_document
    kinds = document.hover.content_format if document and document.hover else None
    kind = types.MarkupKind.Markdown if not kinds or types.MarkupKind.Markdown in kinds else types.MarkupKind.PlainText
    text = messages.hover(finding, steps, is_markdown=kind is types.MarkupKind.Markdown)
    return types.Hover(types.MarkupContent(kind, text), positions.range(finding.start, finding.end))


async def code_actions(server: Server, params: types.CodeActionParams) -> list[types.CodeAction]:
    """What can be done about the findings in a range, and about all in the file."""
    uri, only = params.text_document.uri, params.context.only
    report = await server.checks.current(uri)
    if report is None or not report.findings:
        return []
    found: list[types.CodeAction] = []
    if _is_wanted(QUICK_FIX, only):
        positions = server.positions(report)
        start, end = positions.place(params.range.start), positions.place(params.range.end)
        for finding in report.findings:
            if messages.touches(finding, start, end):
                found += await _of_finding(server, uri, report, finding)
    if _is_wanted(FIX_ALL, only):
        fixes = report.safe_fixes
        if fixes and await _proven(server, report, fixes):
            title = f"Fix {count(len(fixes), 'direct call')} of forward() in this file"
            edit = _edit(server, uri, report, [edit for fix in fixes for edit in fix.edits])
            found.append(types.CodeAction(title, kind=FIX_ALL, edit=edit))
    return found


async def _of_finding(server: Server, uri: str, report: Report, finding: Finding) -> list[types.CodeAction]:
    diagnostics = [messages.diagnostic(finding, server.positions(report), uri)]
    fix, found = finding.fix, []
    if fix is not None and await _proven(server, report, [fix]):
        found.append(
            types.CodeAction(
                messages.title(fix),
                kind=types.CodeActionKind.QuickFix,
                diagnostics=diagnostics,
                is_preferred=fix.applicability is Applicability.SAFE or None,
                edit=_edit(server, uri, report, fix.edits),
            )
        )
    comment = await server.checks.worker.run(partial(reports.silencing, report, finding))
    if comment is not None:
        found.append(
            types.CodeAction(
                f"Ignore with # noqa: {finding.code}",
                kind=types.CodeActionKind.QuickFix,
                diagnostics=diagnostics,
                edit=_edit(server, uri, report, [comment]),
            )
        )
    return found


async def _proven(server: Server, report: Report, fixes: Sequence[Fix]) -> bool:
    return await server.checks.worker.run(partial(reports.proven, report, fixes))


def _is_wanted(kind: str, only: Sequence[str] | None) -> bool:
    """Whether actions of a kind are asked for: that one, or one that it is part of."""
    return only is None or any(f"{kind}.".startswith(f"{one}.") for one in map(_text, only))


def _text(kind: str) -> str:
    return kind.value if isinstance(kind, types.CodeActionKind) else kind


def _edit(server: Server, uri: str, report: Report, edits: Sequence[Edit]) -> types.WorkspaceEdit:
    """The edits for the client to make; in the very version that they were made for, if it can see to that."""
    changes = messages.text_edits(edits, server.positions(report))
    workspace = server.client_capabilities.workspace
    if workspace and workspace.workspace_edit and workspace.workspace_edit.document_changes:
        document = types.OptionalVersionedTextDocumentIdentifier(uri, report.version)
        return types.WorkspaceEdit(document_changes=[types.TextDocumentEdit(document, list(changes))])
    return types.WorkspaceEdit(changes={uri: changes})
