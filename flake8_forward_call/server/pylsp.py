"""A plugin of python-lsp-server: what can be done about the findings that its flake8 shows."""

from __future__ import annotations

import logging
import os
from dataclasses import replace
from threading import Lock
from typing import Any

from pylsp import hookimpl

from flake8_forward_call.configuration.selecting import selection_of
from flake8_forward_call.inference.session import look_again
from flake8_forward_call.rules import BY_CODE
from flake8_forward_call.server.offers import Offer, offers
from flake8_forward_call.server.positions import Positions, utf16_units
from flake8_forward_call.server.reports import checked

log = logging.getLogger(__name__)

# Inference has all that it knows in one place, and one question at a time.
_ONE_AT_A_TIME = Lock()


@hookimpl  # type: ignore[untyped-decorator, unused-ignore]
def pylsp_code_actions(workspace: Any, document: Any, range: dict[str, Any], context: dict[str, Any]) -> list[Any]:
    """The actions for the findings in a range, and for all in the file; where something goes wrong, none."""
    try:
        with _ONE_AT_A_TIME:
            return _actions(workspace, document, range, context)
    except Exception:
        log.exception("no actions for %s", document.path)
        return []


def _actions(workspace: Any, document: Any, place: dict[str, Any], context: dict[str, Any]) -> list[dict[str, Any]]:
    shown = {diagnostic.get("code") for diagnostic in context.get("diagnostics", ())}
    look_again({os.path.realpath(one.path): one.source for one in workspace.documents.values() if hasattr(one, "path")})
    # What flake8 was told to show besides the rules that are on by default, the client shows here.
    selection = selection_of(document.path)
    wider = replace(selection, extend_select=(*selection.extend_select, *(code for code in BY_CODE if code in shown)))
    report = checked(document.path, document.source, None, wider)
    positions = Positions(report.source, utf16_units)
    start, end = (positions.place(one["line"], one["character"]) for one in (place["start"], place["end"]))
    return [_action(document.uri, positions, offer) for offer in offers(report, start, end, context.get("only"))]


def _action(uri: str, positions: Positions, offer: Offer) -> dict[str, Any]:
    edits = [
        {
            "range": {
                name: dict(zip(("line", "character"), positions.position(one), strict=True))
                for name, one in (("start", edit.start), ("end", edit.end))
            },
            "newText": edit.content,
        }
        for edit in offer.edits
    ]
    action: dict[str, Any] = {"title": offer.title, "kind": offer.kind, "edit": {"changes": {uri: edits}}}
    return {**action, "isPreferred": True} if offer.is_preferred else action
