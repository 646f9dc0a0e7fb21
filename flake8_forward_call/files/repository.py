"""A repository as git sees it, queried so that nothing from the repository's own configuration can run.

A repository's configuration can name programs: filters, transports that fetch what is missing, monitors, signers. So
git runs in a shadow of the repository: a folder with its references and objects, and a separate configuration. Files
of the working tree are read here and not by git.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import weakref
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from flake8_forward_call.files.reading import MAX_SETTINGS, read_bytes

# These change git's output or where it looks, or make it run other programs.
_UNWANTED = frozenset(
    {
        "GIT_DIFF_OPTS",
        "GIT_EXTERNAL_DIFF",
        "GIT_LITERAL_PATHSPECS",
        "GIT_GLOB_PATHSPECS",
        "GIT_ICASE_PATHSPECS",
        "GIT_DIR",
        "GIT_COMMON_DIR",
        "GIT_WORK_TREE",
        "GIT_NAMESPACE",
        "GIT_OBJECT_DIRECTORY",
        "GIT_CONFIG_PARAMETERS",
        "GIT_CONFIG_COUNT",
    }
)
# Nothing is fetched: what is missing is an error. An empty list allows no transport, in every version of git.
_FORCED = {"LC_ALL": "C", "GIT_NO_LAZY_FETCH": "1", "GIT_ALLOW_PROTOCOL": "", "GIT_TERMINAL_PROMPT": "0"}
_OPTIONS = ("--literal-pathspecs", "--no-optional-locks", "-c", "core.fsmonitor=false")

# The time limit for one call of git in seconds: if a reference is a pipe, git would wait forever.
_LIMIT = 120

# Parts of a repository without configuration, in its common folder and in that of a working tree.
_SHARED = ("refs", "packed-refs", "logs", "shallow", "reftable", "info", "objects")
_OWN = ("HEAD", "FETCH_HEAD", "ORIG_HEAD", "MERGE_HEAD", "CHERRY_PICK_HEAD", "REVERT_HEAD", "REBASE_HEAD", "index")

# The formats that the shadow must have in common with the repository, as git names them.
_FORMATS = ("objectformat", "refstorage")


class RepositoryError(Exception):
    """git cannot answer; the text says why."""


class RefusedError(RepositoryError):
    """git ended with an error; the text quotes its first line."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A file of a commit: the object id of its content, and whether it is a regular file."""

    oid: str
    is_plain: bool


class Repository:
    """The repository that contains a folder; ``top`` is the top of its working tree."""

    def __init__(self, folder: str) -> None:
        """Raises RepositoryError: no git, no repository."""
        self.top = _line(_git(folder, "rev-parse", "--show-toplevel"))
        own = _line(_git(folder, "rev-parse", "--absolute-git-dir"))
        common = os.path.join(folder, _line(_git(folder, "rev-parse", "--git-common-dir")))  # noqa: PTH118 (A string.)
        self._shadow = tempfile.mkdtemp(prefix="forward-call-")
        weakref.finalize(self, shutil.rmtree, self._shadow, ignore_errors=True)
        self._index = os.environ.get("GIT_INDEX_FILE") or str(Path(own, "index"))
        formats = {
            name: _line(_git(folder, "config", "--get", f"extensions.{name}", may_fail=True)) for name in _FORMATS
        }
        _fill(Path(self._shadow), Path(own), Path(common), formats)

    def ask(self, *args: str, data: bytes | None = None) -> bytes:
        """The output of git. Raises RefusedError if it fails, RepositoryError if it cannot be run."""
        where = (f"--git-dir={self._shadow}", f"--work-tree={self.top}")
        return _git(self.top, *where, *args, data=data, index=self._index)

    def settings(self, pattern: str) -> dict[str, str]:
        """The entries of the repository's own configuration whose keys match a pattern. None of them is applied."""
        out = _git(self.top, "config", "--local", "-z", "--get-regexp", pattern, may_fail=True)
        return {key: value for key, _, value in (record.partition("\n") for record in names(out))}

    def files_of(self, commit: str) -> dict[str, Entry]:
        """The files of a commit, by their path relative to the top."""
        found = {}
        for record in names(self.ask("ls-tree", "-r", "-z", "--full-tree", commit)):
            head, _, name = record.partition("\t")
            mode, _, oid = head.split(" ")
            found[name] = Entry(oid, mode.startswith("100"))
        return found

    def content(self, oid: str) -> bytes:
        """The content of a file as it was committed."""
        return self.ask("cat-file", "blob", oid)

    def hunks(self, old: bytes, new: bytes) -> bytes:
        """The diff of the two texts by git, without context lines; differences in line ends do not count."""
        with tempfile.TemporaryDirectory(prefix="forward-call-") as folder:
            for name, text in (("old", old), ("new", new)):
                Path(folder, name).write_bytes(text)
            return _git(folder, "diff", "--no-index", *_HUNKS, "--", "old", "new", may_fail=True)

    def renamed(self, gone: dict[str, Entry], new: Sequence[str]) -> dict[str, str]:
        """For each new file that is similar to one that is gone, the name of that one."""
        with tempfile.TemporaryDirectory(prefix="forward-call-") as folder:
            made = dict(zip(new, self._stored(new), strict=True))
            before = self._tree(folder, {name: entry.oid for name, entry in gone.items()})
            after = self._tree(folder, made)
        fields = iter(names(self.ask("diff-tree", "-r", "-z", "--name-status", "-M", "-l0", before, after)))
        found = {}
        for status in fields:
            name = next(fields)
            if status[:1] in ("R", "C"):
                found[next(fields)] = name
        return found

    def _stored(self, files: Sequence[str]) -> list[str]:
        """Add files of the working tree to the shadow's objects, as they are on disk; their object ids."""
        return [_line(self.ask("hash-object", "-w", "--stdin", data=self._bytes_of(name))) for name in files]

    def _bytes_of(self, name: str) -> bytes:
        """The content of a file; empty if it cannot be read, so that it is similar to no other file."""
        try:
            return read_bytes(Path(self.top, name))
        except OSError:
            return b""

    def _tree(self, folder: str, files: dict[str, str]) -> str:
        lines = b"".join(b"100644 %b\t%b\0" % (oid.encode(), os.fsencode(name)) for name, oid in files.items())
        index = str(Path(folder, "index"))
        where = (self.top, f"--git-dir={self._shadow}")
        Path(index).unlink(missing_ok=True)
        _git(*where, "update-index", "--add", "-z", "--index-info", data=lines, index=index)
        return _line(_git(*where, "write-tree", index=index))


_HUNKS = ("--no-ext-diff", "--no-textconv", "--no-color", "--unified=0", "--inter-hunk-context=0", "--text",
          "--ignore-cr-at-eol")  # fmt: skip


def names(out: bytes) -> Iterator[str]:
    """Yield the names in an output of git, each of which ends with a null byte."""
    return (os.fsdecode(name) for name in out.split(b"\0") if name)


def _fill(shadow: Path, own: Path, common: Path, formats: dict[str, str]) -> None:
    """Create the shadow. What is only read is linked; new objects go to a separate folder."""
    (shadow / "objects" / "info").mkdir(parents=True)
    (shadow / "objects" / "info" / "alternates").write_bytes(os.fsencode(common / "objects") + b"\n")
    for name in _SHARED:
        if name != "objects":
            _link(common / name, shadow / name)
    for name in _OWN:
        with suppress(OSError):
            if name != "index":
                (shadow / name).write_bytes(read_bytes(own / name, MAX_SETTINGS))
    (shadow / "refs").mkdir(exist_ok=True)
    extensions = "".join(f"\t{name} = {value}\n" for name, value in formats.items() if value.isalnum())
    core = f"[core]\n\trepositoryformatversion = {int(bool(extensions))}\n\tbare = false\n"
    (shadow / "config").write_text(f"{core}[extensions]\n{extensions}", encoding="utf-8")


def _link(source: Path, target: Path) -> None:
    if not source.exists():
        return
    try:
        target.symlink_to(source)
    except OSError:  # On Windows, few users may create links.
        if source.is_dir():
            shutil.copytree(source, target)
        else:
            shutil.copyfile(source, target)


def _git(folder: str, *args: str, data: bytes | None = None, index: str | None = None, may_fail: bool = False) -> bytes:
    environment = {name: value for name, value in os.environ.items() if name not in _UNWANTED} | _FORCED
    if index is not None:
        environment["GIT_INDEX_FILE"] = index
    command = ["git", *_OPTIONS, "-C", folder, *args]
    try:
        done = subprocess.run(
            command, env=environment, input=data or b"", capture_output=True, check=False, timeout=_LIMIT
        )
    except OSError:
        raise RepositoryError("git cannot be run; is it installed?") from None
    except subprocess.TimeoutExpired:
        raise RepositoryError(f"git says nothing of {folder} for {_LIMIT} seconds") from None
    if done.returncode and not may_fail:
        lines = done.stderr.decode(errors="replace").splitlines() or [f"exit status {done.returncode}"]
        raise RefusedError(f"git says of {folder}: {lines[0].removeprefix('fatal: ')}")
    return done.stdout


def _line(out: bytes) -> str:
    return os.fsdecode(out.rstrip(b"\r\n"))
