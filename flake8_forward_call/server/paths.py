"""The paths for the URIs of a client, which may send anything."""

from __future__ import annotations

import os


def is_path(text: str) -> bool:
    """Whether a file can be at a path: it has no null character, and file names can have all its characters."""
    try:
        return b"\0" not in os.fsencode(text)
    except UnicodeEncodeError:  # For example, half of a surrogate pair.
        return False


def path_of(uri: str) -> str | None:
    """The absolute path of the file with a URI; None if it is not a file, or if no file can be at that path.

    The path in the URI of a file is absolute (RFC 8089). An empty one, as in `file://`, would be the current folder of
    the server, and what is around that would be taken for a project.
    """
    from pygls.uris import to_fs_path  # python-lsp-server imports this module too, and does without pygls.

    try:
        path: str | None = to_fs_path(uri)
    except ValueError:  # `http://[` begins an IPv6 address.
        return None
    return path if path is not None and os.path.isabs(path) and is_path(path) else None  # noqa: PTH117 (It is text.)
