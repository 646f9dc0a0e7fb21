"""A repository as git sees it, queried so that nothing from anyone's configuration can run or change the answers.

Configuration and attributes can name programs: filters, transports that fetch what is missing, monitors, signers. So
git runs in a shadow of the repository: a folder with its references and objects, and a separate configuration. Its
working tree is empty, so git reads no file of the real one. Those files are read by this package.
"""

from __future__ import annotations

import os
import shutil
import weakref
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from flake8_forward_call.files import git, scratch
from flake8_forward_call.files.git import RepositoryError
from flake8_forward_call.files.reading import MAX_SETTINGS, kind_of, read_bytes
from flake8_forward_call.terminal.interrupts import interrupts_held
from flake8_forward_call.terminal.trouble import reason

# Parts of a repository without configuration, in its common folder and in that of a working tree.
_SHARED = ("refs", "packed-refs", "logs", "shallow", "reftable")
_OWN = ("HEAD", "FETCH_HEAD", "ORIG_HEAD", "MERGE_HEAD", "CHERRY_PICK_HEAD", "REVERT_HEAD", "REBASE_HEAD")

# The formats that the shadow must have in common with the repository, as git names them.
_FORMATS = ("objectformat", "refstorage")

# Larger contents are not compared, and git does not load them as a whole. Older versions of git read the user's
# configuration too, and all versions the user's attributes.
_CORE = (
    "\tbare = false\n\tbigFileThreshold = 100m\n\tlongpaths = true\n"
    f"\tattributesFile = {os.devnull}\n\thooksPath = {os.devnull}\n"
)

# `git config --get` has this exit status if there is no such key.
_NO_KEY = 1

_HUNKS = ("--no-ext-diff", "--no-textconv", "--no-color", "--unified=0", "--inter-hunk-context=0", "--text")

# The most characters of names in one command; Windows allows 32,767 for the whole command.
_BATCH = 20_000


@dataclass(frozen=True, slots=True)
class Entry:
    """A file of a commit: the object id of its content, whether it is a regular file, and its size if it is known."""

    oid: str
    is_plain: bool
    size: int | None = None


class Repository:
    """The repository that contains a folder; ``top`` is the top of its working tree."""

    def __init__(self, folder: str) -> None:
        """Raises RepositoryError: no git, no repository, no room for the shadow."""
        self.top = git.line(git.run(folder, "rev-parse", "--show-toplevel"))
        own = git.line(git.run(folder, "rev-parse", "--absolute-git-dir"))
        common = os.path.join(folder, git.line(git.run(folder, "rev-parse", "--git-common-dir")))  # noqa: PTH118 (A string.)
        formats = {name: git.line(self._configured("--get", f"extensions.{name}")) for name in _FORMATS}
        index = Path(self.top, os.environ.get("GIT_INDEX_FILE") or Path(own, "index"))
        try:
            if index.exists() and not index.is_file():
                raise RepositoryError(f"{index} is {kind_of(index.stat().st_mode)}, not a regular file")
            with interrupts_held():
                self.shadow, remove = scratch.make()
                weakref.finalize(self, remove)
            self._tree = self.shadow / "tree"
            _fill(self.shadow, Path(own), Path(common), formats)
            self._tree.mkdir()
        except OSError as error:
            raise RepositoryError(f"git cannot be asked about {self.top}: {reason(error)}") from None
        self._variables = {
            "GIT_INDEX_FILE": str(index),
            "GIT_ATTR_NOSYSTEM": "1",
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_CONFIG_SYSTEM": os.devnull,
            "GIT_CONFIG_GLOBAL": os.devnull,
        }

    def ask(self, *args: str, data: bytes = b"", index: str | None = None, limit: int | None = None) -> bytes:
        """The output of git, with at most ``limit`` bytes. ``index`` is used in place of that of the repository.

        Raises RefusedError if it fails, TooMuchError, and RepositoryError if it cannot be run.
        """
        where = (f"--git-dir={self.shadow}", f"--work-tree={self._tree}")
        variables = self._variables if index is None else {**self._variables, "GIT_INDEX_FILE": index}
        return git.run(str(self._tree), *where, *args, data=data, variables=variables, limit=limit)

    def settings(self, pattern: str) -> dict[str, str]:
        """The entries of the repository's own configuration whose keys match a pattern. None of them is applied.

        Raises RepositoryError if git cannot read the configuration.
        """
        out = self._configured("-z", "--get-regexp", pattern)
        return {key: value for key, _, value in (record.partition("\n") for record in git.names(out))}

    def _configured(self, *args: str) -> bytes:
        return git.run(self.top, "config", "--local", *args, accepted=(0, _NO_KEY))

    def files_of(self, commit: str) -> dict[str, Entry]:
        """All files of a commit, by their path relative to the top. Raises TooMuchError if there are too many."""
        return dict(_entries(self.ask("ls-tree", "-r", "-z", "--full-tree", commit, limit=git.LISTING)))

    def files_at(self, commit: str, files: Iterable[str]) -> dict[str, Entry]:
        """Those of the files that a commit contains, with their sizes."""
        found: dict[str, Entry] = {}
        for some in _batches(files):
            out = self.ask("ls-tree", "-l", "-z", "--full-tree", commit, "--", *some)
            found |= {name: entry for name, entry in _entries(out) if name in some}
        return found

    def tracked(self) -> list[str]:
        """The files in the index. Raises TooMuchError if there are too many."""
        return list(git.names(self.ask("ls-files", "--cached", "-z", limit=git.LISTING)))

    def stages(self, files: Iterable[str]) -> dict[str, set[str]]:
        """Those of the files that are in the index, with their stages there: "0", or others if there is a conflict."""
        found: dict[str, set[str]] = {}
        for some in _batches(files):
            for record in git.names(self.ask("ls-files", "--stage", "-z", "--", *some)):
                head, _, name = record.partition("\t")
                if name in some:
                    found.setdefault(name, set()).add(head.split()[2])
        return found

    def content(self, oid: str) -> bytes:
        """The content of a file as it was committed."""
        return self.ask("cat-file", "blob", oid)

    def stored(self, data: bytes) -> str:
        """Add a content to the shadow's objects, without any filter; its object id."""
        return git.line(self.ask("hash-object", "-w", "--stdin", data=data))

    def hunks(self, old: str, new: str) -> bytes:
        """The diff of two contents by git, given by their object ids, without context lines."""
        return self.ask("diff", *_HUNKS, old, new)

    def renamed(self, gone: dict[str, Entry], new: Sequence[str]) -> dict[str, str]:
        """For each new file that is similar to one that is gone, the name of that one."""
        before = self._written({name: entry.oid for name, entry in gone.items()})
        after = self._written({name: self.stored(self._bytes_of(name)) for name in new})
        out = self.ask("diff-tree", "-r", "-z", "--name-status", "--no-ext-diff", "-M", "-l0", before, after)
        fields = git.names(out)
        found = {}
        for status in fields:
            name = next(fields)
            if status[:1] in ("R", "C"):
                found[next(fields)] = name
        return found

    def _bytes_of(self, name: str) -> bytes:
        """The content of a file; empty if it cannot be read, so that it is similar to no other file."""
        try:
            return read_bytes(Path(self.top, name))
        except OSError:
            return b""

    def _written(self, files: dict[str, str]) -> str:
        """Add a folder with these files, given by their object ids, to the shadow's objects; its object id."""
        lines = b"".join(b"100644 %b\t%b\0" % (oid.encode(), os.fsencode(name)) for name, oid in files.items())
        index = self.shadow / "index"
        index.unlink(missing_ok=True)
        self.ask("update-index", "--add", "-z", "--index-info", data=lines, index=str(index))
        return git.line(self.ask("write-tree", "--missing-ok", index=str(index)))


def _entries(out: bytes) -> Iterator[tuple[str, Entry]]:
    """Yield the files in an output of ``git ls-tree``."""
    for record in git.names(out):
        head, _, name = record.partition("\t")
        mode, _, oid, *size = head.split()
        yield name, Entry(oid, mode.startswith("100"), int(size[0]) if size and size[0].isdecimal() else None)


def _batches(files: Iterable[str]) -> Iterator[list[str]]:
    """Yield all names in lists that are short enough for a command. git takes an empty list for all files."""
    some: list[str] = []
    for name in files:
        if some and sum(map(len, some)) + len(some) + len(name) > _BATCH:
            yield some
            some = []
        some.append(name)
    if some:
        yield some


def _fill(shadow: Path, own: Path, common: Path, formats: dict[str, str]) -> None:
    """Create the shadow. What is only read is linked; new objects go to a separate folder."""
    (shadow / "objects" / "info").mkdir(parents=True)
    (shadow / "objects" / "info" / "alternates").write_bytes(os.fsencode(common / "objects") + b"\n")
    for name in _SHARED:
        _link(common / name, shadow / name)
    for path in sorted(own.glob("sharedindex.*")):
        _link(path, shadow / path.name)
    for name in _OWN:
        with suppress(OSError):
            (shadow / name).write_bytes(read_bytes(own / name, MAX_SETTINGS))
    (shadow / "refs").mkdir(exist_ok=True)
    extensions = "".join(f"\t{name} = {value}\n" for name, value in formats.items() if value.isalnum())
    core = f"[core]\n\trepositoryformatversion = {int(bool(extensions))}\n{_CORE}"
    (shadow / "config").write_text(f"{core}[extensions]\n{extensions}", encoding="utf-8")


def _link(source: Path, target: Path) -> None:
    if not source.is_dir() and not source.is_file():
        return
    try:
        target.symlink_to(source)
    except OSError:  # On Windows, few users may create links.
        if source.is_dir():
            shutil.copytree(source, target)
        else:
            shutil.copyfile(source, target)
