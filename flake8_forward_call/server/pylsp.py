"""A plugin for python-lsp-server: code actions for the findings that its flake8 shows."""

from __future__ import annotations

import logging
import os
from collections.abc import Sequence
from contextvars import copy_context
from dataclasses import replace
from functools import partial
from threading import Lock
from typing import Any

from pylsp import hookimpl, lsp

from flake8_forward_call.inference.session import look_again
from flake8_forward_call.rules import BY_CODE
from flake8_forward_call.server.notebooks.virtual import path_of_program
from flake8_forward_call.server.offers import Offer, offers
from flake8_forward_call.server.paths import is_path
from flake8_forward_call.server.positions import Positions, utf16_units
from flake8_forward_call.server.reports import checked
from flake8_forward_call.server.settings import CHECK_EXCLUDED, SECTION, Preferences, be_lenient, terms_of
from flake8_forward_call.terminal.printing import one_line

log = logging.getLogger(__name__)

# The name of this plugin in python-lsp-server's settings, and of its entry point.
NAME = "forward_call"

# Inference keeps its state in one place, so it answers one question at a time.
_ONE_AT_A_TIME = Lock()


# The faults in the settings that were last reported for each folder.
_TOLD: dict[str, Sequence[str]] = {}


@hookimpl  # type: ignore[untyped-decorator, unused-ignore]
def pylsp_settings(config: Any) -> dict[str, Any]:
    """The settings of this plugin."""
    return {"plugins": {NAME: {"enabled": True, "checkExcluded": False}}}


@hookimpl  # type: ignore[untyped-decorator, unused-ignore]
def pylsp_code_actions(
    config: Any, workspace: Any, document: Any, range: dict[str, Any], context: dict[str, Any]
) -> list[Any]:
    """The actions for the findings in a range, and for all findings in the file; none if an error occurs."""
    try:
        with _ONE_AT_A_TIME:
            set_here = config.plugin_settings(NAME, document_path=document.path)
            is_asked = isinstance(set_here, dict) and set_here.get(CHECK_EXCLUDED.name) is True
            preferences = Preferences(extras={CHECK_EXCLUDED.name: is_asked})
            job = partial(_actions, workspace, document, range, context, preferences)
            return copy_context().run(job)
    except Exception:
        log.exception("no actions for %s", document.path)
        return []


def _actions(
    workspace: Any, document: Any, place: dict[str, Any], context: dict[str, Any], preferences: Preferences
) -> list[dict[str, Any]]:
    be_lenient()
    shown = {diagnostic.get("code") for diagnostic in context.get("diagnostics", ())}
    opened = (one for one in workspace.documents.values() if hasattr(one, "path") and is_path(one.path))
    look_again({os.path.realpath(one.path): one.source for one in opened})
    root = workspace.root_path
    path = path_of_program(document.path)
    terms = terms_of(path, preferences, [root] if root and is_path(root) else [])
    _tell(workspace, os.path.dirname(document.path), terms.faults)  # noqa: PTH120
    if terms.is_skipped:
        return []
    # The diagnostics of the client show which other rules flake8 was configured to report.
    added = (*terms.selection.extend_select, *(code for code in BY_CODE if code in shown))
    selecting = replace(terms, selection=terms.selection._replace(extend_select=added))
    report = checked(path, document.source, None, selecting)
    positions = Positions(report.source, utf16_units)
    start, end = (positions.place(one["line"], one["character"]) for one in (place["start"], place["end"]))
    return [_action(document.uri, positions, offer) for offer in offers(report, start, end, context.get("only"))]


def _tell(workspace: Any, folder: str, faults: Sequence[str]) -> None:
    """Warn about invalid settings for a folder. Each warning is shown once, until the setting is corrected."""
    mended = set(_TOLD.get(folder, ())) - set(faults)
    for one, told in _TOLD.items():
        _TOLD[one] = [fault for fault in told if fault not in mended]
    known = {fault for told in _TOLD.values() for fault in told}
    _TOLD[folder] = faults
    for fault in faults:
        if fault not in known:
            workspace.show_message(f"{SECTION}: {one_line(fault)}", lsp.MessageType.Warning)


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
