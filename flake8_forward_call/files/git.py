"""The program git: how it is run, with limits for its time and its output."""

from __future__ import annotations

import os
import subprocess
import tempfile
import threading
from collections.abc import Collection, Iterator, Mapping

from flake8_forward_call.terminal.trouble import reason

# Variables for git that are passed on: where its own files are, how far up a repository is searched for, and where
# objects of a push are that is not accepted yet. The others change git's output, or make it run other programs.
_WANTED = frozenset(
    {
        "GIT_ALTERNATE_OBJECT_DIRECTORIES",
        "GIT_CEILING_DIRECTORIES",
        "GIT_CONFIG_GLOBAL",
        "GIT_CONFIG_NOSYSTEM",
        "GIT_CONFIG_SYSTEM",
        "GIT_DISCOVERY_ACROSS_FILESYSTEM",
        "GIT_EXEC_PATH",
        "GIT_NO_REPLACE_OBJECTS",
        "GIT_REPLACE_REF_BASE",
    }
)
# Nothing is fetched: what is missing is an error. An empty list allows no transport, in every version of git.
_FORCED = {"LC_ALL": "C", "GIT_NO_LAZY_FETCH": "1", "GIT_ALLOW_PROTOCOL": "", "GIT_TERMINAL_PROMPT": "0"}
# A repository is only found by its `.git`, because a folder that looks like one inside can be part of a commit.
_OPTIONS = ("--literal-pathspecs", "--no-optional-locks", "-c", "core.fsmonitor=false",
            "-c", "safe.bareRepository=explicit")  # fmt: skip

# The time limit for one call in seconds: if a reference is a pipe, git would wait forever.
LIMIT = 120

# The longest output that is read, in bytes: the diff of two texts of the largest size is shorter.
OUTPUT = 400_000_000

# The longest list of files that is read, in bytes. The largest repositories need about half of it, but a few objects
# are enough for a commit with billions of files.
LISTING = 64_000_000

_PART = 1_000_000


class RepositoryError(Exception):
    """git cannot answer; the text says why."""


class RefusedError(RepositoryError):
    """git ended with an error; the text quotes its first line."""


class TooMuchError(RepositoryError):
    """git's output is longer than the limit."""


def run(
    folder: str,
    *args: str,
    data: bytes = b"",
    variables: Mapping[str, str] | None = None,
    accepted: Collection[int] = (0,),
    limit: int | None = None,
) -> bytes:
    """The output of git, which runs in a folder and gets ``data`` as its input.

    ``variables`` are added to its environment, ``accepted`` are the exit statuses that are no error, and ``limit`` is
    the longest output in bytes. Raises RefusedError for another exit status, TooMuchError, and RepositoryError if git
    cannot be run or does not end.
    """
    command = ["git", *_OPTIONS, "-C", folder, *args]
    passed = {name: value for name, value in os.environ.items() if name in _WANTED or not name.startswith("GIT_")}
    environment = {**passed, **_FORCED, **(variables or {})}
    try:
        with tempfile.TemporaryFile() as given, tempfile.TemporaryFile() as said:
            given.write(data)
            given.seek(0)
            try:
                process = subprocess.Popen(command, env=environment, stdin=given, stdout=subprocess.PIPE, stderr=said)
            except OSError:
                raise RepositoryError("git cannot be run; is it installed?") from None
            with process:
                out = _output(process, folder, OUTPUT if limit is None else limit)
            said.seek(0)
            lines = said.read(_PART).decode(errors="replace").splitlines() or [f"exit status {process.returncode}"]
    except OSError as error:
        raise RepositoryError(f"no temporary file can be written: {reason(error)}") from None
    if process.returncode not in accepted:
        raise RefusedError(f"git says of {folder}: {lines[0].removeprefix('fatal: ')}")
    return out


def _output(process: subprocess.Popen[bytes], folder: str, limit: int) -> bytes:
    """What a process prints until it ends. It is killed if this raises."""
    is_late = threading.Event()

    def stop() -> None:
        is_late.set()
        process.kill()

    timer = threading.Timer(LIMIT, stop)
    timer.daemon = True
    parts, size = [], 0
    try:
        timer.start()
        assert process.stdout is not None
        while part := process.stdout.read(_PART):
            parts.append(part)
            size += len(part)
            if size > limit:
                raise TooMuchError(f"git prints more than {limit // 1_000_000} MB about {folder}")
        process.wait()
    except BaseException:
        process.kill()
        raise
    finally:
        timer.cancel()
    if is_late.is_set():
        raise RepositoryError(f"git says nothing of {folder} for {LIMIT} seconds")
    return b"".join(parts)


def names(out: bytes) -> Iterator[str]:
    """Yield the names in an output of git, each of which ends with a null byte."""
    return (os.fsdecode(name) for name in out.split(b"\0") if name)


def line(out: bytes) -> str:
    """The only line of an output."""
    return os.fsdecode(out.rstrip(b"\r\n"))
