"""Why git does not have what ``--diff-base`` needs, and how to get it."""

from __future__ import annotations

import difflib
import os
import re
import shlex

from flake8_forward_call.files.git import RefusedError, RepositoryError
from flake8_forward_call.files.repository import Repository
from flake8_forward_call.terminal.printing import shown

_HASH = re.compile(r"[0-9a-fA-F]{7,64}")

_SHALLOW = "this clone is shallow: set fetch-depth: 0 for actions/checkout, or run `git fetch --unshallow`"


def why_unknown(repository: Repository, revision: str) -> str:
    """The message for a revision that is not a commit here. Raises RepositoryError if git cannot be run."""
    said = f"unknown revision {revision!r}"
    if not _is_there(repository, "HEAD"):
        return f"{said}: the repository has no commits yet"
    known = _lines(repository, "for-each-ref", "--format=%(refname)", "refs/heads", "refs/remotes", "refs/tags")
    short = [name.split("/", 2)[2] for name in known]
    for name in known:
        if name.startswith("refs/remotes/") and name.split("/", 3)[3:] == [revision]:
            return f"{said}; did you mean {name.removeprefix('refs/remotes/')!r}?"
    remote, _, branch = revision.partition("/")
    if branch and remote in _remotes(repository):
        fetch = ["git", "fetch", remote, f"{branch}:refs/remotes/{revision}"]
        return f"{said}: it was not fetched, or {remote!r} has no such branch; run `{shown(shlex.join(fetch))}`"
    if _is_shallow(repository):
        return f"{said}; {_SHALLOW}"
    if _HASH.fullmatch(revision):
        return f"{said}: this clone has no such commit; `git fetch` may get it"
    close = difflib.get_close_matches(revision, short, n=1)
    return f"{said}; did you mean {close[0]!r}?" if close else said


def why_unrelated(repository: Repository, revision: str) -> str:
    """The message if HEAD and the revision have no common ancestor. Raises RepositoryError if git cannot be run."""
    if not _is_there(repository, "HEAD"):
        return "HEAD names no commit yet"
    said = f"HEAD and {revision!r} have no common ancestor"
    return f"{said} here; {_SHALLOW}" if _is_shallow(repository) else f"{said}: their histories are unrelated"


def why_refused(repository: Repository, revision: str, error: RepositoryError) -> str:
    """The message if git cannot read a file's content: a partial clone lacks some of it, and nothing is fetched."""
    try:
        is_partial = "true" in repository.settings(r"^remote\..*\.promisor$").values()
    except RepositoryError:
        is_partial = False
    if not is_partial:
        return str(error)
    fetch = shown(shlex.join(["git", "diff", f"{revision}..."]))
    return f"this is a partial clone, which lacks the old content of a file; `{fetch}` fetches it"


def _is_there(repository: Repository, revision: str) -> bool:
    try:
        repository.ask("rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}")
    except RefusedError:
        return False
    return True


def _is_shallow(repository: Repository) -> bool:
    return _lines(repository, "rev-parse", "--is-shallow-repository") == ["true"]


def _remotes(repository: Repository) -> set[str]:
    """The names of the remotes. Each has a key `remote.NAME.url`."""
    return {key.removeprefix("remote.").removesuffix(".url") for key in repository.settings(r"^remote\..*\.url$")}


def _lines(repository: Repository, *args: str) -> list[str]:
    return os.fsdecode(repository.ask(*args)).splitlines()
