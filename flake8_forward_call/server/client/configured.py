"""The client's settings: those that it sends of its own accord, and those that it is asked for."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lsprotocol import types
from pygls.exceptions import JsonRpcException

from flake8_forward_call.server.client import interpreter
from flake8_forward_call.server.client import log as logs
from flake8_forward_call.server.paths import path_of
from flake8_forward_call.server.settings import LOG_FILE, LOG_LEVEL, SECTION, Preferences, Settings, parsed
from flake8_forward_call.server.wire import in_short
from flake8_forward_call.terminal.trouble import reason

if TYPE_CHECKING:
    from pygls.lsp.server import LanguageServer

log = logging.getLogger(__name__)


class Configured:
    """The settings that count. ``warn`` gets each invalid one, once until it is corrected."""

    def __init__(self, warn: Callable[[str], None]) -> None:
        self.settings = Settings()
        self._default = Preferences()
        self._warn = warn
        self._told: frozenset[str] = frozenset()

    def set_default(self, value: object) -> None:
        """Set the settings for all folders that the client sends without being asked."""
        self._default, faults = parsed(value, Preferences())
        self.settings = Settings(self._default)
        self._settled(faults)

    def begin_log(self, value: object) -> None:
        """Log to the file that the initialization options name, if they name one."""
        name = self._default.extra(LOG_FILE)
        if name is not None:
            try:
                logs.begin(self._default.extra(LOG_LEVEL), Path(name).expanduser())
            except (OSError, RuntimeError, ValueError) as error:
                self._warn(f"{LOG_FILE.name}: {reason(error) if isinstance(error, OSError) else error}")

    async def ask(self, server: LanguageServer) -> bool:
        """Ask the client for its settings, in general and for each folder. Returns whether it has answered."""
        folders = [folder.uri for folder in server.workspace.folders.values() if path_of(folder.uri) is not None]
        scopes: list[str | None] = [None, *folders]
        sections = (SECTION, interpreter.SECTION)
        items = [types.ConfigurationItem(scope_uri=scope, section=section) for scope in scopes for section in sections]
        try:
            values = await server.workspace_configuration_async(types.ConfigurationParams(items))
        except JsonRpcException as error:
            log.warning("the client does not say its settings: %s", in_short(error))
            return False
        pairs = list(zip(values[::2], values[1::2], strict=False))
        if not pairs:
            return False
        root = path_of(server.workspace.root_uri or "")
        default, faults = _preferences(*pairs[0], self._default, Path(root) if root else None)
        by_folder = {}
        for uri, (own, python) in zip(folders, pairs[1:], strict=False):
            path = path_of(uri)
            if path is not None:
                by_folder[Path(path)], more = _preferences(own, python, default, Path(path))
                faults += more
        self.settings = Settings(default, by_folder)
        self._settled(faults)
        return True

    def state(self) -> Mapping[str, object]:
        """The settings, for people who look for an error."""
        return dict(_state(self.settings))

    def _settled(self, faults: Sequence[str]) -> None:
        """Use the settings that count for the server itself, and warn about the invalid ones."""
        for fault in dict.fromkeys(faults):
            if fault not in self._told:
                self._warn(fault)
        self._told = frozenset(faults)
        if LOG_LEVEL.name in self.settings.default.extras:
            logs.set_level(self.settings.default.extra(LOG_LEVEL))


def _preferences(
    own: object, python: object, default: Preferences, folder: Path | None
) -> tuple[Preferences, list[str]]:
    """The settings for a folder, from its two sections, and the faults in them."""
    found, faults = parsed(own, default, folder)
    chosen = interpreter.interpreter_in(python, folder)
    return (found if chosen is None else replace(found, interpreter=chosen)), faults


def _state(settings: Settings) -> Iterator[tuple[str, Any]]:
    everywhere = [("all folders", settings.default), *((str(path), one) for path, one in settings.by_folder.items())]
    for name, one in everywhere:
        yield f"settings for {name}", {**one.values, **one.extras} or "none"
        if one.interpreter is not None:
            yield f"interpreter for {name}", one.interpreter.path
