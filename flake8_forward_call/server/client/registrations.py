"""What the server asks the client to report: changed files, and changed settings."""

from __future__ import annotations

from collections.abc import Iterator

from lsprotocol import types

from flake8_forward_call.configuration.files import FILES

# A project's source files, and the files with its layout, its settings and its ignored files.
_WATCHED = (
    *("**/*.py", "**/*.pyi", "**/*.ipynb"),
    *(f"**/{name}" for name in FILES),
    *("**/setup.cfg", "**/setup.py", "**/.gitignore"),
)


def registrations(capabilities: types.ClientCapabilities, name: str) -> Iterator[types.Registration]:
    """Yield what the client can be asked to report, under identifiers that begin with the name.

    A client that cannot report changed files has the server look at them again with the next change of a document.
    Visual Studio Code reports changed settings only to a server that asks.
    """
    workspace = capabilities.workspace
    if workspace is None:
        return
    files, settings = workspace.did_change_watched_files, workspace.did_change_configuration
    if files and files.dynamic_registration:
        options = types.DidChangeWatchedFilesRegistrationOptions([types.FileSystemWatcher(one) for one in _WATCHED])
        yield types.Registration(f"{name}-files", types.WORKSPACE_DID_CHANGE_WATCHED_FILES, options)
    if settings and settings.dynamic_registration:
        yield types.Registration(f"{name}-settings", types.WORKSPACE_DID_CHANGE_CONFIGURATION)
